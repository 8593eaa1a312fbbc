/** Which arguments of a function a transform is about, and how the transforms' own arguments are given. */
import { isKeywords } from "../binding.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import type { Tree } from "./tree.ts";

/** A function that is transformed, with arguments of any structure. */
export type Transformed = (...args: never[]) => Tree;

/**
 * A function whose arguments the caller's annotations decide. The transforms say `Args extends unknown[] = Tensor[]`, so that a function without annotations, as
 * `(x) => x.sin()`, is one of tensors.
 */
export type FunctionOf<Args extends unknown[]> = (...args: Args) => Tree;

/** Positions of arguments: one, or several. */
export type Argnums = number | readonly number[];

/**
 * Positional arguments and keywords together: `values` in the order of the defaults' names, or by name in an object at the end.
 *
 * @throws TypeError for an unknown name.
 */
export function keywordsOf<D extends Record<string, unknown>>(defaults: D, values: readonly unknown[]): D {
  const names = Object.keys(defaults);
  const result: Record<string, unknown> = { ...defaults };
  values.forEach((value, position) => {
    if (value === undefined) return;
    if (!isKeywords(value)) result[names[position]!] = value;
    else
      for (const [name, given] of Object.entries(value)) {
        if (!names.includes(name))
          throw new TypeError(
            `got an unexpected keyword argument '${name}'. The names are ${names.join(", ")}.`,
          );
        if (given !== undefined) result[name] = given;
      }
  });
  return result as D; // only names of the defaults were set
}

/** The positions counted from the start. @throws RuntimeError when one is out of range, or no whole number. */
function positionsOf(argnums: Argnums, count: number): readonly number[] {
  return [argnums].flat().map((argnum: unknown) => {
    if (typeof argnum !== "number" || !Number.isInteger(argnum))
      throw new RuntimeError(`argnums must be int or Tuple[int, ...], got: ${typeof argnum}.`);
    if (argnum < -count || argnum >= count)
      throw new RuntimeError(`Got argnum=${argnum}, but only ${count} positional inputs.`);
    return argnum < 0 ? argnum + count : argnum;
  });
}

/** The arguments at some positions. */
export function argumentsAt(args: readonly unknown[], argnums: Argnums): unknown[] {
  return positionsOf(argnums, args.length).map((position) => args[position]);
}

/** All arguments, with others at some positions. */
export function replaceArguments(
  args: readonly unknown[],
  argnums: Argnums,
  values: readonly unknown[],
): unknown[] {
  const result = [...args];
  positionsOf(argnums, args.length).forEach((position, i) => {
    result[position] = values[i];
  });
  return result;
}
