import { stridedBackward, stridedView } from "../ops/shaping/slicing.ts";
import { contiguousStrides, type Shape } from "../shape.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import type { Tensor } from "../tensor.ts";
import { enable_grad } from "./modes.ts";
import { edgeOf, factsOf, Node, type Backward } from "./node.ts";

/**
 * How a view came about of which autograd cannot follow a write: `"several"` views came from one call, `"unrecorded"` was made inside of `no_grad`, `"inference"` in
 * inference mode, `"function"` by a custom function.
 *
 * Source: `CreationMeta` in `torch/csrc/autograd/variable.h`.
 */
export type ViewOrigin = "several" | "unrecorded" | "inference" | "function";

const insideOrOutside = (mode: string): string =>
  "Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and the inplace either both inside " +
  `the ${mode} block (if you don't want the inplace to be tracked) or both outside (if you want the inplace to be tracked).`;

const advice: { readonly [Origin in ViewOrigin]: string } = {
  several:
    "This view is the output of a function that returns multiple views. Such functions do not allow the output views to be modified inplace. " +
    "You should replace the inplace operation by an out-of-place one, such as x.add(…) for x.add_(…).",
  unrecorded: insideOrOutside("no_grad"),
  inference: insideOrOutside("inference_mode"),
  function:
    "This view was created inside a custom Function (or because an input was returned as-is) and the autograd logic to handle view+inplace would override the custom backward " +
    "associated with the custom Function, leading to incorrect gradients. This behavior is forbidden. You can fix this by cloning the output of the custom Function.",
};

/**
 * The complaint about a write that autograd cannot follow through a view.
 *
 * @param node the function that made the view, if it was recorded.
 * Source: `handle_view_on_rebase` in `torch/csrc/autograd/variable.cpp`.
 */
export function unfollowed(
  origin: ViewOrigin,
  what: "view" | "base",
  node: Node | null,
  position: number,
): RuntimeError {
  const modified =
    what === "view"
      ? "is being modified inplace"
      : "its base or another view of its base has been modified inplace";
  const mode = origin === "inference" ? "inference mode" : "no_grad mode";
  const outside = origin === "inference" ? " in normal mode" : " with grad mode enabled";
  const inMode = origin === "unrecorded" || origin === "inference";
  const subject =
    node === null
      ? `A view was created in ${mode} and ${modified}${outside}.`
      : `Output ${position} of ${node.label.replace(/Backward\d*$/, "")} is a view${inMode ? ` of a view which was created in ${mode}` : ""} and ${modified}${inMode ? outside : ""}.`;
  return new RuntimeError(`${subject} ${advice[origin]}`);
}

interface Geometry {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Where a view's elements lie among those of its base, which is row-major: only views are not. */
function geometryOf(view: Tensor, base: Tensor): Geometry {
  return { shape: view.shape, strides: view.strides, offset: view.offset - base.offset };
}

/**
 * Gives a view a new history after its base was changed in place: it is read anew from the base, as PyTorch regenerates a view's `grad_fn`.
 *
 * @param node the history that it had.
 * @throws RuntimeError for a view that cannot be read anew.
 */
export function refreshView(view: Tensor, node: Node | null): void {
  const base = view.base!;
  if (view.viewOrigin !== null) throw unfollowed(view.viewOrigin, "base", node, view.output_nr);
  view.viewVersion = view.storage.version;
  const { shape, strides, offset } = geometryOf(view, base);
  view.grad_fn = enable_grad(() => stridedView(base, shape, strides, offset)).grad_fn;
}

/** The same gradient with the elements of the view exchanged for those of `inner`. */
function replaceRegion(
  grad: Tensor,
  region: Tensor,
  inner: Tensor | null,
  { shape, strides, offset }: Geometry,
): Tensor {
  const outside = grad.sub(stridedBackward(region, grad.shape, shape, strides, offset));
  return inner === null ? outside : outside.add(stridedBackward(inner, grad.shape, shape, strides, offset));
}

/**
 * Gives a base the history that an in-place operation on one of its views makes: outside the view the gradient passes, inside it goes through the
 * operation.
 *
 * @param node the operation, recorded as if the view were a tensor of its own.
 * @param position which of its inputs is the view before the operation.
 * Source: `CopySlices` in `torch/csrc/autograd/functions/tensor.h`.
 */
export function recordCopySlices(view: Tensor, node: Node, position = 0): void {
  const base = view.base!;
  const geometry = geometryOf(view, base);
  const baseStrides = contiguousStrides(base.shape);
  const backward: Backward = ([arrived]) => {
    const grad = arrived!; // a node of one result runs when its gradient has arrived
    const whole = stridedView(grad.contiguous(), base.shape, baseStrides, 0);
    const region = stridedView(whole, geometry.shape, geometry.strides, geometry.offset);
    const grads = node.apply([region]);
    return [...grads].with(position, replaceRegion(grad, region, grads[position] ?? null, geometry));
  };
  const edges = [...node.edges].with(position, edgeOf(base));
  const inputs = [...node.inputs].with(position, factsOf(base));
  const copySlices = new Node("CopySlices", edges, inputs, factsOf(base), backward, {}, [], node);
  copySlices.isCustom = node.isCustom;
  base.grad_fn = copySlices;
  base.historyVersion = base.storage.version;
}
