/** The bilinear layer's map. */
import type { ByName } from "../../keywords.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, type Operator } from "../../operator.ts";
import { optionalTensor, tensor } from "../../parameters.ts";
import { formatShape, numel } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { add } from "../elementwise/arithmetic.ts";
import { bmm, mm } from "./matmul.ts";
import { sample } from "../samples.ts";
import { permute, reshape, squeeze, unsqueeze } from "../shaping/view.ts";

/** @throws RuntimeError when the sizes do not fit. */
function checkSizes(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | null): void {
  if (input1.ndim !== input2.ndim)
    throw new RuntimeError(
      `bilinear(): input dimensions do not match: got ${input1.ndim} and ${input2.ndim}`,
    );
  input1.shape.slice(0, -1).forEach((size, dim) => {
    if (size !== input2.shape[dim])
      throw new RuntimeError(
        `bilinear(): input batch dimensions do not match at dim ${dim}: got ${size} and ${input2.shape[dim]}`,
      );
  });
  [input1, input2].forEach((input, i) => {
    if (input.size(-1) !== weight.shape[i + 1])
      throw new RuntimeError(
        `bilinear(): input${i + 1} size does not match weight size: got ${input.size(-1)} but expected ${weight.shape[i + 1]}`,
      );
  });
  if (bias !== null && bias.shape[0] !== weight.shape[0])
    throw new RuntimeError(
      `bilinear(): bias size does not match weight size: got ${formatShape(bias.shape)} but expected [${weight.shape[0]}]`,
    );
}

/**
 * `x₁ᵀ W x₂ + b` for each output: shapes `[…, n]`, `[…, m]`, `[out, n, m]`, `[out]`.
 *
 * @throws RuntimeError when the sizes do not fit.
 * Source: `torch.nn.functional.bilinear`.
 */
export const bilinear: Operator<
  ByName<
    FunctionSignature<(input1: Tensor, input2: Tensor, weight: Tensor, bias?: Tensor | null) => Tensor>,
    "input1, input2, weight, bias?"
  >
> = composite({
  name: "bilinear",
  parameters: { input1: tensor, input2: tensor, weight: tensor, bias: optionalTensor },
  define: ({ input1, input2, weight, bias }) => {
    checkSizes(input1, input2, weight, bias);
    const batch = input1.shape.slice(0, -1);
    const count = numel(batch);
    const [outputs, n, m] = weight.shape as readonly [number, number, number];
    // One product with all outputs' matrices side by side, then one for each pair of rows.
    const beside = reshape(permute(weight, [1, 0, 2]), [n, outputs * m]);
    const left = reshape(mm(reshape(input1, [count, n]), beside), [count, outputs, m]);
    const result = squeeze(bmm(left, unsqueeze(reshape(input2, [count, m]), -1)), -1);
    const whole = reshape(result, [...batch, outputs]);
    return bias === null ? whole : add(whole, bias);
  },
  samples: [
    () => [
      sample([2, 2]),
      sample([2, 3], { seed: 1 }),
      sample([2, 2, 3], { seed: 2 }),
      sample([2], { seed: 3 }),
    ],
    () => [sample([2]), sample([3], { seed: 1 }), sample([1, 2, 3], { seed: 2 })],
  ],
  errors: [
    {
      args: () => [sample([2, 3]), sample([2, 4]), sample([5, 3, 3])],
      error: "RuntimeError",
      message: /got 4 but expected 3/,
    },
  ],
});
