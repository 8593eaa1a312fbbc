import type { View } from "./backend.ts";

/** The state of a 32-bit Mersenne Twister: whoever draws from it changes it. */
export interface TwisterState {
  /** 624 words. */
  readonly words: Uint32Array;
  /** Which of them gives the next number; 624 when new ones must be made first. */
  next: number;
}

/** What a device does with random numbers. All outputs are contiguous and filled in order, so that a seed gives PyTorch's numbers. */
export interface RandomBackend {
  /** Numbers `u · width + from` with u from [0, 1): one word for each float32, two for each float64. */
  fillUniform(output: View, state: TwisterState, from: number, width: number): void;

  /** Normal numbers in float32, 16 or more, made in blocks of 16 by the Box–Muller transform. */
  fillNormal(output: View, state: TwisterState, mean: number, std: number): void;

  /** `value` with probability `p`, 0 otherwise: two words for each element. */
  fillBernoulli(output: View, state: TwisterState, p: number, value: number): void;

  /** Whole numbers `low + word mod range` in int64, for a range of at most 2³². */
  fillIntegers(output: View, state: TwisterState, low: number, range: number): void;

  /** The numbers from 0 on, in int64: each is exchanged with one at or behind it, one word for each but the last. */
  fillPermutation(output: View, state: TwisterState): void;
}
