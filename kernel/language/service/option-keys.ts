import type { OpenCall } from "./open-call.ts";

/** Prefix of what asks for the keys of an argument. */
export const OPTIONS = "__options__";

/**
 * Declares a function whose last argument may have every key that any form of another function takes at a position: while an
 * object is being written, TypeScript offers the keys of one form alone, and for a union with a class its members as well. What
 * can be iterated, such as an array or a tensor, nobody writes as an object. Of a function with more forms the last eight are seen.
 */
export const optionsType: string = `
type ${OPTIONS}Skipped = string | number | bigint | boolean | symbol | null | undefined | Iterable<unknown> | ((...args: never) => unknown);
type ${OPTIONS}Lists<F> = F extends { (...a: infer A): unknown; (...a: infer B): unknown; (...a: infer C): unknown; (...a: infer D): unknown; (...a: infer E): unknown; (...a: infer G): unknown; (...a: infer H): unknown; (...a: infer I): unknown } ? A | B | C | D | E | G | H | I
  : F extends { new (...a: infer A): unknown; new (...a: infer B): unknown; new (...a: infer C): unknown; new (...a: infer D): unknown } ? A | B | C | D : never;
type ${OPTIONS}At<A, N extends number> = A extends readonly unknown[] ? \`\${N}\` extends keyof A ? A[\`\${N}\` & keyof A] : number extends A["length"] ? A[number] : never : never;
type ${OPTIONS}Of<F, N extends number> = ${OPTIONS}At<${OPTIONS}Lists<F>, N> extends infer E ? E extends ${OPTIONS}Skipped ? never : E : never;
declare function ${OPTIONS}<F, N extends number>(of: F, argument: N, options: ${OPTIONS}Of<F, N>): void;
`;

/** A cell in which the call is one of that function, and how far the cursor has moved. */
export function askingForKeys(
  source: string,
  { from, start, end, argument, object }: OpenCall & { readonly object: number },
): { readonly source: string; readonly moved: number } {
  const before = `${source.slice(0, from)}${OPTIONS}(${source.slice(start, end)}, ${argument}, `;
  return { source: before + source.slice(object), moved: before.length - object };
}
