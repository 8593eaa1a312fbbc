/** Binding for the calls that programs make most, compiled for each operator. */
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
function arrangement<P extends Parameters>(parameters: P): { names: string[]; required: number } | null {
  const entries = Object.entries(parameters);
  const positional = entries.filter(([, parameter]) => !parameter.keywordOnly);
  const byName = entries.filter(([, parameter]) => parameter.keywordOnly);
  const required = positional.filter(([, parameter]) => !("fallback" in parameter)).length;
  const regular =
    positional.every(
      ([, parameter], i) => !parameter.variadic && "fallback" in parameter === i >= required,
    ) && byName.every(([, parameter]) => "fallback" in parameter);
  return regular ? { names: [...positional, ...byName].map(([name]) => name), required } : null;
}

/**
 * Makes the binder of one operator. Calls with positional arguments only, which all are what the parameters expect, take a short way that is compiled for
 * the operator: it costs a fifth of `bind`. All others, and those with mistakes, go through `bind`.
 */
export function binderFor<P extends Parameters>(operator: string, parameters: P): Binder<P> {
  const slow: Binder<P> = (args) => bind(operator, parameters, args);
  const arranged = arrangement(parameters);
  if (arranged === null) return slow;
  const { names, required } = arranged;
  const ordered = names.map((name) => parameters[name]!);
  const positional = ordered.filter((parameter) => !parameter.keywordOnly).length;
  // A conversion answers `undefined` for what it does not accept: then `bind` looks again and says what is wrong.
  const body = [
    `const count = args.length;`,
    `if (count < ${required} || count > ${positional} || isKeywords(args[count - 1])) return slow(args);`,
    ...ordered.map((_, i) => {
      if (i >= positional) return `const v${i} = fallbacks[${i}];`;
      const converted = `conversions[${i}](args[${i}])`;
      const value = i < required ? converted : `count <= ${i} ? fallbacks[${i}] : ${converted}`;
      return `const v${i} = ${value}; if (v${i} === undefined) return slow(args);`;
    }),
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
