/** Random numbers as torchvision draws them: from the default generator, which `torch.manual_seed` seeds. */
import { cpu } from "../../device.ts";
import { normalInto, randomPermutation } from "../../drawing.ts";
import { float32 } from "../../dtype.ts";
import { placedOn } from "../../placement.ts";
import { default_generator } from "../../random.ts";
import { allocate } from "../../settle.ts";
import type { Tensor } from "../../tensor.ts";

/** A number from [from, to): `torch.empty(1).uniform_(from, to)`. */
export function uniform(from: number, to: number): number {
  const start = Math.fround(from);
  const width = Math.fround(Math.fround(to) - start);
  return Math.fround(default_generator.uniformFloat() * width + start);
}

/** Whether a number from [0, 1) is below `p`: `torch.rand(1) < p`. */
export function happens(p: number): boolean {
  return default_generator.uniformFloat() < p;
}

/** A whole number from 0 to below `count`: `torch.randint(0, count, ())`. */
export function below(count: number): number {
  return default_generator.random() % count;
}

/** The numbers from 0 to below `count` in random order: `torch.randperm(count)`. */
export function order(count: number): readonly number[] {
  return Array.from(randomPermutation(default_generator, count));
}

/** Standard normal numbers of float32 on the CPU: `torch.empty(shape).normal_()`. */
export function normals(shape: readonly number[]): Tensor {
  const values = placedOn(cpu, () => allocate(shape, float32));
  normalInto("normal_", values, default_generator, 0, 1);
  return values;
}

/** A number whose logarithm is uniform between those of `ratio`, as torchvision draws the shape of a rectangle. */
export function ratioBetween([least = 1, most = 1]: readonly number[]): number {
  return Math.fround(Math.exp(uniform(logarithm(least), logarithm(most))));
}

/** The natural logarithm in float32. */
function logarithm(value: number): number {
  return Math.fround(Math.log(Math.fround(value)));
}
