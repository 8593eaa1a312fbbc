/** In-place forms of operators: the result is written over the first input, and history is rewritten to match. */
import { bind } from "../binding.ts";
import { can_cast } from "../dtype.ts";
import { NotImplementedError } from "../errors/notImplementedError.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import type { OperatorFacts } from "../operator.ts";
import { computedOnCpu, runPlaced, runWriting } from "../operatorPlacement.ts";
import { copy } from "../ops/shaping/conversion.ts";
import { accelerated } from "../placement.ts";
import { closeScope, openScope } from "../scope.ts";
import { alias, copyInto, duplicate, promoteTensors } from "../settle.ts";
import { broadcastShapes, formatShape, sameShape, type Shape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { is_inference_mode_enabled, isRecording, swapGradMode } from "./modes.ts";
import { AccumulateGrad, edgeOf, type Edge } from "./node.ts";
import { needsGrad, planOf, readsFirst, record } from "./record.ts";
import { recordCopySlices, unfollowed } from "./views.ts";

/**
 * @param recorded whether the write comes to be recorded even when `self` does not require grad, because something else does.
 * @throws RuntimeError when autograd could not follow a write into `self`, or several elements share one place.
 */
export function checkWritable(self: Tensor, recorded = false): void {
  if (self.inference && !is_inference_mode_enabled())
    throw new RuntimeError(
      "Inplace update to inference tensor outside InferenceMode is not allowed. You can make a clone to get a normal tensor before doing inplace update: x.clone().",
    );
  if (isRecording() && (recorded || self.requires_grad)) checkFollowed(self);
  const overlapping = self.shape.some((size, dim) => size > 1 && self.strides[dim] === 0);
  if (overlapping)
    throw new RuntimeError(
      `unsupported operation: more than one element of the written-to tensor refers to a single memory location: shape ${formatShape(self.shape)} is expanded with strides ${formatShape(self.strides)}. Please clone() the tensor before performing the operation.`,
    );
}

/** Source: `check_inplace` in `torch/csrc/autograd/VariableTypeUtils.h`. */
function checkFollowed(self: Tensor): void {
  const { base } = self;
  if (base !== null) {
    if (self.viewOrigin !== null) throw unfollowed(self.viewOrigin, "view", self.grad_fn, self.output_nr);
    if (base.requires_grad && base.is_leaf)
      throw new RuntimeError(
        "a view of a leaf Variable that requires grad is being used in an in-place operation. Clone the leaf first, or write inside torch.no_grad(() => …).",
      );
  }
  if (self.requires_grad && self.is_leaf)
    throw new RuntimeError(
      "a leaf Variable that requires grad is being used in an in-place operation. Use the form without the underscore, which gives a new tensor, or write inside torch.no_grad(() => …), as optimizers do.",
    );
}

/** Counts a write into `self`, unless it is another tensor's `data`, of which autograd knows nothing. */
export function markWritten(self: Tensor): void {
  self.storage.markWritten();
  if ((self.base ?? self).untracked) self.storage.version--;
}

/** @throws RuntimeError when `result` cannot be written into `self`. */
function checkResult(self: Tensor, result: Pick<Tensor, "dtype" | "shape">): void {
  if (!can_cast(result.dtype, self.dtype))
    throw new RuntimeError(
      `result type ${result.dtype.typeName} can't be cast to the desired output type ${self.dtype.typeName}: a ${self.dtype.toString()} tensor cannot hold it. Use the form without the underscore, or convert the tensor first.`,
    );
  if (!sameShape(result.shape, self.shape))
    throw new RuntimeError(
      `output with shape ${formatShape(self.shape)} doesn't match the broadcast shape ${formatShape(result.shape)}: an in-place operation cannot make its tensor larger. Use the form without the underscore.`,
    );
}

/** @throws RuntimeError when what operands promote and broadcast to cannot be written into `self`. */
function checkPromotion(self: Tensor, args: Readonly<Record<string, unknown>>): void {
  const operands = Object.values(args).filter((value): value is Tensor => value instanceof Tensor);
  const shape = operands.reduce<Shape>((so, operand) => broadcastShapes(so, operand.shape), []);
  checkResult(self, { dtype: promoteTensors(operands), shape });
}

/** The tensor as it was before the operation, with its history: a copy of the elements where the derivative reads them. */
function before(self: Tensor, copied: boolean): Tensor {
  const original = copied ? duplicate(self) : alias(self, self.shape, self.strides);
  original.becomeOutput(self.grad_fn, self.output_nr);
  return original;
}

/**
 * Runs an operator and writes the result over `self`, its first input, which it returns.
 *
 * @throws RuntimeError for a leaf that requires grad, a result that does not fit, or elements that overlap; nothing is written then.
 */
export function applyInPlace(operator: OperatorFacts, self: Tensor, rest: readonly unknown[]): Tensor {
  if (operator.choose) return applyInPlace(operator.choose(self, ...rest), self, rest);
  const { declaration } = operator;
  if (declaration === null) return applyComposite(operator, self, rest);
  // The table of parameters is the operator's own.
  const args = bind(`${operator.operatorName}_`, declaration.parameters, [self, ...rest]) as Record<
    string,
    unknown
  >;
  const wanted = isRecording() && needsGrad(planOf(declaration), args);
  checkWritable(self, wanted);
  const recording = wanted && declaration.vjp !== null;
  const original = recording ? before(self, readsFirst(planOf(declaration), args)) : null;
  try {
    const compute = (output: Tensor): unknown =>
      accelerated && declaration.onCpu
        ? computedOnCpu(args, (copies) => declaration.forward(copies))
        : declaration.forward(args, output);
    // In-place operators have one result.
    const write = (): void => overwrite(self, (output) => compute(output) as Tensor);
    if (accelerated) runWriting(`${operator.operatorName}_`, self, args, declaration.anywhere ?? [], write);
    else write();
  } catch (error) {
    // PyTorch looks at what is to be written before it looks for a kernel.
    if (error instanceof NotImplementedError) checkPromotion(self, args);
    throw error;
  }
  markWritten(self);
  if (original !== null) rewriteHistory(operator, self, { ...args, input: original });
  return self;
}

/** The in-place form of an operator that is written in others: it is computed from the tensor as it was, and copied over it. */
function applyComposite(operator: OperatorFacts, self: Tensor, rest: readonly unknown[]): Tensor {
  // The table of parameters is the operator's own.
  const args = bind(`${operator.operatorName}_`, operator.parameters, [self, ...rest]) as Record<
    string,
    unknown
  >;
  checkWritable(self);
  const [first] = Object.keys(operator.parameters);
  const recorded = isRecording() && self.requires_grad;
  const compute = (): unknown =>
    operator.define!({ ...args, [first!]: recorded ? before(self, true) : self });
  // In-place operators have one result.
  const result = (accelerated ? runPlaced(operator.operatorName, args, compute) : compute()) as Tensor;
  checkResult(self, result);
  if (!recorded || self.base !== null || result.dtype !== self.dtype || result.grad_fn === null)
    return applyInPlace(copy, self, [result]);
  const previous = edgeOf(self);
  copyInto(self, result);
  markWritten(self);
  // What made the result has made this tensor now.
  self.becomeOutput(result.grad_fn, result.output_nr);
  self.historyVersion = self.storage.version;
  moveRetained(self, previous);
  return self;
}

/** Writes what `compute` gives over `self`, unless it was put there already. */
function overwrite(self: Tensor, compute: (output: Tensor) => Tensor): void {
  const grad = swapGradMode(false);
  const scope = openScope();
  try {
    const result = compute(self);
    if (result.storage === self.storage) return;
    checkResult(self, result);
    copyInto(self, result);
  } finally {
    closeScope(scope, null);
    swapGradMode(grad);
  }
}

function rewriteHistory(operator: OperatorFacts, self: Tensor, args: Record<string, unknown>): void {
  const previous = edgeOf(self);
  const { savesResult } = planOf(operator.declaration!);
  const name = operator.declaration!.gradFnInPlace;
  if (self.base === null) {
    record(operator.declaration!, args, self);
    if (name !== undefined) self.grad_fn!.label = name;
    self.grad_fn!.expectUnwritten(self.storage, savesResult ? self : null);
    self.historyVersion = self.storage.version;
  } else {
    const standIn = alias(self, self.shape, self.strides);
    record(operator.declaration!, args, standIn);
    standIn.grad_fn!.expectUnwritten(self.storage, savesResult ? standIn : null);
    recordCopySlices(self, standIn.grad_fn!);
  }
  moveRetained(self, previous);
}

/** Whoever asked for the gradient of a tensor gets that of its last value. Hooks stay with the value that they were attached to. */
export function moveRetained(self: Tensor, previous: Edge | null): void {
  if (previous === null || previous instanceof AccumulateGrad || !previous.retained?.includes(self)) return;
  previous.retained.splice(previous.retained.indexOf(self), 1);
  const edge = edgeOf(self)!;
  if (!(edge instanceof AccumulateGrad)) (edge.retained ??= []).push(self);
}
