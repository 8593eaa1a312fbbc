/** `torch.autograd.functional`: Jacobians, Hessians, and their products with vectors. Source: `torch/autograd/functional.py`. */
import { ones_like, zeros, zeros_like } from "../create.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { stack } from "../ops/shaping/joining.ts";
import { formatShape, sameShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { gradientsOf } from "./engine.ts";
import { enable_grad } from "./modes.ts";

type OneOrMany = Tensor | readonly Tensor[];

/** A function of tensors with one result, or several. */
type TensorFunction = (...inputs: Tensor[]) => OneOrMany;

/** What all of these functions take by name. */
export interface FunctionalOptions {
  /** Record the computation, so that the result can be differentiated. */
  readonly create_graph?: boolean;
  /** Throw where an output does not depend on an input, instead of giving zeros. */
  readonly strict?: boolean;
}

/** What `jacobian` and `hessian` take besides; how they are computed is the same for all. */
export interface JacobianOptions extends FunctionalOptions {
  readonly vectorize?: boolean;
  readonly strategy?: string;
  readonly outer_jacobian_strategy?: string;
}

/** @throws TypeError for anything but a tensor, or several. */
function asTensors(value: unknown, what: string, name: string): readonly Tensor[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.every((item) => item instanceof Tensor)) return list;
  throw new TypeError(
    `The ${what} given to ${name} must be either a Tensor or a tuple of Tensors but the given ${what} has type ${typeof value}.`,
  );
}

const isList = (value: OneOrMany): value is readonly Tensor[] => Array.isArray(value);

/** One call of the function, with inputs that are followed for it. */
class Evaluation {
  readonly name: string;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly severalInputs: boolean;
  readonly severalOutputs: boolean;
  readonly options: Required<FunctionalOptions>;

  constructor(name: string, func: TensorFunction, inputs: OneOrMany, options: FunctionalOptions) {
    this.name = name;
    this.options = { create_graph: options.create_graph ?? false, strict: options.strict ?? false };
    this.severalInputs = isList(inputs);
    const { create_graph: recorded } = this.options;
    this.inputs = asTensors(inputs, "inputs", name).map((input) =>
      recorded && input.requires_grad
        ? enable_grad(() => input.view(input.shape) as Tensor)
        : input.detach().requires_grad_(),
    );
    const result = enable_grad(() => func(...this.inputs));
    this.severalOutputs = isList(result);
    this.outputs = asTensors(result, "outputs of the user-provided function", name);
    if (this.options.strict) this.#checkOutputs();
  }

  #checkOutputs(): void {
    this.outputs.forEach(({ requires_grad }, i) => {
      if (!requires_grad)
        throw new RuntimeError(
          `Output ${i} of the user-provided function does not require gradients. The outputs must be computed in a differentiable manner from the input when running in strict mode.`,
        );
    });
  }

  /** Gradients of outputs; zeros where there are none. */
  gradients(
    outputs: readonly Tensor[],
    grads: readonly Tensor[],
    recorded: boolean = this.options.create_graph,
  ): Tensor[] {
    const used = outputs.map((_, i) => i).filter((i) => outputs[i]!.requires_grad);
    const found =
      used.length === 0
        ? this.inputs.map(() => null)
        : gradientsOf(
            used.map((i) => outputs[i]!),
            this.inputs,
            used.map((i) => grads[i]!),
            { createGraph: recorded, retainGraph: true },
          );
    return found.map((grad, i) => grad ?? this.#missing(outputs, i));
  }

  #missing(outputs: readonly Tensor[], input: number): Tensor {
    if (this.options.strict)
      throw new RuntimeError(
        `Output ${this.outputs.indexOf(outputs[0]!)} of the user-provided function is independent of input ${input}. This is not allowed in strict mode.`,
      );
    return zeros_like(this.inputs[input]!.detach());
  }

  /** A result, without history unless that is wanted. */
  finish(tensor: Tensor): Tensor {
    return this.options.create_graph ? tensor : tensor.detach();
  }

  /** Results for the inputs, in the form in which the inputs were given. */
  forInputs<T>(results: readonly T[]): T | readonly T[] {
    return this.severalInputs ? results : results[0]!;
  }

  /** Results for the outputs, in the form in which the function gave them. */
  forOutputs<T>(results: readonly T[]): T | readonly T[] {
    return this.severalOutputs ? results : results[0]!;
  }

  /** The outputs as results. */
  output(): OneOrMany {
    return this.forOutputs(this.outputs.map((output) => this.finish(output)));
  }
}

function basis(output: Tensor, position: number): Tensor {
  const result = zeros([output.numel()], { dtype: output.dtype });
  result.select(0, position).fill_(1);
  return result.view(output.shape) as Tensor;
}

