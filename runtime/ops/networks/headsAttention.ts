/** The kernels of attention as operators: for separate queries, keys and values, and for those of one packed projection. */
import type { ByName } from "../../keywords.ts";
import { is_grad_enabled } from "../../autograd/modes.ts";
import type { AttentionOperands } from "../../backends/attention.ts";
import type { DType } from "../../dtype.ts";
import { operator, type Operator } from "../../operator.ts";
import { integer, number, optionalTensor, tensor } from "../../parameters.ts";
import { alias, allocate, backendOf, duplicate } from "../../settle.ts";
import type { Shape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { add, mul, sub, where } from "../elementwise/arithmetic.ts";
import { eq } from "../elementwise/comparison.ts";
import { stack } from "../shaping/joining.ts";
import { matmul } from "../linalg/matmul.ts";
import { all, sum } from "../reductions/reduction.ts";
import { sample } from "../samples.ts";
import { select } from "../shaping/slicing.ts";
import { softmax } from "../reductions/softmax.ts";
import { permute, reshape, transpose, view } from "../shaping/view.ts";

/** The gradients of an attention's operands. */
interface OperandGradients {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
}

/** A new tensor `[N, H, L, E]`. Its elements lie as `[N, L, H, E]`, or, where the sequence comes before the batch in `like`, as `[L, N, H, E]`: then heads side by side need no copy. */
function allocateHeads(shape: Shape, dtype: DType, like: Tensor): Tensor {
  const [batch, heads, rows, width] = shape as [number, number, number, number];
  const memory = allocate(shape, dtype);
  const row = heads * width;
  const rowsFirst = like.strides[2]! > like.strides[0]!;
  return alias(memory, shape, rowsFirst ? [row, width, batch * row, 1] : [rows * row, width, row, 1]);
}

/** `softmax(scale · query · keyᵀ + mask)` by differentiable operators; zeros for a row that the mask forbids entirely. */
export function attentionWeights(query: Tensor, key: Tensor, mask: Tensor | null, scale: number): Tensor {
  const products = mul(matmul(query, transpose(key, -2, -1)), scale);
  if (mask === null) return softmax(products, -1);
  const scores = add(products, mask);
  const forbidden = all(eq(scores, -Infinity), -1, true);
  return where(forbidden, 0, softmax(where(forbidden, 0, scores), -1));
}

/** The gradients by differentiable operators, for derivatives of derivatives. */
function differentiableGradients(
  grad: Tensor,
  query: Tensor,
  key: Tensor,
  value: Tensor,
  mask: Tensor | null,
  scale: number,
): OperandGradients {
  const weights = attentionWeights(query, key, mask, scale);
  const gradWeights = matmul(grad, transpose(value, -2, -1));
  const products = mul(mul(weights, sub(gradWeights, sum(mul(gradWeights, weights), -1, true))), scale);
  return {
    query: matmul(products, key),
    key: matmul(transpose(products, -2, -1), query),
    value: matmul(transpose(weights, -2, -1), grad),
  };
}

/** Computes output and weights. */
function attend(
  operands: AttentionOperands & { readonly query: Tensor },
  mask: Tensor | null,
): [Tensor, Tensor] {
  const { query, key, value } = operands;
  const [batch, heads, rows] = query.shape as [number, number, number];
  const output = allocateHeads([batch, heads, rows, value.shape[3]!], query.dtype, query);
  const weights = allocate([batch, heads, rows, key.shape[2]!], query.dtype);
  backendOf(query).attention(output, weights, operands, mask);
  return [output, weights];
}

/** The gradients of one call: the rules for the operands ask for them one by one. */
const gradientsOfCall = new WeakMap<object, OperandGradients>();

interface HeadsContext {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  readonly mask: Tensor | null;
  readonly scale: number;
  readonly others: readonly Tensor[];
}

function headsGradients(grad: Tensor, context: HeadsContext): OperandGradients {
  const { query, key, value, mask, scale, others } = context;
  if (is_grad_enabled()) return differentiableGradients(grad, query, key, value, mask, scale);
  let gradients = gradientsOfCall.get(context);
  if (gradients === undefined) {
    const like = (operand: Tensor): Tensor => allocateHeads(operand.shape, operand.dtype, operand);
    gradients = { query: like(query), key: like(key), value: like(value) };
    backendOf(grad).attentionBackward(gradients, grad, others[0]!, { query, key, value, scale });
    gradientsOfCall.set(context, gradients);
  }
  return gradients;
}

type HeadsSignature = FunctionSignature<
  (query: Tensor, key: Tensor, value: Tensor, mask: Tensor | null, scale: number) => [Tensor, Tensor]
>;

/**
 * Attention of heads, in one kernel. Shapes: query `[N, H, L, E]`, key `[N, H, S, E]`, value `[N, H, S, V]`, mask (numbers that are added to the products)
 * `[N, H, L, S]`; no size is 0. Results: the output `[N, H, L, V]`, and the weights `[N, H, L, S]`, to which no gradient flows.
 *
 * Source: `torch.ops.aten._scaled_dot_product_flash_attention_for_cpu`.
 */
export const headsAttention: Operator<ByName<HeadsSignature, "query, key, value, mask?, scale">> = operator({
  name: "heads_attention",
  gradFn: "ScaledDotProductFlashAttentionForCpuBackward0",
  parameters: { query: tensor, key: tensor, value: tensor, mask: optionalTensor, scale: number() },
  saves: ["query", "key", "value", "mask"],
  forward: ({ query, key, value, mask, scale }) => attend({ query, key, value, scale }, mask),
  vjp: {
    query: (g, context) => headsGradients(g, context).query,
    key: (g, context) => headsGradients(g, context).key,
    value: (g, context) => headsGradients(g, context).value,
    mask: null,
  },
  samples: [
    () => [
      sample([1, 2, 2, 3]),
      sample([1, 2, 3, 3], { seed: 1 }),
      sample([1, 2, 3, 2], { seed: 2 }),
      null,
      0.5,
    ],
    () => [
      sample([1, 1, 2, 2]),
      sample([1, 1, 2, 2], { seed: 1 }),
      sample([1, 1, 2, 2], { seed: 2 }),
      sample([1, 1, 2, 2], { seed: 3, requiresGrad: false }),
      1,
    ],
  ],
});

/** Query, key or value of a packed projection `[N, L, 3 · H · E]`, as `[N, H, L, E]`: without a copy, and without history. */
function packedPart(packed: Tensor, heads: number, part: number): Tensor {
  const [batch, rows, width] = packed.shape as [number, number, number];
  const [batchStride, rowStride, stride] = packed.strides as [number, number, number];
  const each = width / (3 * heads);
  return alias(
    packed,
    [batch, heads, rows, each],
    [batchStride, each * stride, rowStride, stride],
    packed.offset + part * heads * each * stride,
  );
}

/** All three parts of a packed projection. */
function packedParts(packed: Tensor, heads: number): OperandGradients {
  return {
    query: packedPart(packed, heads, 0),
    key: packedPart(packed, heads, 1),
    value: packedPart(packed, heads, 2),
  };
}

/** `[N, H, L, E]` whose heads lie side by side, as `[N, L, H · E]`. */
function besideEachOther(heads: Tensor): Tensor {
  const [batch, count, rows, width] = heads.shape as [number, number, number, number];
  const [batchStride, , rowStride] = heads.strides as [number, number, number];
  return alias(heads, [batch, rows, count * width], [batchStride, rowStride, 1]);
}

/** A tensor whose rows have no gaps: itself, or a copy. */
export function withWholeRows(input: Tensor): Tensor {
  const last = input.ndim - 1;
  return input.strides[last] === 1 || input.shape[last] === 1 ? input : duplicate(input);
}

function packedGradient(grad: Tensor, packed: Tensor, heads: number, scale: number, weights: Tensor): Tensor {
  const [batch, rows, width] = packed.shape as [number, number, number];
  const memory = allocate(packed.shape, packed.dtype);
  const result =
    packed.strides[1]! > packed.strides[0]! ? alias(memory, packed.shape, [width, batch * width, 1]) : memory;
  const whole = withWholeRows(grad);
  const each = width / (3 * heads);
  const [batchStride, rowStride] = whole.strides as [number, number];
  const gradHeads = alias(whole, [batch, heads, rows, each], [batchStride, each, rowStride, 1]);
  const operands = { ...packedParts(packed, heads), scale };
  backendOf(grad).attentionBackward(packedParts(result, heads), gradHeads, weights, operands);
  return result;
}

/** The same by differentiable operators. */
function differentiablePackedGradient(
  grad: Tensor,
  packed: Tensor,
  mask: Tensor | null,
  heads: number,
  scale: number,
): Tensor {
  const [batch, rows, width] = packed.shape as [number, number, number];
  const split = view(packed, [batch, rows, 3, heads, width / (3 * heads)]);
  const part = (index: number): Tensor => permute(select(split, 2, index), [0, 2, 1, 3]);
  const gradHeads = permute(reshape(grad, [batch, rows, heads, -1]), [0, 2, 1, 3]);
  const gradients = differentiableGradients(gradHeads, part(0), part(1), part(2), mask, scale);
  const each = [gradients.query, gradients.key, gradients.value];
  const sideBySide = each.map((gradient): Tensor => permute(gradient, [0, 2, 1, 3]));
  return reshape(stack(sideBySide, 2), [batch, rows, width]);
}

type PackedSignature = FunctionSignature<
  (packed: Tensor, mask: Tensor | null, num_heads: number, scale: number) => [Tensor, Tensor]
>;

/**
 * Attention of a sequence on itself, from the packed projections of its positions: the queries of all heads, then the keys, then the values. Shapes: `[N, L, 3 · H · E]`,
 * mask `[N, H, L, L]`; no size is 0. Results: the output `[N, L, H · E]`, and the weights `[N, H, L, L]`, to which no gradient flows.
 *
 * Source: `torch.ops.aten._native_multi_head_attention`, without its projections.
 */
export const packedAttention: Operator<ByName<PackedSignature, "packed, mask?, num_heads, scale">> = operator(
  {
    name: "packed_attention",
    gradFn: "ScaledDotProductFlashAttentionForCpuBackward0",
    parameters: { packed: tensor, mask: optionalTensor, num_heads: integer(), scale: number() },
    saves: ["packed", "mask"],
    forward: ({ packed, mask, num_heads, scale }) => {
      const [output, weights] = attend({ ...packedParts(packed, num_heads), scale }, mask);
      return [besideEachOther(output), weights];
    },
    vjp: {
      packed: (g, { packed, mask, num_heads, scale, others }) =>
        is_grad_enabled()
          ? differentiablePackedGradient(g, packed, mask, num_heads, scale)
          : packedGradient(g, packed, num_heads, scale, others[0]!),
      mask: null,
    },
    samples: [
      () => [sample([1, 2, 12]), null, 2, 0.5],
      () => [sample([2, 2, 3]), sample([2, 1, 2, 2], { seed: 1, requiresGrad: false }), 1, 1],
    ],
  },
);
