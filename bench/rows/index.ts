/** Every row of the benchmark. */
import type { Group } from "../row.ts";
import { convolution } from "./convolution.ts";
import { loading } from "./loading.ts";
import { movement } from "./movement.ts";
import { pointwise, smallTensors } from "./pointwise.ts";
import { products } from "./products.ts";
import { reductions } from "./reductions.ts";
import { training } from "./training.ts";

export { memory } from "./memory.ts";

/** In the order of the results. */
export const groups: readonly Group[] = [
  smallTensors,
  pointwise,
  reductions,
  movement,
  products,
  convolution,
  training,
  loading,
];
