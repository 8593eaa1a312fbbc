/** Binding for correct calls, compiled for each operator. */
import { bind, isKeywords } from "./binding.ts";
import type { ArgumentsOf, Parameters } from "./parameters.ts";

/** Matches the arguments of one operator's call with its parameters. @throws as `bind`. */
export type Binder<P extends Parameters> = (args: readonly unknown[]) => ArgumentsOf<P>;

/** What a compiled binder refers to. */
interface Surroundings<P extends Parameters> {
  readonly slow: Binder<P>;
  readonly isKeywords: typeof isKeywords;
  readonly conversions: readonly ((value: unknown) => unknown)[];
  readonly fallbacks: readonly unknown[];
}

/** The positional parameters first, those by name behind, if calls can be matched by position; else `null`. */
function arrangement<P extends Parameters>(parameters: P): { names: string[]; positional: number } | null {
  const entries = Object.entries(parameters);
  const positional = entries.filter(([, parameter]) => !parameter.keywordOnly);
  const byName = entries.filter(([, parameter]) => parameter.keywordOnly);
  const required = positional.filter(([, parameter]) => !("fallback" in parameter)).length;
  const regular =
    positional.every(([, parameter], i) => "fallback" in parameter === i >= required) &&
    byName.every(([, parameter]) => "fallback" in parameter);
  return regular
    ? { names: [...positional, ...byName].map(([name]) => name), positional: positional.length }
    : null;
}

/** The statements that find the value of one parameter. */
function statements(name: string, position: number, positional: number, variadic: number): string {
  const [value, convert] = [`v${position}`, `conversions[${position}]`];
  const byPlace =
    position === variadic
      ? `${convert}(separate ? args.slice(${position}, count) : args[${position}])`
      : `${convert}(args[${position}])`;
  // What follows sizes that were given one by one cannot have come by position.
  const condition =
    variadic >= 0 && position > variadic ? `!separate && count > ${position}` : `count > ${position}`;
  const key = JSON.stringify(name);
  return [
    `let ${value};`,
    position < positional ? `if (${condition}) ${value} = ${byPlace}; else` : ``,
    `if (left > 0 && (${value} = keywords[${key}]) !== undefined) { left--; ${value} = ${convert}(${value}); }`,
    `else ${value} = fallbacks[${position}];`,
    `if (${value} === undefined) return slow(args);`,
  ].join(" ");
}

/**
 * Makes the binder of one operator. Calls in which every argument is what its parameter expects take a short way that is compiled for the operator: it costs a
 * fifth of `bind`. All others, among them those with mistakes, go through `bind`.
 */
export function binderFor<P extends Parameters>(operator: string, parameters: P): Binder<P> {
  const slow: Binder<P> = (args) => bind(operator, parameters, args);
  const arranged = arrangement(parameters);
  if (arranged === null) return slow;
  const { names, positional } = arranged;
  const ordered = names.map((name) => parameters[name]!);
  const variadic = ordered.findIndex((parameter) => parameter.variadic);
  // A conversion answers `undefined` for what it does not accept: then `bind` looks again and says what is wrong.
  const body = [
    `let count = args.length, left = 0, keywords;`,
    `if (count > 0 && isKeywords(args[count - 1])) { keywords = args[--count]; for (const _ in keywords) left++; }`,
    variadic < 0 ? `` : `const separate = count > ${variadic} && !Array.isArray(args[${variadic}]);`,
    `if (count > ${positional}${variadic < 0 ? "" : " && !separate"}) return slow(args);`,
    ...names.map((name, position) => statements(name, position, positional, variadic)),
    // A name that no parameter has, or one that was given by position too.
    `if (left > 0) return slow(args);`,
    `return { ${names.map((name, i) => `${JSON.stringify(name)}: v${i}`).join(", ")} };`,
  ];
  const text = `const { slow, isKeywords, conversions, fallbacks } = surroundings; return (args) => {\n${body.join("\n")}\n};`;
  // oxlint-disable-next-line typescript/no-implied-eval, no-new-func -- the text is made of the declaration's own names
  const make = new Function("surroundings", text) as (surroundings: Surroundings<P>) => Binder<P>;
  return make({
    slow,
    isKeywords,
    conversions: ordered.map((parameter) => parameter.convert),
    fallbacks: ordered.map((parameter) => parameter.fallback as unknown),
  });
}
