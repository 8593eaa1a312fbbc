/** Attention: each position of a sequence takes a weighted average of others. */
import type { ByName } from "../../keywords.ts";
import { is_grad_enabled } from "../../autograd/modes.ts";
import { bool, float32, int64, type DType } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, type Operator } from "../../operator.ts";
import { flag, keywordOnly, number, optionalTensor, tensor, type Parameter } from "../../parameters.ts";
import { broadcastTo, convert, duplicate, fromArray } from "../../settle.ts";
import { broadcastShapes, formatShape, numel, sameShape, type Shape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { add, where } from "../elementwise/arithmetic.ts";
import { dropout } from "./dropout.ts";
import { attentionWeights, headsAttention, withWholeRows } from "./headsAttention.ts";
import { matmul } from "../linalg/matmul.ts";
import { given, sample } from "../samples.ts";
import { expand, reshape, unsqueeze } from "../shaping/view.ts";

/** Numbers to add to products of positions: 0 where the earlier or same position is looked at, −∞ where a later one is. Shape `[rows, columns]`. */
function causalMask(rows: number, columns: number, dtype: DType): Tensor {
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++)
    values.fill(-Infinity, row * columns + Math.min(row + 1, columns), (row + 1) * columns);
  return convert(fromArray(values, float32, [rows, columns]), dtype);
}

/** A mask as numbers to add: of truth values, 0 where `true` allows and −∞ where `false` forbids. */
function additive(mask: Tensor, dtype: DType): Tensor {
  if (mask.dtype !== bool) return mask;
  return where(mask, 0, given([-Infinity], dtype, []));
}

/** All masks as one. */
function combinedMask(query: Tensor, key: Tensor, mask: Tensor | null, causal: boolean): Tensor | null {
  const numbers = mask === null ? null : additive(mask, query.dtype);
  if (!causal) return numbers;
  const later = causalMask(query.size(-2), key.size(-2), query.dtype);
  return numbers === null ? later : add(numbers, later);
}

/** A mask as the kernel takes it: of the weights' shape, its rows without gaps. */
export function kernelMask(mask: Tensor, shape: Shape): Tensor {
  const plain = mask.detach();
  const rows = [...plain.shape.slice(0, -1), shape.at(-1)!];
  return broadcastTo(
    withWholeRows(sameShape(plain.shape, rows) ? plain : duplicate(broadcastTo(plain, rows))),
    shape,
  );
}

const factor: Parameter<number | null> = keywordOnly({
  expects: "a number or null",
  fallback: null,
  convert: (value) => (value === null || typeof value === "number" ? value : undefined),
});

/** @throws RuntimeError where the operands do not belong together. */
function checkOperands(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | null): void {
  const [q, k, v] = [query, key, value].map((operand) => formatShape(operand.shape));
  if (query.ndim < 2 || key.ndim < 2 || value.ndim < 2)
    throw new RuntimeError(
      `Expected query, key, and value to all be at least 2 dimensional, but got shapes ${q}, ${k} and ${v}. The last two dimensions are the positions and their features: [..., L, E].`,
    );
  if (query.dtype !== key.dtype || query.dtype !== value.dtype)
    throw new RuntimeError(
      `Expected query, key, and value to have the same dtype, but got query.dtype: ${query.dtype.toString()} key.dtype: ${key.dtype.toString()} and value.dtype: ${value.dtype.toString()} instead. Convert them with .to(dtype).`,
    );
  if (!query.dtype.is_floating_point)
    throw new RuntimeError(
      `scaled_dot_product_attention: expected a floating-point dtype, but found ${query.dtype.toString()}. Call .float() first.`,
    );
  if (query.size(-1) !== key.size(-1) || key.size(-2) !== value.size(-2))
    throw new RuntimeError(
      `scaled_dot_product_attention: shapes cannot be multiplied: query ${q}, key ${k}, value ${v}. Query and key need the same number of features (the last dimension), key and value the same number of positions (the one before).`,
    );
  if (mask !== null && mask.dtype !== bool && mask.dtype !== query.dtype)
    throw new RuntimeError(
      `Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: ${mask.dtype.toString()} and query.dtype: ${query.dtype.toString()} instead.`,
    );
}

