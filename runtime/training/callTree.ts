/** Who calls whom while a model computes, and with which shapes. */
import { isKeywords } from "../binding.ts";
import type { Module } from "../nn/module.ts";
import { PackedSequence } from "../nn/utils/packedSequence.ts";
import type { Shape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import type { CallWatcher } from "./calls.ts";

/** One call, and those inside it. */
export interface Call {
  readonly module: Module;
  readonly inputs: readonly Shape[];
  /** Known when the call has ended. */
  outputs: readonly Shape[];
  /** Bytes of the (first) output. */
  outputBytes: number;
  readonly inside: Call[];
}

/** The tensors in a value, as modules take and return them: alone, in lists, under names, or packed. */
export function* tensorsIn(value: unknown): IterableIterator<Tensor> {
  if (value instanceof Tensor) yield value;
  else if (value instanceof PackedSequence) yield value.data;
  else if (Array.isArray(value)) for (const item of value) yield* tensorsIn(item);
  else if (isKeywords(value)) for (const item of Object.values(value)) yield* tensorsIn(item);
}

function shapesIn(value: unknown): readonly Shape[] {
  return Array.from(tensorsIn(value), ({ shape }) => [...shape]);
}

/** Hears of calls as they happen. */
export class CallTree implements CallWatcher {
  /** The first call; `null` as long as there was none. */
  whole: Call | null = null;
  /** The calls under way, the outermost first; when one fails, they stay. */
  readonly #open: Call[] = [];

  readonly before: CallWatcher["before"] = (module, inputs) => {
    const call: Call = { module, inputs: shapesIn(inputs), outputs: [], outputBytes: 0, inside: [] };
    this.#open.at(-1)?.inside.push(call);
    this.whole ??= call;
    this.#open.push(call);
  };

  readonly after: CallWatcher["after"] = (_module, output) => {
    const call = this.#open.pop();
    if (call === undefined) return;
    call.outputs = shapesIn(output);
    const [first] = tensorsIn(output);
    call.outputBytes = first?.nbytes ?? 0;
  };

  /** The innermost module whose call has not ended. */
  get underWay(): Module | null {
    return this.#open.at(-1)?.module ?? null;
  }

  /** Every call, before those inside it. */
  *calls(call: Call | null = this.whole): IterableIterator<Call> {
    if (call === null) return;
    yield call;
    for (const inner of call.inside) yield* this.calls(inner);
  }
}
