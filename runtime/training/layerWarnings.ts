/** What the numbers of layers say about a training that goes wrong. */
import type { LayerSpreads, SpreadSnapshot } from "./snapshots.ts";
import { grouped } from "./words.ts";

/** How many units of a layer gave 0 for every example. */
export interface DeadUnits {
  readonly dead: number;
  readonly units: number;
}

/** A larger share of units that are always 0 is no accident. */
const MANY_DEAD = 0.5;
/** Gradients that are so many times smaller than those of another layer do not get there any more. */
const VANISHED = 1e-4;
const EXPLODED = 1e3;

function size({ mean, std }: SpreadSnapshot): number {
  return Math.hypot(mean, std);
}

function named({ name, kind }: LayerSpreads): string {
  return name === "" ? kind : `${name} (${kind})`;
}

function times(factor: number): string {
  return grouped(Number(factor.toPrecision(2)));
}

/** Gradients that are 0, or small next to the largest. */
function vanishing(layers: readonly LayerSpreads[]): string[] {
  const sizes = layers.flatMap((layer) => {
    const last = layer.gradients.at(-1);
    return last === undefined ? [] : [{ layer, size: size(last) }];
  });
  const largest = sizes.reduce<(typeof sizes)[number] | null>(
    (most, each) => (most === null || each.size > most.size ? each : most),
    null,
  );
  if (largest === null || largest.size === 0) return [];
  return sizes
    .filter((each) => each.size < VANISHED * largest.size)
    .map(({ layer, size }) =>
      size === 0
        ? `${named(layer)}: its gradient is 0, so it learns nothing. Is it connected to the loss?`
        : `${named(layer)}: its gradient is ${times(largest.size / size)} times smaller than that of ${named(largest.layer)} (vanishing). ` +
          "Try ReLU, a normalisation, or connections that skip layers.",
    );
}

function exploding(layer: LayerSpreads): string[] {
  const last = layer.gradients.at(-1);
  if (last === undefined) return [];
  const advice = "Try a smaller learning rate, or nn.utils.clip_grad_norm_.";
  if (last.nonFinite > 0) return [`${named(layer)}: its gradient has NaN or infinite numbers. ${advice}`];
  return size(last) > EXPLODED
    ? [`${named(layer)}: its gradient is about ${times(size(last))} (exploding). ${advice}`]
    : [];
}

function dying(layer: LayerSpreads, units: DeadUnits | undefined): string[] {
  if (units === undefined || units.units < 2 || units.dead <= MANY_DEAD * units.units) return [];
  return [
    `${named(layer)}: ${grouped(units.dead)} of ${grouped(units.units)} units gave 0 for every example of the last batch (dead). ` +
      "Try a smaller learning rate, or LeakyReLU.",
  ];
}

/** Warnings about the last step, the layers in order. */
export function layerWarnings(
  layers: readonly LayerSpreads[],
  dead: ReadonlyMap<string, DeadUnits>,
): readonly string[] {
  return [
    ...layers.flatMap((layer) => [...exploding(layer), ...dying(layer, dead.get(layer.name))]),
    ...vanishing(layers),
  ];
}
