/** The shape that shapes broadcast to, without tensors. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { broadcastShapes, formatShape, type Shape } from "../../shape.ts";

/**
 * The shape that tensors of the given shapes broadcast to; a number stands for the shape of a vector.
 *
 * `broadcast_shapes([2, 1], [3])` is `[2, 3]`.
 *
 * @throws RuntimeError when the shapes do not broadcast, ValueError when a size is negative.
 * Source: `torch.broadcast_shapes`.
 */
export function broadcast_shapes(...shapes: readonly (number | Shape)[]): Shape {
  const lists = shapes.map((shape) => (typeof shape === "number" ? [shape] : shape));
  return lists.reduce<Shape>((common, shape) => {
    if (shape.some((size) => size < 0))
      throw new ValueError(
        `Attempting to broadcast a dimension with negative length! ${formatShape(shape)} has a size below 0.`,
      );
    try {
      return broadcastShapes(common, shape);
    } catch {
      throw new RuntimeError(
        `Attempting to broadcast a dimension that does not fit! Got ${formatShape(shape)}; but expected shape should be broadcastable to ${formatShape(common)}. Sizes are compared from the right and must be equal, or one of them 1.`,
      );
    }
  }, []);
}
