import type { ArgumentsOf, Parameter, Parameters } from "./parameters.ts";
import { Tensor } from "./tensor.ts";
import { formatShape } from "./shape.ts";

/** What a value is, for an error message: `a Tensor of shape [2, 3]`, `the string "cpu"`. */
export function describe(value: unknown): string {
  if (value instanceof Tensor) return `a Tensor of shape ${formatShape(value.shape)}`;
  if (typeof value === "string") return `the string ${JSON.stringify(value)}`;
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value))
    return `an array of ${value.length}${value.length > 0 ? ` (first: ${describe(value[0])})` : ""}`;
  if (typeof value === "object") return `a ${value.constructor?.name ?? "plain object"}`;
  return typeof value === "function" ? "a function" : `${String(value)} (${typeof value})`;
}

/** Whether a value is an object literal: the form in which keyword arguments come. */
export function isKeywords(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || value instanceof Tensor) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function convert<T>(operator: string, name: string, parameter: Parameter<T>, value: unknown): T {
  const converted = parameter.convert(value);
  if (converted === undefined)
    throw new TypeError(
      `${operator}(): argument '${name}' must be ${parameter.expects}, not ${describe(value)}.`,
    );
  return converted;
}

/** Takes the positional argument at `position`, or all the rest for a variadic parameter given as separate numbers. */
function takePositional(
  parameter: Parameter<unknown>,
  args: readonly unknown[],
  position: number,
): { value: unknown; next: number } {
  const value = args[position];
  if (parameter.variadic && !Array.isArray(value)) return { value: args.slice(position), next: args.length };
  return { value, next: position + 1 };
}

/**
 * Further names of parameters: NumPy's, which PyTorch takes as well (`numpy_compatibility_arg_names` in `torch/csrc/utils/python_arg_parser.cpp`), and those of
 * overloads that are one operator here.
 */
const furtherNames: Readonly<Record<string, string>> = {
  axis: "dim",
  keepdims: "keepdim",
  x: "input",
  a: "input",
  x1: "input",
  x2: "other",
  value: "src",
  split_size: "split_size_or_sections",
};

/** The parameter that another name means. `input` and `tensor` mean the first one, whatever it is called: PyTorch takes `input` for the `A` of `torch.linalg` too. */
function meantBy(name: string, parameters: Parameters): string | undefined {
  if (name in parameters) return undefined;
  const further = furtherNames[name];
  if (further !== undefined && further in parameters) return further;
  const first = Object.keys(parameters)[0];
  const isFirst = (name === "input" || name === "tensor") && first !== undefined;
  return isFirst && parameters[first]?.holds === "tensor" ? first : undefined;
}

/** The keywords under the names of the parameters. */
export function underOwnNames(
  parameters: Parameters,
  keywords: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (!Object.keys(keywords).some((name) => meantBy(name, parameters) !== undefined)) return keywords;
  return Object.fromEntries(
    Object.entries(keywords).map(([name, value]) => [meantBy(name, parameters) ?? name, value]),
  );
}

/**
 * Matches what a caller wrote with an operator's parameters.
 *
 * @throws TypeError that names the argument, what it must be and what came, or that lists the parameters when there are too many, too few or
 * unknown ones.
 */
export function bind<P extends Parameters>(
  operator: string,
  parameters: P,
  args: readonly unknown[],
): ArgumentsOf<P> {
  const last = args.at(-1);
  const keywords = isKeywords(last) ? underOwnNames(parameters, last) : undefined;
  const given = keywords === undefined ? args : args.slice(0, -1);
  const positional =
    given.length > 0 && given.at(-1) === undefined
      ? given.slice(0, given.findLastIndex((value) => value !== undefined) + 1)
      : given;
  const result: Record<string, unknown> = {};
  let position = 0;
  for (const name in parameters) {
    const parameter = parameters[name]!;
    const named = keywords?.[name];
    if (position < positional.length && !parameter.keywordOnly) {
      if (named !== undefined)
        throw new TypeError(
          `${operator}() got multiple values for argument '${name}': once by position, once by name. Drop one.`,
        );
      const { value, next } = takePositional(parameter, positional, position);
      result[name] =
        value === undefined && "fallback" in parameter
          ? parameter.fallback
          : convert(operator, name, parameter, value);
      position = next;
    } else if (named !== undefined) result[name] = convert(operator, name, parameter, named);
    else if ("fallback" in parameter) result[name] = parameter.fallback;
    else if (parameter.variadic) result[name] = [];
    else throw missing(operator, name, parameters);
  }
  if (position < positional.length) throw tooMany(operator, parameters, positional);
  for (const name in keywords) if (!(name in parameters)) throw unexpected(operator, name, parameters);
  // Every parameter was converted by its own `convert` above.
  return result as ArgumentsOf<P>;
}

function signature(operator: string, parameters: Parameters): string {
  return `${operator}(${Object.entries(parameters)
    .map(([name, parameter]) => ("fallback" in parameter ? `${name}=${String(parameter.fallback)}` : name))
    .join(", ")})`;
}

function missing(operator: string, name: string, parameters: Parameters): TypeError {
  return new TypeError(
    `${operator}() missing 1 required positional argument: '${name}', ${parameters[name]!.expects}. The form is ${signature(operator, parameters)}.`,
  );
}

function tooMany(operator: string, parameters: Parameters, positional: readonly unknown[]): TypeError {
  const takes = Object.values(parameters).filter((parameter) => !parameter.keywordOnly).length;
  const last = Object.keys(parameters).at(-1);
  const byName =
    last === undefined ? "" : `; what follows the positional arguments is given by name: {${last}: …}`;
  return new TypeError(
    `${operator}() takes ${takes} positional argument${takes === 1 ? "" : "s"} but ${positional.length} ${positional.length === 1 ? "was" : "were"} given; the last is ${describe(positional.at(-1))}. ` +
      `The form is ${signature(operator, parameters)}${byName}.`,
  );
}

function unexpected(operator: string, name: string, parameters: Parameters): TypeError {
  return new TypeError(
    `${operator}() got an unexpected keyword argument '${name}'. The form is ${signature(operator, parameters)}.`,
  );
}
