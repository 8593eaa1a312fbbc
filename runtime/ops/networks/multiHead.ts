/** Attention with several heads as one function: projections, heads, and the projection that joins them. */
import type { ByName } from "../../keywords.ts";
import { composite, type Operator } from "../../operator.ts";
import {
  flag,
  integer,
  number,
  optionalTensor,
  required,
  tensor,
  type ArgumentsOf,
} from "../../parameters.ts";
import { allocateZeros } from "../../settle.ts";
import { formatShape, sameShape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { baddbmm } from "../linalg/addedProducts.ts";
import { add, mul } from "../elementwise/arithmetic.ts";
import { repeat } from "../shaping/arranging.ts";
import { scaled_dot_product_attention } from "./attention.ts";
import { additiveMask, assert, checkCausal, checkPairs, checkRanks } from "./attentionChecks.ts";
import { dropout } from "./dropout.ts";
import { cat } from "../shaping/joining.ts";
import { bmm, linear } from "../linalg/matmul.ts";
import { mean } from "../reductions/reduction.ts";
import { sample } from "../samples.ts";
import { softmax } from "../reductions/softmax.ts";
import { chunk } from "../shaping/splitting.ts";
import { expand, permute, reshape, squeeze, transpose, unsqueeze } from "../shaping/view.ts";

const attentionParameters = {
  query: tensor,
  key: tensor,
  value: tensor,
  embed_dim_to_check: integer(),
  num_heads: integer(),
  in_proj_weight: required(optionalTensor),
  in_proj_bias: required(optionalTensor),
  bias_k: required(optionalTensor),
  bias_v: required(optionalTensor),
  add_zero_attn: required(flag(false)),
  dropout_p: number(),
  out_proj_weight: tensor,
  out_proj_bias: required(optionalTensor),
  training: flag(true),
  key_padding_mask: optionalTensor,
  need_weights: flag(true),
  attn_mask: optionalTensor,
  use_separate_proj_weight: flag(false),
  q_proj_weight: optionalTensor,
  k_proj_weight: optionalTensor,
  v_proj_weight: optionalTensor,
  static_k: optionalTensor,
  static_v: optionalTensor,
  average_attn_weights: flag(true),
  is_causal: flag(false),
} as const;

type Arguments = ArgumentsOf<typeof attentionParameters>;

/** @throws AssertionError when a mask of each head does not fit a query without a batch. */
function checkUnbatched({ query, key, attn_mask: mask, num_heads }: Arguments): void {
  const expected = [num_heads, query.shape[0]!, key.shape[0]!];
  assert(
    query.ndim === 3 || mask?.ndim !== 3 || sameShape(mask.shape, expected),
    `Expected \`attn_mask\` shape to be ${formatShape(expected)} but got ${mask === null ? "None" : formatShape(mask.shape)}.`,
  );
}

function checkSizes({
  query,
  key,
  value,
  embed_dim_to_check: expected,
  num_heads,
  ...rest
}: Arguments): void {
  const features = query.size(-1);
  assert(features === expected, `was expecting embedding dimension of ${expected}, but got ${features}.`);
  assert(features % num_heads === 0, `embed_dim ${features} not divisible by num_heads ${num_heads}.`);
  const compared = rest.use_separate_proj_weight ? 2 : 3;
  assert(
    sameShape(key.shape.slice(0, compared), value.shape.slice(0, compared)),
    rest.use_separate_proj_weight
      ? `key's sequence and batch dims ${formatShape(key.shape.slice(0, 2))} do not match value's ${formatShape(value.shape.slice(0, 2))}.`
      : `key shape ${formatShape(key.shape)} does not match value shape ${formatShape(value.shape)}.`,
  );
}

/** The weights of the three projections. @throws AssertionError when some are missing. */
function projections(args: Arguments): readonly [Tensor, Tensor, Tensor] {
  if (args.use_separate_proj_weight) {
    const { q_proj_weight: q, k_proj_weight: k, v_proj_weight: v } = args;
    for (const [name, weight] of Object.entries({ q, k, v }))
      assert(weight !== null, `use_separate_proj_weight is True but ${name}_proj_weight is None.`);
    return [q!, k!, v!];
  }
  const { in_proj_weight: packed } = args;
  assert(packed !== null, "use_separate_proj_weight is False but in_proj_weight is None.");
  return chunk(packed, 3) as readonly Tensor[] as [Tensor, Tensor, Tensor]; // three parts
}

type Triple = readonly [query: Tensor, key: Tensor, value: Tensor];

function project(args: Arguments): Triple {
  const weights = projections(args);
  const biases = args.in_proj_bias === null ? [null, null, null] : chunk(args.in_proj_bias, 3);
  const [q, k, v] = [args.query, args.key, args.value].map((operand, i) =>
    linear(operand, weights[i]!, biases[i] ?? null),
  ) as [Tensor, Tensor, Tensor]; // three operands
  const { bias_k, bias_v } = args;
  assert(bias_k !== null || bias_v === null, "bias_v is set but bias_k is None.");
  assert(bias_v !== null || bias_k === null, "bias_k is set but bias_v is None.");
  if (bias_k === null || bias_v === null) return [q, k, v];
  assert(args.static_k === null, "bias cannot be added to static key.");
  assert(args.static_v === null, "bias cannot be added to static value.");
  const batch = q.size(1);
  return [q, cat([k, repeat(bias_k, [1, batch, 1])]), cat([v, repeat(bias_v, [1, batch, 1])])];
}

interface Heads {
  readonly batch: number;
  readonly count: number;
  readonly features: number;
}

/** `[L, N, E]` as `[N · heads, L, E / heads]`. */
function asHeads(tensor: Tensor, { batch, count, features }: Heads): Tensor {
  return transpose(reshape(tensor, [tensor.size(0), batch * count, features]), 0, 1);
}

/** Heads that were computed before. @throws AssertionError when they do not fit. */
function checkStatic(name: string, given: Tensor, { batch, count, features }: Heads): Tensor {
  assert(
    given.size(0) === batch * count,
    `expecting ${name}.size(0) of ${batch * count}, but got ${given.size(0)}.`,
  );
  assert(given.size(2) === features, `expecting ${name}.size(2) of ${features}, but got ${given.size(2)}.`);
  return given;
}

/** A column of zeros behind the last of each mask: what was added may be looked at. */
function widened(mask: Tensor | null): Tensor | null {
  if (mask === null) return null;
  return cat([mask, allocateZeros([...mask.shape.slice(0, -1), 1], mask.dtype)], -1);
}

/** A mask of pairs, one for each head or one for all. @throws RuntimeError when it is not of the products' shape. */
function asHeadMask(
  mask: Tensor | null,
  queries: number,
  keys: number,
  { batch, count }: Heads,
): Tensor | null {
  if (mask === null) return null;
  checkPairs(mask, [batch * count, queries, keys]);
  return mask.ndim === 2 ? unsqueeze(mask, 0) : mask;
}

/** Both masks as one, `[N · heads or 1, L, S]`. */
function merged(
  mask: Tensor | null,
  padding: Tensor | null,
  keys: number,
  { batch, count }: Heads,
): Tensor | null {
  if (padding === null) return mask;
  assert(
    padding.shape[0] === batch,
    `Expected key_padded_mask.shape[0] to be ${batch}, but got ${padding.shape[0]}.`,
  );
  assert(
    padding.shape[1] === keys,
    `Expected key_padded_mask.shape[1] to be ${keys}, but got ${padding.shape[1]}.`,
  );
  const each = expand(reshape(padding, [batch, 1, 1, keys]), [batch, count, 1, keys]);
  const rows = reshape(each, [batch * count, 1, keys]);
  return mask === null ? rows : add(mask, rows);
}

interface Attended {
  /** `[L, N, E]`, before the last projection. */
  readonly output: Tensor;
  /** `[N, heads, L, S]`, where they are asked for. */
  readonly weights: Tensor | null;
}

function attendWithWeights([q, k, v]: Triple, mask: Tensor | null, dropoutP: number, heads: Heads): Attended {
  const scaled = mul(q, Math.sqrt(1 / q.size(-1)));
  const keys = transpose(k, -2, -1);
  const products = mask === null ? bmm(scaled, keys) : baddbmm(mask, scaled, keys);
  const probabilities = softmax(products, -1);
  const weights = dropoutP > 0 ? dropout(probabilities, dropoutP) : probabilities;
  const { batch, count, features } = heads;
  const output = reshape(transpose(bmm(weights, v), 0, 1), [q.size(1), batch, count * features]);
  return { output, weights: reshape(weights, [batch, count, q.size(1), k.size(1)]) };
}

function attendFast(
  [q, k, v]: Triple,
  mask: Tensor | null,
  dropoutP: number,
  causal: boolean,
  { batch, count, features }: Heads,
): Attended {
  const [queries, keys] = [q.size(1), k.size(1)];
  const folded =
    mask === null ? null : mask.size(0) === 1 ? unsqueeze(mask, 0) : reshape(mask, [batch, count, -1, keys]);
  const output = scaled_dot_product_attention(
    reshape(q, [batch, count, queries, features]),
    reshape(k, [batch, count, keys, features]),
    reshape(v, [batch, count, keys, features]),
    folded,
    dropoutP,
    causal,
  );
  return {
    output: reshape(permute(output, [2, 0, 1, 3]), [queries, batch, count * features]),
    weights: null,
  };
}

/** The arguments with a batch of one where there was none. */
function batched(args: Arguments): Arguments {
  if (args.query.ndim === 3) return args;
  const { query, key, value, key_padding_mask: padding } = args;
  return {
    ...args,
    query: unsqueeze(query, 1),
    key: unsqueeze(key, 1),
    value: unsqueeze(value, 1),
    key_padding_mask: padding === null ? null : unsqueeze(padding, 0),
  };
}

/** The three operands as heads, with the masks that belong to them. */
function prepare(
  args: Arguments,
  heads: Heads,
): { triple: Triple; mask: Tensor | null; padding: Tensor | null } {
  const { dtype } = args.query;
  const [q, k, v] = project(args);
  let padding = additiveMask("key_padding_mask", args.key_padding_mask, dtype);
  let mask = asHeadMask(additiveMask("attn_mask", args.attn_mask, dtype), q.size(0), args.key.size(0), heads);
  let keys = args.static_k === null ? asHeads(k, heads) : checkStatic("static_k", args.static_k, heads);
  let values = args.static_v === null ? asHeads(v, heads) : checkStatic("static_v", args.static_v, heads);
  if (args.bias_k !== null) [mask, padding] = [widened(mask), widened(padding)];
  if (args.add_zero_attn) {
    const zeros = allocateZeros([keys.size(0), 1, heads.features], dtype);
    [keys, values] = [cat([keys, zeros], 1), cat([values, zeros], 1)];
    [mask, padding] = [widened(mask), widened(padding)];
  }
  return { triple: [asHeads(q, heads), keys, values], mask, padding };
}

function attend(given: Arguments): [Tensor, Tensor | null] {
  checkRanks(given);
  checkUnbatched(given);
  checkCausal(given.is_causal, given.attn_mask);
  const args = batched(given);
  checkSizes(args);
  const heads: Heads = {
    batch: args.query.size(1),
    count: args.num_heads,
    features: args.query.size(2) / args.num_heads,
  };
  // The fast way knows the causal mask by its name.
  const byName = args.is_causal && args.key_padding_mask === null && !args.need_weights;
  const { triple, mask, padding } = prepare(byName ? { ...args, attn_mask: null } : args, heads);
  const whole = merged(mask, padding, triple[1].size(1), heads);
  const dropoutP = args.training ? args.dropout_p : 0;
  const { output, weights } = args.need_weights
    ? attendWithWeights(triple, whole, dropoutP, heads)
    : attendFast(triple, whole, dropoutP, byName, heads);
  const joined = linear(output, args.out_proj_weight, args.out_proj_bias);
  const shown = weights !== null && args.average_attn_weights ? mean(weights, 1) : weights;
  if (given.query.ndim === 3) return [joined, shown];
  return [squeeze(joined, 1), shown === null ? null : squeeze(shown, 0)];
}

interface AttentionOptions {
  readonly training?: boolean;
  readonly key_padding_mask?: Tensor | null;
  readonly need_weights?: boolean;
  readonly attn_mask?: Tensor | null;
  readonly use_separate_proj_weight?: boolean;
  readonly q_proj_weight?: Tensor | null;
  readonly k_proj_weight?: Tensor | null;
  readonly v_proj_weight?: Tensor | null;
  readonly static_k?: Tensor | null;
  readonly static_v?: Tensor | null;
  readonly average_attn_weights?: boolean;
  readonly is_causal?: boolean;
}

/**
 * Attention with several heads, with all its parameters as arguments: what `nn.MultiheadAttention` computes. Gives the output and the weights, `null` where they are not asked for.
 *
 * Shapes: `query` `[L, N, E]` or `[L, E]`, `key` and `value` `[S, N, …]` or `[S, …]`; weights `[N, L, S]`, or `[N, heads, L, S]` without the mean over the heads. In masks, `true` forbids a position, and
 * numbers are added.
 *
 * @throws AssertionError when shapes do not belong together or weights are missing, RuntimeError when a mask has another shape.
 * Source: `torch.nn.functional.multi_head_attention_forward`; Vaswani et al., "Attention Is All You Need" (2017).
 */
export const multi_head_attention_forward: Operator<
  ByName<
    FunctionSignature<
      (
        query: Tensor,
        key: Tensor,
        value: Tensor,
        embed_dim_to_check: number,
        num_heads: number,
        in_proj_weight: Tensor | null,
        in_proj_bias: Tensor | null,
        bias_k: Tensor | null,
        bias_v: Tensor | null,
        add_zero_attn: boolean,
        dropout_p: number,
        out_proj_weight: Tensor,
        out_proj_bias: Tensor | null,
        training?: boolean | AttentionOptions,
        key_padding_mask?: Tensor | null | AttentionOptions,
        need_weights?: boolean,
        attn_mask?: Tensor | null,
        use_separate_proj_weight?: boolean,
        q_proj_weight?: Tensor | null,
        k_proj_weight?: Tensor | null,
        v_proj_weight?: Tensor | null,
        static_k?: Tensor | null,
        static_v?: Tensor | null,
        average_attn_weights?: boolean,
        is_causal?: boolean,
      ) => [Tensor, Tensor | null]
    >,
    "query, key, value, embed_dim_to_check, num_heads, in_proj_weight, in_proj_bias, bias_k, bias_v, add_zero_attn, dropout_p, out_proj_weight, out_proj_bias, training?, key_padding_mask?, need_weights?, attn_mask?, use_separate_proj_weight?, q_proj_weight?, k_proj_weight?, v_proj_weight?, static_k?, static_v?, average_attn_weights?, is_causal?"
  >
> = composite({
  name: "multi_head_attention_forward",
  parameters: attentionParameters,
  define: attend,
  samples: [
    () => [
      sample([2, 1, 2]),
      sample([3, 1, 2], { seed: 1 }),
      sample([3, 1, 2], { seed: 2 }),
      2,
      2,
      sample([6, 2], { seed: 3 }),
      sample([6], { seed: 4 }),
      null,
      null,
      false,
      0,
      sample([2, 2], { seed: 5 }),
      sample([2], { seed: 6 }),
    ],
  ],
  errors: [
    {
      args: () => selfAttention(sample([2]), 1),
      error: "AssertionError",
      message: /query should be unbatched 2D or batched 3D tensor but received 1-D/,
    },
    {
      args: () => selfAttention(sample([2, 3]), 2),
      error: "AssertionError",
      message: /embed_dim 3 not divisible by num_heads 2/,
    },
  ],
});

/** The arguments of a call in which a sequence looks at itself. */
function selfAttention(x: Tensor, heads: number): readonly unknown[] {
  const features = x.size(-1);
  const weights = [sample([3 * features, features]), null, null, null];
  return [x, x, x, features, heads, ...weights, false, 0, sample([features, features]), null];
}
