/** Borders that continue the tensor: mirrored, repeated, or wrapped around. */
import type { ByName } from "../../keywords.ts";
import type { AxisMap } from "../../backends/resampling.ts";
import { bool } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, type Operator } from "../../operator.ts";
import { optionalNumber, tensor, type Parameter } from "../../parameters.ts";
import { formatShape, numel } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { sample } from "../samples.ts";
import { constant_pad_nd } from "../shaping/padding.ts";
import { copyingMap } from "./axisMaps.ts";
import { resample } from "./resample.ts";

/** How much is added in front of and behind each dimension, the last dimension first: `[left, right, top, bottom, …]`. */
const padding: Parameter<readonly number[]> = {
  expects: "an array of whole numbers, two for each dimension from the last one on",
  convert: (value) =>
    Array.isArray(value) && value.every(Number.isInteger) ? (value as number[]) : undefined,
};

/** In front of and behind each dimension, the first dimension first. @throws RuntimeError when the numbers are not pairs, or too many. */
function padPairs(input: Tensor, pad: readonly number[]): readonly (readonly [number, number])[] {
  if (pad.length % 2 !== 0)
    throw new RuntimeError(
      `Padding length must be divisible by 2, but is ${pad.length}: give two numbers for each dimension, from the last one on.`,
    );
  if (pad.length > 2 * input.ndim)
    throw new RuntimeError(
      `Padding length should be less than or equal to two times the input dimension but got padding length ${pad.length} and input of dimension ${input.ndim}.`,
    );
  return input.shape.map((_, dim) => {
    const at = 2 * (input.ndim - 1 - dim);
    return [pad[at] ?? 0, pad[at + 1] ?? 0];
  });
}

/** What stands in a border. */
export type PaddingMode = "constant" | "reflect" | "replicate" | "circular";

/** One dimension of a size, with a border in front and behind. */
interface Border {
  readonly dim: number;
  readonly size: number;
  readonly before: number;
  readonly after: number;
}

interface Continuation {
  /** The middle of PyTorch's name for the node and the kernel. */
  readonly node: string;
  readonly kernel: string;
  /** Which element stands at a position that counts from the first element on. */
  readonly source: (position: number, border: Border) => number;
  readonly check: (input: Tensor, border: Border) => void;
}

function checkReflection(input: Tensor, { dim, size, before, after }: Border): void {
  if (before >= size || after >= size)
    throw new RuntimeError(
      `Padding size should be less than the corresponding input dimension, but got: padding (${before}, ${after}) at dimension ${dim} of input ${formatShape(input.shape)}. A mirror shows each element but the last one once; use mode "replicate" for a wider border.`,
    );
}

function checkWrapping(_: Tensor, { size, before, after }: Border): void {
  if (before > size || after > size)
    throw new RuntimeError(
      `Padding value causes wrapping around more than once: a border of (${before}, ${after}) around ${size} elements.`,
    );
  if (size + before + after < 0 || (leftOf({ size, before, after }) <= 0 && size + before + after > 0))
    throw new RuntimeError("Negative padding value is resulting in an empty dimension: cut off less.");
}

/** How much is left of a dimension when negative padding has cut it. */
function leftOf({ size, before, after }: Omit<Border, "dim">): number {
  return size + Math.min(before, 0) + Math.min(after, 0);
}

/** What is cut off is not wrapped around. */
function wrapped(position: number, border: Border): number {
  const start = Math.max(-border.before, 0);
  const left = leftOf(border);
  return start + ((((position - start) % left) + left) % left);
}

const continuations: Readonly<Record<Exclude<PaddingMode, "constant">, Continuation>> = {
  reflect: {
    node: "Reflection",
    kernel: "reflection_pad",
    source: (position, { size }) => {
      const mirrored = Math.abs(position);
      return mirrored < size ? mirrored : 2 * (size - 1) - mirrored;
    },
    check: checkReflection,
  },
  replicate: {
    node: "Replication",
    kernel: "replication_pad",
    source: (position, { size }) => Math.min(Math.max(position, 0), size - 1),
    check: () => undefined,
  },
  circular: {
    node: "Circular",
    kernel: "circular_pad",
    source: wrapped,
    check: checkWrapping,
  },
};

/** @throws RuntimeError when a dimension that is padded, or any other than the batch, has no elements, or nothing would be left. */
function checkNotEmpty(input: Tensor, rank: number, borders: readonly Border[], wraps: boolean): void {
  const batched = input.ndim === rank + 2;
  const inspected = wraps ? input.shape.slice(-rank) : input.shape.slice(batched ? 1 : 0);
  if (numel(inspected) === 0)
    throw new RuntimeError(
      `Expected ${rank + 1}D or ${rank + 2}D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: ${formatShape(input.shape)}.`,
    );
  const sizes = borders.map(({ size, before, after }) => size + before + after);
  // PyTorch lets some of several dimensions vanish, but not all.
  if (sizes.some((size) => size < 0) || (!wraps && sizes.every((size) => size < 1)))
    throw new RuntimeError(
      `input ${formatShape(borders.map(({ size }) => size))} is too small. Calculated output: ${formatShape(sizes)}. Cut off less.`,
    );
}