/** The Jacobian of one output with respect to each input. */
function jacobianOf(evaluation: Evaluation, output: Tensor): Tensor[] {
  const rows = Array.from({ length: output.numel() }, (_, position) =>
    evaluation.gradients([output], [basis(output, position)]),
  );
  return evaluation.inputs.map((input, i) => {
    const shape = [...output.shape, ...input.shape];
    if (rows.length === 0) return zeros(shape, { dtype: input.dtype });
    const jacobian = stack(rows.map((row) => row[i]!)).view(shape) as Tensor;
    if (evaluation.options.strict && evaluation.options.create_graph && !jacobian.requires_grad)
      throw new RuntimeError(
        `The jacobian of the user-provided function is independent of input ${i}. This is not allowed in strict mode when create_graph=True.`,
      );
    return evaluation.finish(jacobian);
  });
}

/** A tensor, or arrays of tensors: one level for several outputs, one for several inputs. */
export type Nested = Tensor | readonly Tensor[] | readonly (readonly Tensor[])[];

/**
 * The Jacobian of a function: for one output and one input a tensor whose shape is the output's followed by the input's; with several inputs an array of them, with several
 * outputs an array of those.
 *
 * @throws TypeError when the function gives anything but tensors; RuntimeError in strict mode where something does not depend on an input.
 * Source: `torch.autograd.functional.jacobian`.
 */
export function jacobian(func: TensorFunction, inputs: Tensor, options?: JacobianOptions): Tensor;
export function jacobian(func: TensorFunction, inputs: OneOrMany, options?: JacobianOptions): Nested;
export function jacobian(func: TensorFunction, inputs: OneOrMany, options: JacobianOptions = {}): Nested {
  const evaluation = new Evaluation("jacobian", func, inputs, options);
  return enable_grad(
    () =>
      // Tensors at most two levels deep.
      evaluation.forOutputs(
        evaluation.outputs.map((output) => evaluation.forInputs(jacobianOf(evaluation, output))),
      ) as Nested,
  );
}

/** @throws RuntimeError when a function gives anything but one number. */
function checkScalar(result: OneOrMany, name: string): Tensor {
  if (isList(result)) throw new RuntimeError(`The function given to ${name} should return a single Tensor.`);
  if (result.numel() !== 1)
    throw new RuntimeError(
      `The Tensor returned by the function given to ${name} should contain a single element: this one has shape ${formatShape(result.shape)}. Reduce it, for example with .sum().`,
    );
  return result.reshape([]) as Tensor;
}

/**
 * The second derivatives of a function that gives one number: for one input a tensor with its shape twice, for several inputs arrays of arrays.
 *
 * @throws RuntimeError when the function gives more than one number, or in strict mode where something does not depend on an input.
 * Source: `torch.autograd.functional.hessian`.
 */
export function hessian(func: TensorFunction, inputs: Tensor, options?: JacobianOptions): Tensor;
export function hessian(func: TensorFunction, inputs: OneOrMany, options?: JacobianOptions): Nested;
export function hessian(func: TensorFunction, inputs: OneOrMany, options: JacobianOptions = {}): Nested {
  const { strict = false } = options;
  const single = (...inner: Tensor[]): Tensor => checkScalar(func(...inner), "hessian");
  const gradient = (...given: Tensor[]): OneOrMany => {
    const rows = jacobian(single, given, { create_graph: true, strict }) as readonly Tensor[]; // one output, an array of inputs
    if (strict) checkDependence(rows);
    return isList(inputs) ? rows : rows[0]!;
  };
  return jacobian(gradient, inputs, options);
}

function checkDependence(rows: readonly Tensor[]): void {
  rows.forEach(({ requires_grad }, i) => {
    if (!requires_grad)
      throw new RuntimeError(
        `While computing the hessian, found that the jacobian of the user-provided function with respect to input ${i} is independent of the input. This is not allowed in strict mode. You should ensure that your function is twice differentiable.`,
      );
  });
}

/** The vectors to multiply with, or 1 for a single number. */
function vectorsFor(
  pattern: readonly Tensor[],
  several: boolean,
  v: OneOrMany | null,
  missing: string,
): readonly Tensor[] {
  if (v === null) {
    if (several || pattern.length !== 1 || pattern[0]!.numel() !== 1)
      throw new RuntimeError(`The vector v can only be None if ${missing}.`);
    return [ones_like(pattern[0]!.detach())];
  }
  const vectors = asTensors(v, "v", "the function");
  if (vectors.length !== pattern.length)
    throw new RuntimeError(
      `v is a tuple of invalid length: should be ${pattern.length} but got ${vectors.length}.`,
    );
  vectors.forEach(({ shape }, i) => {
    if (!sameShape(shape, pattern[i]!.shape))
      throw new RuntimeError(
        `${several ? `Entry ${i} in v` : "v"} has invalid size: should be ${formatShape(pattern[i]!.shape)} but got ${formatShape(shape)}.`,
      );
  });
  return vectors;
}

