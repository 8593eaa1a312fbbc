/** How the weights, gradients and outputs of layers are spread while a model learns. */
import type { RemovableHandle } from "../autograd/hooks.ts";
import { no_grad } from "../autograd/modes.ts";
import { describe } from "../binding.ts";
import { ValueError } from "../errors/valueError.ts";
import { inspectAs } from "../inspect.ts";
import { Module } from "../nn/module.ts";
import type { Parameter } from "../nn/parameter.ts";
import { any, movedim, ne } from "../ops/methods.ts";
import type { Tensor } from "../tensor.ts";
import { watchCalls } from "./calls.ts";
import { tensorsIn } from "./callTree.ts";
import { histogramsText } from "./histogramsText.ts";
import { layerWarnings, type DeadUnits } from "./layerWarnings.ts";
import { ownParameters } from "./ownParameters.ts";
import { spreadOf } from "./spread.ts";
import type { HistogramsSnapshot, LayerSpreads, SpreadSnapshot } from "./snapshots.ts";
import { numbersOf } from "./values.ts";

/** What `histograms` takes by name. */
export interface HistogramsOptions {
  /** Into how many parts the range of the numbers is divided; 40 unless given. */
  readonly bins?: number;
}

/** More steps than these are thinned out: every second one goes. */
const MOST_STEPS = 128;

/** One layer, and what was recorded of it. */
interface Layer {
  readonly name: string;
  readonly module: Module;
  readonly parameters: readonly Parameter[];
  /** What it gave when it was called last; `null` when it was not since the last record. */
  output: Tensor | null;
  weights: SpreadSnapshot[];
  gradients: SpreadSnapshot[];
  activations: SpreadSnapshot[];
}

/** The modules that compute: those without modules inside, and those with parameters of their own. */
function layersOf(model: Module): Layer[] {
  const all = new Set(model.modules());
  const owned = ownParameters(all);
  return Array.from(model.named_modules(), ([name, module]) => {
    const own = owned.get(module) ?? [];
    const weights = own.filter(([parameter]) => parameter.includes("weight"));
    const parameters = (weights.length > 0 ? weights : own).map(([, parameter]) => parameter);
    return { name, module, parameters, output: null, weights: [], gradients: [], activations: [] };
  }).filter(({ module, parameters }) => parameters.length > 0 || module.children().next().done === true);
}

function everySecond<T>(list: readonly T[]): T[] {
  return list.filter((_, i) => i % 2 === 0);
}

/** The units whose output was 0 for every example and, in pictures, everywhere. */
function deadUnits(output: Tensor): DeadUnits {
  const unitDim = output.ndim > 3 ? 1 : -1;
  const alive = any(ne(movedim(output, unitDim, 0), 0).reshape([output.size(unitDim), -1]), 1);
  const flags = numbersOf(alive);
  return { dead: flags.filter((flag) => flag === 0).length, units: flags.length };
}

/** Records of a model's numbers: see `histograms`. As a cell's last value it shows them, `String(…)` those of the last step as text. */
export class LayerHistograms implements HistogramsSnapshot {
  readonly kind = "histograms";
  readonly #layers: Layer[];
  readonly #bins: number;
  readonly #handle: RemovableHandle;
  readonly #dead = new Map<string, DeadUnits>();
  #steps = 0;

  /** @internal Call `histograms`. */
  constructor(model: Module, bins: number) {
    this.#bins = bins;
    this.#layers = layersOf(model);
    const byModule = new Map(this.#layers.map((layer) => [layer.module, layer]));
    this.#handle = watchCalls(byModule.keys(), {
      before: () => {},
      after: (module, output) => {
        const layer = byModule.get(module);
        const [first] = tensorsIn(output);
        if (layer !== undefined) layer.output = first?.detach() ?? null;
      },
    });
  }

  /**
   * Keeps how the numbers are spread now: weights, gradients as `backward` left them, and what each layer gave when it was called last.
   *
   * @param step by default how often this was called before
   */
  record(step: number = this.#steps): this {
    this.#steps += 1;
    no_grad(() => {
      for (const layer of this.#layers) this.#recordLayer(layer, step);
    });
    if ((this.#layers[0]?.weights.length ?? 0) > MOST_STEPS) this.#thin();
    return this;
  }

  /** Takes no part in the model's calls any more; what was recorded stays. */
  close(): void {
    this.#handle.remove();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  get layers(): readonly LayerSpreads[] {
    return this.#layers.map(({ name, module, weights, gradients, activations }) => ({
      name,
      kind: module.constructor.name,
      weights,
      gradients,
      activations,
    }));
  }

  get warnings(): readonly string[] {
    return layerWarnings(this.layers, this.#dead);
  }

  get text(): string {
    return histogramsText(this);
  }

  toString(): string {
    return this.text;
  }

  #recordLayer(layer: Layer, step: number): void {
    const gradients = layer.parameters.flatMap(({ grad }) => (grad === null ? [] : [grad]));
    const keep = (tensors: readonly Tensor[], kept: SpreadSnapshot[]): void => {
      const spread = tensors.length === 0 ? null : spreadOf(tensors, step, this.#bins);
      if (spread !== null) kept.push(spread);
    };
    keep(layer.parameters, layer.weights);
    keep(gradients, layer.gradients);
    if (layer.output === null) return;
    keep([layer.output], layer.activations);
    if (/relu/i.test(layer.module.constructor.name) && layer.output.ndim >= 2)
      this.#dead.set(layer.name, deadUnits(layer.output));
    layer.output = null;
  }

  #thin(): void {
    for (const layer of this.#layers) {
      layer.weights = everySecond(layer.weights);
      layer.gradients = everySecond(layer.gradients);
      layer.activations = everySecond(layer.activations);
    }
  }
}

inspectAs(LayerHistograms, (histograms) => histograms.text);

/**
 * Watches how the weights, gradients and outputs of a model's layers are spread while it learns: `const seen = histograms(model)`, after `loss.backward()` now and then
 * `seen.record()`, and `seen` as a cell's last value. Warns of units that are always 0, and of gradients that vanish or explode.
 *
 * A record reads at most 16,384 numbers of each kind from each layer; of many records some are left out, so that the memory is bounded. `seen.close()` ends it.
 *
 * @throws TypeError when it is no module, ValueError for a number of bins that is not whole or below 2.
 */
export function histograms(model: Module, { bins = 40 }: HistogramsOptions = {}): LayerHistograms {
  if (!(model instanceof Module))
    throw new TypeError(`histograms: expected a Module, got ${describe(model)}.`);
  if (!Number.isInteger(bins) || bins < 2)
    throw new ValueError(`histograms: bins is ${bins}, expected a whole number, 2 or more.`);
  return new LayerHistograms(model, bins);
}