/** @throws RuntimeError when options exclude each other, or a mask does not broadcast to the weights. */
function checkOptions(shape: Shape, mask: Tensor | null, causal: boolean, dropoutP: number): void {
  if (mask !== null && causal)
    throw new RuntimeError(
      "_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True. Give the one or the other.",
    );
  if (dropoutP > 1)
    throw new RuntimeError(`dropout probability has to be between 0 and 1, but got ${dropoutP}.`);
  if (mask !== null && !sameShape(broadcastShapes(mask.shape, shape), shape))
    throw new RuntimeError(
      `attn_mask of shape ${formatShape(mask.shape)} has more dimensions than the products ${formatShape(shape)} that it is added to: it broadcasts to [..., L, S].`,
    );
}

/** Each head of keys or values as often as there are queries for it. */
function repeatHeads(operand: Tensor, heads: number): Tensor {
  const own = operand.size(-3);
  if (own === heads) return operand;
  if (own === 0 || heads % own !== 0)
    throw new RuntimeError(
      `scaled_dot_product_attention: with enable_gqa the number of heads in key and value (${own}) must divide that of the query (${heads}).`,
    );
  const repeated = [...operand.shape.slice(0, -2), heads / own, ...operand.shape.slice(-2)];
  const shape = [...operand.shape.slice(0, -3), heads, ...operand.shape.slice(-2)];
  return reshape(expand(unsqueeze(operand, -3), repeated), shape);
}

/** An operand as `[N, H, L, E]`, with the batch dimensions of all. */
function asHeads(operand: Tensor, batch: Shape): Tensor {
  const matrix = operand.shape.slice(-2);
  const shape = [...batch, ...matrix];
  const whole = sameShape(operand.shape, shape) ? operand : expand(operand, shape);
  if (batch.length === 2) return whole;
  return reshape(whole, batch.length > 2 ? [-1, batch.at(-1)!, ...matrix] : [1, batch[0] ?? 1, ...matrix]);
}

/** More keys than that do not fit into a thread's scratch memory. */
const mostKeys = 2 ** 18;

/** Whether the kernel can do it: it knows no dropout, and no gradient of the mask. */
function fitsKernel(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  mask: Tensor | null,
  dropout: number,
): boolean {
  if (dropout > 0 || (mask?.requires_grad && is_grad_enabled())) return false;
  return numel(query.shape) > 0 && numel(key.shape) > 0 && numel(value.shape) > 0 && key.size(-2) <= mostKeys;
}

interface AttentionOptions {
  /** Where `false` (or −∞) stands, a position is not looked at; other numbers are added to the products. Broadcasts to `[..., L, S]`. */
  readonly attn_mask?: Tensor | null;
  /** The share of weights that are set to 0 at random. */
  readonly dropout_p?: number;
  /** Whether each position looks at itself and earlier ones only. */
  readonly is_causal?: boolean;
  /** What the products are multiplied with; 1/√E unless given. */
  readonly scale?: number | null;
  /** Whether several heads of queries share one of keys and values. */
  readonly enable_gqa?: boolean;
}

type AttentionSignature = FunctionSignature<{
  (query: Tensor, key: Tensor, value: Tensor, options?: AttentionOptions): Tensor;
  (
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | null,
    dropout_p?: number,
    is_causal?: boolean,
    options?: Pick<AttentionOptions, "scale" | "enable_gqa">,
  ): Tensor;
}>;

/**
 * Attention: `softmax(query · keyᵀ / √E + mask) · value`. Each query position gets an average of the values, weighted by how well their keys fit.
 *
 * Shapes: query `[..., L, E]`, key `[..., S, E]`, value `[..., S, V]`; the result `[..., L, V]`. Batch dimensions broadcast. A position that may look at nothing gets 0.
 *
 * @throws RuntimeError when shapes or dtypes do not fit.
 * Source: `torch.nn.functional.scaled_dot_product_attention`; Vaswani et al., "Attention Is All You Need" (2017).
 */
