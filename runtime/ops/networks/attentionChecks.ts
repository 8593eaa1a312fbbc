/** What attention with several heads asks of its operands, as a function and as a module. */
import { bool, type DType } from "../../dtype.ts";
import { AssertionError } from "../../errors/assertionError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { allocateZeros } from "../../settle.ts";
import { formatShape, sameShape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { where } from "../elementwise/arithmetic.ts";

/** @throws AssertionError when a condition that PyTorch asserts does not hold. */
export function assert(holds: boolean, message: string): asserts holds {
  if (!holds) throw new AssertionError(message);
}

/** The operands of attention, and which positions are not looked at. */
interface Operands {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  readonly key_padding_mask: Tensor | null;
  readonly attn_mask: Tensor | null;
}

/** @throws AssertionError where a number of dimensions does not fit the query's. */
export function checkRanks({
  query,
  key,
  value,
  key_padding_mask: padding,
  attn_mask: mask,
}: Operands): void {
  const { ndim } = query;
  assert(
    ndim === 2 || ndim === 3,
    `query should be unbatched 2D or batched 3D tensor but received ${ndim}-D query tensor of shape ${formatShape(query.shape)}: it takes sequences of features, with or without a batch.`,
  );
  const kind = ndim === 3 ? "For batched (3-D) `query`" : "For unbatched (2-D) `query`";
  assert(
    key.ndim === ndim && value.ndim === ndim,
    `${kind}, expected \`key\` and \`value\` to be ${ndim}-D but found ${key.ndim}-D and ${value.ndim}-D tensors respectively.`,
  );
  assert(
    padding === null || padding.ndim === ndim - 1,
    `${kind}, expected \`key_padding_mask\` to be null or ${ndim - 1}-D but found ${padding?.ndim}-D tensor instead.`,
  );
  assert(
    mask === null || mask.ndim === 2 || mask.ndim === 3,
    `${kind}, expected \`attn_mask\` to be null, 2-D or 3-D but found ${mask?.ndim}-D tensor instead.`,
  );
}

/** A mask as numbers to add: −∞ where `true` forbids. @throws AssertionError for whole numbers. */
export function additiveMask(name: string, mask: Tensor | null, dtype: DType): Tensor | null {
  if (mask === null || mask.dtype.is_floating_point) return mask;
  assert(
    mask.dtype === bool,
    `only bool and floating types of ${name} are supported, got ${mask.dtype.toString()}. Make it with .bool(): true forbids a position.`,
  );
  return where(mask, -Infinity, allocateZeros([], dtype));
}

/** @throws RuntimeError when a mask of pairs is neither `[queries, keys]` nor `[batch · heads, queries, keys]`. */
export function checkPairs(
  { ndim, shape }: Tensor,
  expected: readonly [batchesOfHeads: number, queries: number, keys: number],
): void {
  const wanted = ndim === 2 ? expected.slice(1) : expected;
  if (!sameShape(shape, wanted))
    throw new RuntimeError(
      `The shape of the ${ndim}D attn_mask is ${formatShape(shape)}, but should be ${formatShape(wanted)}.`,
    );
}

/** @throws RuntimeError when the causal mask is announced, and not given. */
export function checkCausal(isCausal: boolean, mask: Tensor | null): void {
  if (isCausal && mask === null)
    throw new RuntimeError(
      "Need attn_mask if specifying the is_causal hint. Pass {attn_mask, is_causal: true}, with a mask that is −Infinity above the diagonal.",
    );
}
