import { stridedBackward, stridedView } from "../ops/slicing.ts";
import { contiguousStrides, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { enable_grad } from "./modes.ts";
import { edgeOf, factsOf, Node, type Backward } from "./node.ts";

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
 */
export function refreshView(view: Tensor): void {
  const base = view.base!;
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
 * @param node the operation, recorded as if the view were a tensor of its own. Its first input is the view before the operation.
 * Source: `CopySlices` in `torch/csrc/autograd/functions/tensor.h`.
 */
export function recordCopySlices(view: Tensor, node: Node): void {
  const base = view.base!;
  const geometry = geometryOf(view, base);
  const baseStrides = contiguousStrides(base.shape);
  const backward: Backward = (grad) => {
    const whole = stridedView(grad.contiguous(), base.shape, baseStrides, 0);
    const region = stridedView(whole, geometry.shape, geometry.strides, geometry.offset);
    const [inner, ...others] = node.apply(region);
    return [replaceRegion(grad, region, inner ?? null, geometry), ...others];
  };
  const edges = [edgeOf(base), ...node.edges.slice(1)];
  const inputs = [factsOf(base), ...node.inputs.slice(1)];
  base.grad_fn = new Node("CopySlices", edges, inputs, factsOf(base), backward, {}, [], node);
  base.historyVersion = base.storage.version;
}
