/** The calls of a model's modules as rows of a table, with what each costs. */
import type { Module } from "../nn/module.ts";
import type { Parameter } from "../nn/parameter.ts";
import type { Call } from "./callTree.ts";
import { multiplyAdds } from "./multiplyAdds.ts";
import type { NamedParameters } from "./ownParameters.ts";
import type { SummaryRow } from "./snapshots.ts";

/** What a row adds to the totals. */
type Counts = Pick<SummaryRow, "parameters" | "trainable" | "multiplyAdds">;

/** What rows are made from. */
export interface RowSource {
  /** The dotted name of each module. */
  readonly names: ReadonlyMap<Module, string>;
  readonly owned: ReadonlyMap<Module, NamedParameters>;
  /** The deepest level that gets rows; what is below is counted in the row above. */
  readonly depth: number;
}

function elements(parameters: readonly Parameter[]): number {
  return parameters.reduce((sum, parameter) => sum + parameter.numel(), 0);
}

function sum(first: Counts, second: Counts): Counts {
  return {
    parameters: first.parameters + second.parameters,
    trainable: first.trainable + second.trainable,
    multiplyAdds: first.multiplyAdds + second.multiplyAdds,
  };
}

/** The part of a dotted name behind that of the module around it. */
function nameInside(name: string, around: string): string {
  return around !== "" && name.startsWith(`${around}.`) ? name.slice(around.length + 1) : name;
}

/** Makes rows, call by call; parameters count where they are met first. */
class RowMaker {
  readonly #source: RowSource;
  readonly #metModules = new Set<Module>();
  readonly #metParameters = new Set<Parameter>();

  constructor(source: RowSource) {
    this.#source = source;
  }

  /** The row of a call with those inside it, and what they cost together. */
  make(call: Call, around: string, level: number): { readonly rows: SummaryRow[]; readonly counts: Counts } {
    const { module } = call;
    const name = this.#source.names.get(module) ?? "";
    const again = this.#metModules.has(module);
    const own = this.#countsOf(call);
    const inside = call.inside.map((inner) => this.make(inner, name, level + 1));
    const counts = inside.reduce((total, inner) => sum(total, inner.counts), own);
    const shown = level < this.#source.depth ? own : counts;
    const row: SummaryRow = {
      depth: level,
      name: nameInside(name, around),
      kind: module.constructor.name,
      inputs: call.inputs,
      outputs: call.outputs,
      ...shown,
      again: again && this.#owned(module).length > 0,
    };
    const below = level < this.#source.depth ? inside.flatMap(({ rows }) => rows) : [];
    return { rows: [row, ...below], counts };
  }

  #owned(module: Module): NamedParameters {
    return this.#source.owned.get(module) ?? [];
  }

  #countsOf({ module, outputs }: Call): Counts {
    const owned = this.#owned(module);
    const fresh = owned.map(([, parameter]) => parameter).filter((each) => !this.#metParameters.has(each));
    for (const parameter of fresh) this.#metParameters.add(parameter);
    this.#metModules.add(module);
    return {
      parameters: elements(fresh),
      trainable: elements(fresh.filter((parameter) => parameter.requires_grad)),
      multiplyAdds: multiplyAdds(
        module.constructor.name,
        // What nobody calls computes nothing by itself.
        owned.filter(([name]) => !name.includes(".")).map(([name, parameter]) => [name, parameter.numel()]),
        outputs[0] ?? [],
      ),
    };
  }
}

/** A row for the call, and one for each call inside it. */
export function summaryRows(whole: Call, source: RowSource): readonly SummaryRow[] {
  return new RowMaker(source).make(whole, "", 0).rows;
}