function bordersOf(input: Tensor, pad: readonly number[]): readonly Border[] {
  const rank = pad.length / 2;
  const list = padPairs(input, pad).map(([before, after], dim): Border => ({
    dim,
    size: input.shape[dim]!,
    before,
    after,
  }));
  return list.slice(input.ndim - rank);
}

function mapOf(border: Border, { source }: Continuation): AxisMap {
  const { size, before, after } = border;
  return copyingMap(size, size + before + after, (position) => source(position - before, border));
}

/** @throws NotImplementedError when so many dimensions cannot be padded, or the dtype cannot. */
function checkKind(input: Tensor, pad: readonly number[], { kernel }: Continuation): void {
  const rank = pad.length / 2;
  if (rank < 1 || rank > 3 || (input.ndim !== rank + 1 && input.ndim !== rank + 2))
    throw new NotImplementedError(
      `Padding size ${pad.length} is not supported for ${input.ndim}D input tensor: in this mode the last one, two or three dimensions of sequences, images or volumes are padded, with two numbers for each.`,
    );
  if (input.dtype === bool && kernel !== "circular_pad")
    throw new NotImplementedError(
      `"${kernel}${rank}d" not implemented for 'Bool': convert with .byte() first.`,
    );
}

function continued(input: Tensor, pad: readonly number[], mode: keyof typeof continuations): Tensor {
  const continuation = continuations[mode];
  const rank = pad.length / 2;
  checkKind(input, pad, continuation);
  const borders = bordersOf(input, pad);
  for (const border of borders) continuation.check(input, border);
  checkNotEmpty(input, rank, borders, mode === "circular");
  const maps = borders.map((border) => mapOf(border, continuation));
  return resample(input, { by: { maps, node: `${continuation.node}Pad${rank}DBackward0` } });
}

const mode: Parameter<PaddingMode> = {
  expects: '"constant", "reflect", "replicate" or "circular"',
  fallback: "constant",
  // Another word is refused with PyTorch's own error.
  convert: (value) => (typeof value === "string" ? (value as PaddingMode) : undefined),
};

interface PadOptions {
  readonly mode?: PaddingMode;
  readonly value?: number | null;
}

/**
 * The tensor with a border: `pad` holds how much in front of and behind each dimension, the last dimension first: `[left, right, top, bottom, …]`. Negative numbers
 * cut off.
 *
 * `mode`: `"constant"` fills with `value` (0 unless given) and takes any number of dimensions; `"reflect"` mirrors at the edge elements, `"replicate"` repeats them,
 * `"circular"` goes on at the other end: these take sequences, images and volumes, with or without a batch, and pad one, two or three dimensions.
 *
 * @throws RuntimeError when the border does not fit, NotImplementedError for another mode or number of dimensions.
 * Source: `torch.nn.functional.pad`.
 */
export const pad: Operator<
  ByName<
    FunctionSignature<
      (
        input: Tensor,
        pad: readonly number[],
        mode?: PaddingMode | PadOptions,
        value?: number | null | Omit<PadOptions, "mode">,
      ) => Tensor
    >,
    "input, pad, mode?, value?"
  >
> = composite({
  name: "pad",
  parameters: { input: tensor, pad: padding, mode, value: optionalNumber },
  define: ({ input, pad, mode, value }) => {
    if (pad.length % 2 !== 0 || pad.length > 2 * input.ndim) padPairs(input, pad);
    if (mode === "constant") return constant_pad_nd(input, pad, value ?? 0);
    if (value !== null && value !== 0)
      throw new RuntimeError(`Padding mode "${mode}" doesn't take in value argument: leave it out.`);
    if (!(mode in continuations))
      throw new NotImplementedError(
        `Unrecognised padding mode ${String(mode)}: the modes are "constant", "reflect", "replicate" and "circular".`,
      );
    return continued(input, pad, mode);
  },
  samples: [
    () => [sample([2, 3]), [1, 2], "constant", 0.5],
    () => [sample([1, 2, 3]), [2, 1], "reflect"],
    () => [sample([1, 2, 3]), [1, -1, 0, 1], { mode: "replicate" }],
    () => [sample([1, 2, 3]), [2, 1], "circular"],
  ],
  errors: [
    {
      args: () => [sample([1, 3]), [3, 0], "reflect"],
      error: "RuntimeError",
      message: /padding \(3, 0\) at dimension 1/,
    },
    { args: () => [sample([1, 3]), [4, 0], "circular"], error: "RuntimeError", message: /more than once/ },
    {
      args: () => [sample([3]), [1, 1], "reflect"],
      error: "NotImplementedError",
      message: /not supported for 1D/,
    },
    { args: () => [sample([1, 3]), [1, 1], "reflect", 1], error: "RuntimeError", message: /value argument/ },
  ],
});