export const scaled_dot_product_attention: Operator<
  ByName<AttentionSignature, "query, key, value, attn_mask?, dropout_p?, is_causal?, scale?, enable_gqa?">
> = composite({
  name: "scaled_dot_product_attention",
  parameters: {
    query: tensor,
    key: tensor,
    value: tensor,
    attn_mask: optionalTensor,
    dropout_p: number(0),
    is_causal: flag(false),
    scale: factor,
    enable_gqa: keywordOnly(flag(false)),
  },
  define: ({ query, attn_mask, dropout_p, is_causal, enable_gqa, ...rest }) => {
    const grouped = (operand: Tensor): Tensor =>
      enable_gqa && operand.ndim > 2 ? repeatHeads(operand, query.size(-3)) : operand;
    checkOperands(query, rest.key, rest.value, attn_mask);
    const [key, value] = [grouped(rest.key), grouped(rest.value)];
    const together = [query, key].map((operand): Shape => operand.shape.slice(0, -2)).reduce(broadcastShapes);
    checkOptions([...together, query.size(-2), key.size(-2)], attn_mask, is_causal, dropout_p);
    const mask = combinedMask(query, key, attn_mask, is_causal);
    const scale = rest.scale ?? 1 / Math.sqrt(query.size(-1));
    if (!fitsKernel(query, key, value, mask, dropout_p)) {
      const weights = attentionWeights(query, key, mask, scale);
      return matmul(dropout_p > 0 ? dropout(weights, dropout_p) : weights, value);
    }
    const batch = [query, key, value]
      .map((operand): Shape => operand.shape.slice(0, -2))
      .reduce(broadcastShapes);
    const operands = [query, key, value].map((operand) => asHeads(operand, batch)) as [
      Tensor,
      Tensor,
      Tensor,
    ]; // three, as given
    const weightsShape = [...operands[0].shape.slice(0, 3), operands[1].shape[2]!];
    const [output] = headsAttention(
      ...operands,
      mask === null ? null : maskOfHeads(mask, [...batch, ...weightsShape.slice(2)], weightsShape),
      scale,
    );
    return batch.length === 2 ? output : reshape(output, [...batch, ...output.shape.slice(2)]);
  },
  samples: [
    () => [sample([2, 3]), sample([4, 3], { seed: 1 }), sample([4, 2], { seed: 2 })],
    () => [
      sample([2, 3, 2]),
      sample([2, 3, 2], { seed: 1 }),
      sample([2, 3, 2], { seed: 2 }),
      { is_causal: true, scale: 0.5 },
    ],
    () => [
      sample([1, 2, 2, 2]),
      sample([1, 2, 3, 2], { seed: 1 }),
      sample([1, 2, 3, 2], { seed: 2 }),
      given([1, 0, 1, 0, 0, 0], bool, [2, 3]),
    ],
    () => [
      sample([2, 2]),
      sample([2, 2], { seed: 1 }),
      sample([2, 2], { seed: 2 }),
      sample([2, 2], { seed: 3 }),
    ],
  ],
  errors: [
    {
      args: () => [sample([3]), sample([3]), sample([3])],
      error: "RuntimeError",
      message: /at least 2 dimensional/,
    },
    {
      args: () => [sample([2, 3]), sample([4, 2]), sample([4, 2])],
      error: "RuntimeError",
      message: /same number of features/,
    },
    {
      args: () => [sample([2, 3]), sample([4, 3]), sample([4, 3]), given([1, 1, 1, 1], int64, [1, 4])],
      error: "RuntimeError",
      message: /attn_mask dtype/,
    },
  ],
});

/** The mask of heads: broadcast to the batch, then folded as the operands are. */
function maskOfHeads(mask: Tensor, broadcast: Shape, folded: Shape): Tensor {
  const whole = kernelMask(mask, broadcast);
  return sameShape(broadcast, folded) ? whole : reshape(whole, folded);
}
