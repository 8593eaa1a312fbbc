/** Arguments by name for the methods that are no operators; an operator's declaration has its names. */
import { isKeywords } from "./binding.ts";

/** The parameters' names in their order. A method that is not here reads an object at its end itself, or takes nothing. */
const parameterNames: Readonly<Record<string, readonly string[]>> = {
  as_strided_: ["size", "stride", "storage_offset"],
  expand_as: ["other"],
  fill_diagonal_: ["fill_value", "wrap"],
  index_put_: ["indices", "values", "accumulate"],
  is_same_size: ["other"],
  is_set_to: ["tensor"],
  map_: ["tensor", "callable"],
  register_hook: ["hook"],
  register_post_accumulate_grad_hook: ["hook"],
  reshape_as: ["other"],
  resize_: ["size"],
  resize_as_: ["the_template"],
  set_: ["source", "storage_offset", "size", "stride"],
  swapaxes_: ["axis0", "axis1"],
  swapdims_: ["dim0", "dim1"],
  transpose_: ["dim0", "dim1"],
  type: ["dtype"],
  view_as: ["other"],
  where: ["condition", "other"],
};

/** The arguments at their places. @throws TypeError for a name that the method does not have, or that was given by position as well. */
function inOrder(method: string, names: readonly string[], given: readonly unknown[]): readonly unknown[] {
  const placed: unknown[] = given.slice(0, -1);
  // The last one was seen to be an object literal.
  for (const [name, value] of Object.entries(given.at(-1) as Readonly<Record<string, unknown>>)) {
    const place = names.indexOf(name);
    if (place < 0)
      throw new TypeError(
        `${method}() got an unexpected keyword argument '${name}'. The names are ${names.join(", ")}.`,
      );
    if (place < given.length - 1)
      throw new TypeError(`${method}() got multiple values for argument '${name}': give it once.`);
    placed[place] = value;
  }
  return placed;
}

/** A method's arguments by position, of arguments of which the last ones may have come by name in one object. */
export function withoutNames(method: string, given: readonly unknown[]): readonly unknown[] {
  const names = parameterNames[method];
  return names !== undefined && isKeywords(given.at(-1)) ? inOrder(method, names, given) : given;
}
