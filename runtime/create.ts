/** New tensors: from data, from a shape, like another tensor. */
export { as_tensor, asarray, from_numpy, from_typed_array, frombuffer, tensor } from "./creation/data.ts";
export {
  empty,
  empty_permuted,
  empty_strided,
  eye,
  full,
  ones,
  scalar_tensor,
  zeros,
} from "./creation/filled.ts";
export {
  empty_like,
  full_like,
  ones_like,
  rand_like,
  randint_like,
  randn_like,
  zeros_like,
} from "./creation/like.ts";
export type { TensorOptions } from "./creation/options.ts";
export { rand, randint, randn, randperm } from "./creation/random.ts";
export { arange, linspace, logspace, range, tril_indices, triu_indices } from "./creation/sequences.ts";
export {
  bartlett_window,
  blackman_window,
  hamming_window,
  hann_window,
  kaiser_window,
} from "./creation/windows.ts";
