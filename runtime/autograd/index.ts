/** `torch.autograd`: gradients by call instead of by `backward`. */
import { zeros_like } from "../create.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import type { Tensor } from "../tensor.ts";
import { gradientsOf, runBackward } from "./engine.ts";
import { gradcheck, gradgradcheck } from "./gradcheck.ts";

export { gradcheck, gradgradcheck };

type OneOrMany = Tensor | readonly Tensor[];
type OneOrManyGrads = Tensor | null | readonly (Tensor | null)[];

function list<T>(value: T | readonly T[] | null): readonly T[] {
  if (value === null) return [];
  return Array.isArray(value) ? value : [value as T];
}

/** What `torch.autograd.grad` takes by name. */
export interface GradOptions {
  /** The gradient of whatever each output leads to; needed for outputs of several elements. */
  readonly grad_outputs?: OneOrManyGrads;
  /** Keep the graph for another run. As `create_graph` unless given. */
  readonly retain_graph?: boolean;
  /** Record the run itself, for derivatives of derivatives. */
  readonly create_graph?: boolean;
  /** Give `null` for an input that the outputs do not depend on, instead of an error. */
  readonly allow_unused?: boolean;
  /** Give zeros for such an input. */
  readonly materialize_grads?: boolean;
}

/**
 * The gradients of `outputs` with respect to `inputs`, one for each input. No tensor's `grad` is touched.
 *
 * `const [dx] = torch.autograd.grad(y, x, {create_graph: true})`.
 *
 * @throws RuntimeError when an input was not used (see `allow_unused`), does not require grad, or backward would throw.
 * Source: `torch.autograd.grad`.
 */
export function grad(outputs: OneOrMany, inputs: OneOrMany, options: GradOptions = {}): Tensor[] {
  const createGraph = options.create_graph ?? false;
  const wanted = list(inputs);
  const grads = gradientsOf(list(outputs), wanted, list<Tensor | null>(options.grad_outputs ?? null), {
    createGraph,
    retainGraph: options.retain_graph ?? createGraph,
  });
  const result = grads.map(
    (value, position) => value ?? (options.materialize_grads ? zeros_like(wanted[position]!) : null),
  );
  if (!options.allow_unused && result.includes(null))
    throw new RuntimeError(
      "One of the differentiated Tensors appears to not have been used in the graph. Set {allow_unused: true} if this is the desired behavior.",
    );
  // With `allow_unused` the caller has asked for nulls among the gradients.
  return result as Tensor[];
}

/**
 * Adds the gradients of several tensors to the leaves behind them.
 *
 * @throws RuntimeError as `Tensor.backward`.
 * Source: `torch.autograd.backward`.
 */
export function backward(
  tensors: OneOrMany,
  grad_tensors: OneOrManyGrads = null,
  options: { retain_graph?: boolean; create_graph?: boolean } = {},
): void {
  const createGraph = options.create_graph ?? false;
  runBackward(list(tensors), list<Tensor | null>(grad_tensors), {
    createGraph,
    retainGraph: options.retain_graph ?? createGraph,
  });
}