const oneNumberIn = "the input to the user-provided function is a single Tensor with a single element";
const oneNumberOut = "the user-provided function returns a single Tensor with a single element";

/** The outputs, and the product with a vector. */
type Product = [outputs: OneOrMany, product: OneOrMany];

/**
 * The function's outputs, and `v` times its Jacobian, in the form of the inputs.
 *
 * @throws RuntimeError when `v` does not fit the outputs, or is missing for more than one number.
 * Source: `torch.autograd.functional.vjp`.
 */
export function vjp(
  func: TensorFunction,
  inputs: OneOrMany,
  v: OneOrMany | null = null,
  options: FunctionalOptions = {},
): Product {
  const evaluation = new Evaluation("vjp", func, inputs, options);
  const vectors = vectorsFor(evaluation.outputs, evaluation.severalOutputs, v, oneNumberOut);
  const grads = enable_grad(() => evaluation.gradients(evaluation.outputs, vectors));
  return [evaluation.output(), evaluation.forInputs(grads.map((grad) => evaluation.finish(grad)))];
}

/** The Jacobian of `outputs` times `vectors`, by differentiating the gradients with respect to what they start from. */
function pushed(evaluation: Evaluation, outputs: readonly Tensor[], vectors: readonly Tensor[]): Tensor[] {
  const starts = outputs.map((output) => zeros_like(output.detach()).requires_grad_());
  const grads = evaluation.gradients(outputs, starts, true);
  const used = grads.map((_, i) => i).filter((i) => grads[i]!.requires_grad);
  const found =
    used.length === 0
      ? starts.map(() => null)
      : gradientsOf(
          used.map((i) => grads[i]!),
          starts,
          used.map((i) => vectors[i]!),
          { createGraph: evaluation.options.create_graph, retainGraph: true },
        );
  return found.map((tangent, i) => tangent ?? zeros_like(outputs[i]!.detach()));
}

/**
 * The function's outputs, and its Jacobian times `v`, in the form of the outputs.
 *
 * @throws RuntimeError when `v` does not fit the inputs, or is missing for more than one number.
 * Source: `torch.autograd.functional.jvp`.
 */
export function jvp(
  func: TensorFunction,
  inputs: OneOrMany,
  v: OneOrMany | null = null,
  options: FunctionalOptions = {},
): Product {
  const evaluation = new Evaluation("jvp", func, inputs, options);
  const vectors = vectorsFor(evaluation.inputs, evaluation.severalInputs, v, oneNumberIn);
  const tangents = enable_grad(() => pushed(evaluation, evaluation.outputs, vectors));
  return [evaluation.output(), evaluation.forOutputs(tangents.map((tangent) => evaluation.finish(tangent)))];
}

/** The output of a function that gives one number, and its Hessian times a vector, which is the same from both sides. */
function hessianProduct(
  name: string,
  func: TensorFunction,
  inputs: OneOrMany,
  v: OneOrMany | null,
  options: FunctionalOptions,
): Product {
  const checked = (...given: Tensor[]): OneOrMany => {
    const result = func(...given);
    checkScalar(result, name);
    return result;
  };
  const evaluation = new Evaluation(name, checked, inputs, options);
  const vectors = vectorsFor(evaluation.inputs, evaluation.severalInputs, v, oneNumberIn);
  const [output] = evaluation.outputs;
  const products = enable_grad(() =>
    evaluation.gradients(evaluation.gradients([output!], [ones_like(output!.detach())], true), vectors),
  );
  return [evaluation.output(), evaluation.forInputs(products.map((product) => evaluation.finish(product)))];
}

/**
 * The output of a function that gives one number, and `v` times its Hessian.
 *
 * @throws RuntimeError as `hessian` and `vjp`.
 * Source: `torch.autograd.functional.vhp`.
 */
export function vhp(
  func: TensorFunction,
  inputs: OneOrMany,
  v: OneOrMany | null = null,
  options: FunctionalOptions = {},
): Product {
  return hessianProduct("vhp", func, inputs, v, options);
}

/**
 * The output of a function that gives one number, and its Hessian times `v`. The Hessian is symmetric, so that `vhp` gives the same.
 *
 * @throws RuntimeError as `hessian` and `jvp`.
 * Source: `torch.autograd.functional.hvp`.
 */
export function hvp(
  func: TensorFunction,
  inputs: OneOrMany,
  v: OneOrMany | null = null,
  options: FunctionalOptions = {},
): Product {
  return hessianProduct("hvp", func, inputs, v, options);
}
