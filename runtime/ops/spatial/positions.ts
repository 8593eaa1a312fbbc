/**
 * Elements at positions that are counted over the last dimensions: what largest numbers were taken from, and where they are put back. Each map is linear in its
 * values, and its derivative is another one of them.
 */
import type { ByName } from "../../keywords.ts";
import type { PoolingWindows } from "../../backends/pooling.ts";
import { int32 } from "../../dtype.ts";
import { operator, type Operator } from "../../operator.ts";
import { integer, sizes, tensor } from "../../parameters.ts";
import { allocate, allocateZeros, backendOf, convert, duplicate, reshaped } from "../../settle.ts";
import { numel, type Shape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { given, sample } from "../samples.ts";

/** The tensor row by row, with the last `rank` dimensions as one, and all others as one. */
function flattened(tensor: Tensor, rank: number): Tensor {
  const plain = tensor.is_contiguous() ? tensor : duplicate(tensor);
  const split = plain.ndim - rank;
  return reshaped(plain, [numel(plain.shape.slice(0, split)), numel(plain.shape.slice(split))]);
}

/** The same with planes of one row, as pooling takes them. */
function asRows(tensor: Tensor, rank: number): Tensor {
  const flat = flattened(tensor, rank);
  return reshaped(flat, [flat.shape[0]!, 1, flat.shape[1]!]);
}

/** Kernels that look at positions alone need no windows. */
const anywhere: PoolingWindows = { size: 0, start: [], end: [], step: 1 };

function int32Rows(positions: Tensor, rank: number): Tensor {
  return asRows(convert(positions, int32), rank);
}

const samplePositions = (): Tensor => given([0, 4, 1, 3], int32, [2, 2]);

/** `input[…, positions[…, i]]`, where positions count over the last `rank` dimensions of the input; the result has the shape of the positions. */
export const pickAt: Operator<
  ByName<
    FunctionSignature<(input: Tensor, positions: Tensor, rank: number) => Tensor>,
    "input, positions, rank"
  >
> = operator({
  name: "pick_at",
  parameters: { input: tensor, positions: tensor, rank: integer() },
  saves: ["positions"],
  forward: ({ input, positions, rank }) => {
    const result = allocate(positions.shape, input.dtype);
    if (numel(result.shape) > 0)
      backendOf(input).maxPoolPick(asRows(result, rank), asRows(input, rank), int32Rows(positions, rank));
    return result;
  },
  vjp: {
    input: (g, { positions, rank, shapes }) => spreadAt(g, positions, shapes.input.slice(-rank)),
    positions: null,
  },
  samples: [() => [sample([2, 2, 3]), samplePositions().reshape([2, 1, 2]), 2]],
});

/** Adds each number to its position in zeros, whose last dimensions are `size`: numbers at equal positions are summed. */
export const spreadAt: Operator<FunctionSignature<(grad: Tensor, positions: Tensor, size: Shape) => Tensor>> =
  operator({
    name: "spread_at",
    parameters: { grad: tensor, positions: tensor, size: sizes },
    saves: ["positions"],
    forward: ({ grad, positions, size }) => {
      const rank = size.length;
      const shape = [...grad.shape.slice(0, -rank), ...size];
      if (numel(grad.shape) === 0) return allocateZeros(shape, grad.dtype);
      const result = allocate(shape, grad.dtype);
      const windows = { rows: anywhere, columns: anywhere };
      backendOf(grad).maxPoolSpread(
        asRows(result, rank),
        asRows(grad, rank),
        int32Rows(positions, rank),
        windows,
      );
      return result;
    },
    vjp: { grad: (g, { positions, size }) => pickAt(g, positions, size.length), positions: null },
    samples: [() => [sample([2, 1, 2]), samplePositions().reshape([2, 1, 2]), [2, 3]]],
  });

/** Writes each number to its position in zeros, whose last dimensions are `size`: of equal positions the last one counts, as in PyTorch. */
export const placeAt: Operator<
  ByName<
    FunctionSignature<(input: Tensor, positions: Tensor, size: Shape) => Tensor>,
    "input, positions, size?"
  >
> = operator({
  name: "place_at",
  parameters: { input: tensor, positions: tensor, size: sizes },
  saves: ["positions"],
  forward: ({ input, positions, size }) => {
    const rank = size.length;
    const result = allocate([...input.shape.slice(0, -rank), ...size], input.dtype);
    if (numel(result.shape) > 0)
      backendOf(input).placeAt(
        flattened(result, rank),
        flattened(input, rank),
        flattened(convert(positions, int32), rank),
      );
    return result;
  },
  vjp: { input: (g, { positions, size }) => pickAt(g, positions, size.length), positions: null },
  gradFn: ({ size }) => `MaxUnpool${size.length}DBackward0`,
  samples: [() => [sample([2, 1, 2]), samplePositions().reshape([2, 1, 2]), [2, 3]]],
});
