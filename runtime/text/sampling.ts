/** Choosing the next token by what a model says of each. */
import { no_grad } from "../autograd/modes.ts";
import { bind, describe } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { zeros_like } from "../create.ts";
import { generatorParameter } from "../creation/options.ts";
import { bool, float32, int64 } from "../dtype.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { ValueError } from "../errors/valueError.ts";
import { cat } from "../ops/shaping/joining.ts";
import { keywordOnly, number, optionalNumber, tensor, type ParametersOf } from "../parameters.ts";
import type { Generator } from "../random.ts";
import { formatShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";

/** How a token is chosen. */
export interface SamplingOptions {
  /** What the scores are divided by: below 1 the likely becomes likelier, 0 always takes the likeliest; 1 unless given. */
  readonly temperature?: number;
  /** Only so many of the likeliest tokens are left; all unless given. */
  readonly top_k?: number | null;
  /** Only the likeliest tokens that together have this probability are left, at least one; all unless given. */
  readonly top_p?: number | null;
  readonly generator?: Generator | null;
}

/** What `text.sample` takes. */
export interface SampleArguments extends SamplingOptions {
  /** A score for each token in the last dimension, before softmax. */
  readonly logits: Tensor;
}

const samplingParameters: ParametersOf<SamplingOptions> = {
  temperature: number(1),
  top_k: optionalNumber,
  top_p: optionalNumber,
  generator: generatorParameter,
};

/**
 * Draws a token from the scores that a model gives: shape `[…, C]` gives int64 of shape `[…]`.
 *
 * `text.sample(logits.select(1, -1), {temperature: 0.8, top_k: 40})`. What is drawn is what PyTorch's `multinomial(softmax(logits / temperature), 1)` draws.
 *
 * @throws ValueError for a setting that makes no sense, RuntimeError when the scores have no dimension, or are not numbers.
 * Source: A. Fan et al., "Hierarchical Neural Story Generation" (2018), for top k; A. Holtzman et al., "The Curious Case of Neural Text Degeneration" (2020), for top p.
 */
export function sample(
  ...args: CallForms<
    SampleArguments,
    [logits: Tensor, temperature?: number, top_k?: number | null, top_p?: number | null]
  >
): Tensor {
  const { logits, ...options } = bind("sample", { logits: tensor, ...samplingParameters }, args);
  checkOptions(options);
  if (logits.ndim === 0 || logits.shape.at(-1) === 0)
    throw new RuntimeError(
      `sample: expected a score for each token in the last dimension, got shape ${formatShape(logits.shape)}.`,
    );
  return no_grad(() => chosen(logits.detach(), options));
}

/** Settings as they come out of binding. */
type Settled = Required<SamplingOptions>;

/** @throws ValueError for a setting that makes no sense. */
function checkOptions({ temperature, top_k, top_p }: Settled): void {
  if (!(temperature >= 0 && temperature < Infinity))
    throw new ValueError(
      `sample: temperature must be 0 or more, got ${temperature}. 1 leaves the probabilities as they are, 0 takes the likeliest token.`,
    );
  if (top_k !== null && !(Number.isInteger(top_k) && top_k >= 1))
    throw new ValueError(
      `sample: top_k must be a whole number of at least 1, got ${top_k}. It is how many tokens are left.`,
    );
  if (top_p !== null && !(top_p > 0 && top_p <= 1))
    throw new ValueError(
      `sample: top_p must be above 0 and at most 1, got ${top_p}. It is the probability that the tokens left have together.`,
    );
}

/** Below this temperature quotients may overflow, as they do in PyTorch. */
const coldest = 1e-4;

function withLargestAtZero(scores: Tensor): Tensor {
  return scores.sub(scores.amax(-1, true));
}

function chosen(logits: Tensor, { temperature, top_k, top_p, generator }: Settled): Tensor {
  if (temperature === 0) return logits.argmax(-1);
  const scores = logits.dtype.itemsize < 4 || !logits.dtype.is_floating_point ? logits.to(float32) : logits;
  const scaled =
    temperature < coldest
      ? withLargestAtZero(scores).div(Math.max(temperature, 1e-30))
      : scores.div(temperature);
  const kept = top_k === null && top_p === null ? scaled : withoutUnlikely(scaled, top_k, top_p);
  const weights = kept.softmax(-1).reshape(-1, kept.shape.at(-1)!); // it has a dimension
  return weights.multinomial(1, { generator }).reshape(logits.shape.slice(0, -1));
}

/** The scores, with −∞ for tokens that are not to be drawn. Of equal scores, the first counts as likelier. */
function withoutUnlikely(scores: Tensor, top_k: number | null, top_p: number | null): Tensor {
  const [sorted, order] = scores.sort({ dim: -1, descending: true, stable: true });
  const size = scores.shape.at(-1)!; // it has a dimension
  const left = top_k === null ? sorted : sorted.narrow(-1, 0, Math.min(top_k, size));
  const probabilities = left.softmax(-1);
  // A token stays while those before it have less than `top_p`: the first always does.
  const stays =
    top_p === null
      ? zeros_like(left, { dtype: bool }).logical_not()
      : probabilities.cumsum(-1).sub(probabilities).lt(top_p);
  const isKept = zeros_like(scores, { dtype: bool }).scatter(
    -1,
    order.narrow(-1, 0, left.shape.at(-1)!),
    stays,
  );
  return scores.masked_fill(isKept.logical_not(), -Infinity);
}

/** What `text.generate` takes. */
export interface GenerateArguments extends SamplingOptions {
  /** Gives scores of shape `[N, T, C]` for ids of shape `[N, T]`: those at t say what follows id t. */
  readonly model: (ids: Tensor) => Tensor;
  /** What to go on from: int64, shape `[N, T]`, or `[T]` for one text; at least one id. */
  readonly ids: Tensor;
  readonly max_new_tokens: number;
  /** How many ids the model can take: it sees the last ones; all unless given. */
  readonly context?: number | null;
}

const generateParameters: ParametersOf<GenerateArguments> = {
  model: {
    expects: "a model, or another function from ids to scores",
    convert: (value) => (typeof value === "function" ? (value as (ids: Tensor) => Tensor) : undefined), // what it gives is looked at
  },
  ids: tensor,
  max_new_tokens: number(),
  context: keywordOnly(optionalNumber),
  ...samplingParameters,
  temperature: keywordOnly(number(1)),
  top_k: keywordOnly(optionalNumber),
  top_p: keywordOnly(optionalNumber),
};

/**
 * Goes on with a text, one token after the other: gives the ids with `max_new_tokens` more, shape `[N, T + max_new_tokens]`.
 *
 * `text.generate(model, tokenizer.encode("To be"), 200, {context: 64, temperature: 0.8, top_k: 40})`. Call `model.eval()` before, so that dropout is off.
 *
 * @throws RuntimeError when there is no id to go on from, or the model gives no scores; ValueError for settings that make no sense.
 */
export function generate(
  ...args: CallForms<
    GenerateArguments,
    [model: (ids: Tensor) => Tensor, ids: Tensor, max_new_tokens: number],
    ["model", "ids", "max_new_tokens"]
  >
): Tensor {
  const { model, ids, max_new_tokens, context, ...options } = bind("generate", generateParameters, args);
  checkOptions(options);
  checkCount("max_new_tokens", max_new_tokens, 0);
  if (context !== null) checkCount("context", context, 1);
  if (ids.numel() === 0 || ids.ndim < 1 || ids.ndim > 2 || ids.dtype.is_floating_point)
    throw new RuntimeError(
      `generate: expected ids to go on from, whole numbers of shape [T] or [N, T] with at least one, got ${ids.dtype.toString()} of shape ${formatShape(ids.shape)}.`,
    );
  return no_grad(() => {
    let all = (ids.ndim === 1 ? ids.unsqueeze(0) : ids).to(int64);
    for (let step = 0; step < max_new_tokens; step++) {
      const length = all.shape[1]!; // two dimensions
      const seen = Math.min(context ?? length, length);
      const scores = lastScores(model(all.narrow(1, length - seen, seen)));
      all = cat([all, chosen(scores, options).unsqueeze(1)], 1);
    }
    return ids.ndim === 1 ? all.select(0, 0) : all;
  });
}

/** @throws ValueError for what is no whole number of at least `least`. */
function checkCount(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least)
    throw new ValueError(`generate: ${name} must be a whole number of at least ${least}, got ${value}.`);
}

/** The scores for what follows the last id. @throws RuntimeError when a model gives no scores. */
function lastScores(scores: unknown): Tensor {
  if (!(scores instanceof Tensor) || scores.ndim !== 3)
    throw new RuntimeError(
      `generate: the model must give scores of shape [N, T, C] for ids of shape [N, T], and gave ${describe(scores)}.`,
    );
  return scores.select(1, -1);
}
