/** The operator behind interpolation and padding: a linear map along each of the last dimensions. */
import type { ByName } from "../../keywords.ts";
import { onCpu } from "../../reading.ts";
import { currentDevice } from "../../placement.ts";
import { mostExact } from "../../devices.ts";
import type { AxisMap } from "../../backends/resampling.ts";
import { float32, float64, uint8, type DType } from "../../dtype.ts";
import { operator, type Operator } from "../../operator.ts";
import { tensor, type Parameter } from "../../parameters.ts";
import { allocate, backendOf, convert, duplicate, fromArray, reshaped } from "../../settle.ts";
import { numel } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { sample } from "../samples.ts";
import { axisMap, copyingMap, transposeMap } from "./axisMaps.ts";

/** What is done to the last dimensions. */
interface Resampling {
  /** One map for each of the last dimensions. */
  readonly maps: readonly AxisMap[];
  /** PyTorch's name of the node. */
  readonly node: string;
}

const resampling: Parameter<Resampling> = {
  expects: "settled maps",
  // Only operators of this folder write it.
  convert: (value) =>
    typeof value === "object" && value !== null && "maps" in value ? (value as Resampling) : undefined,
};

/** The dtype in which sums are computed. */
function sumDtype(dtype: DType): DType {
  if (dtype === float32 || dtype === float64) return dtype;
  return dtype.is_floating_point ? float32 : mostExact(currentDevice());
}

/** Sums in float64 as elements of `dtype`: bytes are rounded, halves upwards, and kept between 0 and 255. */
function settleSums(sums: Tensor, dtype: DType): Tensor {
  if (dtype !== uint8 || sums.dtype === uint8) return convert(sums, dtype);
  const { storage, offset } = onCpu(sums, float64);
  const bytes = Uint8ClampedArray.from(
    storage.peek().subarray(offset, offset + sums.numel()) as Float64Array, // asked for in float64
    (sum) => Math.floor(sum + 0.5),
  );
  return fromArray(new Uint8Array(bytes.buffer), uint8, sums.shape);
}

/** Applies a map to dimension `dim` of a row-major tensor. */
function applyMap(input: Tensor, dim: number, map: AxisMap): Tensor {
  const { shape, dtype } = input;
  const result = allocate(
    shape.map((size, at) => (at === dim ? map.outputSize : size)),
    dtype,
  );
  const [outer, inner] = [numel(shape.slice(0, dim)), numel(shape.slice(dim + 1))];
  if (numel(result.shape) > 0)
    backendOf(result).mapAxis(
      reshaped(result, [outer, map.outputSize, inner]),
      reshaped(input, [outer, map.inputSize, inner]),
      map,
    );
  return result;
}

function applyMaps(input: Tensor, maps: readonly AxisMap[]): Tensor {
  let result = input.is_contiguous() ? input : duplicate(input);
  for (let at = maps.length - 1; at >= 0; at--) {
    const map = maps[at]!;
    const compute = map.copies ? result.dtype : sumDtype(result.dtype);
    const sums = applyMap(convert(result, compute), input.ndim - maps.length + at, map);
    // Bytes are rounded after every dimension, as in PyTorch; other dtypes once.
    result = input.dtype === uint8 ? settleSums(sums, uint8) : sums;
  }
  const settled = settleSums(result, input.dtype);
  return settled.storage === input.storage ? duplicate(settled) : settled;
}

/** Takes each of the last dimensions through its map, the last one first. Its derivative is itself, with the transposed maps. */
export const resample: Operator<
  ByName<FunctionSignature<(input: Tensor, options: { readonly by: Resampling }) => Tensor>, "input, by">
> = operator({
  name: "resample",
  parameters: { input: tensor, by: resampling },
  forward: ({ input, by }) => applyMaps(input, by.maps),
  vjp: {
    input: (g, { by }) =>
      resample(g, {
        by: {
          maps: by.maps.map(transposeMap),
          node: by.node.replace("Backward0", "BackwardBackward0"),
        },
      }),
  },
  gradFn: ({ by }) => by.node,
  samples: [
    () => [
      sample([2, 3, 4]),
      {
        by: {
          maps: [
            copyingMap(3, 4, (i) => Math.min(i, 2)),
            axisMap(4, 2, (i) => [
              [i, 0.25],
              [i + 2, 0.75],
            ]),
          ],
          node: "ResampleBackward0",
        },
      },
    ],
  ],
});
