/** The ways to write a call of an operator, as types: how many arguments come by position, and which by name behind them. */
import type { Tensor } from "./tensor.ts";

/** Where the result is written. */
export interface OutOption {
  readonly out?: Tensor | readonly Tensor[] | null;
}

/** The lists of arguments of all forms of a function, up to three. */
export type ArgumentLists<F> = F extends {
  (...args: infer A): unknown;
  (...args: infer B): unknown;
  (...args: infer C): unknown;
}
  ? A | B | C
  : F extends { (...args: infer A): unknown; (...args: infer B): unknown }
    ? A | B
    : F extends (...args: infer A) => unknown
      ? A
      : never;

/** What has no names of arguments: of a tensor or a dtype one property is enough to tell. */
type Value =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | readonly unknown[]
  | { readonly is_leaf: boolean }
  | { readonly itemsize: number };

/** A list in which every object with names may also say where the result is written, and behind which an object may say it. */
export type WithOut<List extends readonly unknown[]> = [
  ...{
    [I in keyof List]: List[I] extends infer Each ? (Each extends Value ? Each : Each & OutOption) : never;
  },
  options?: OutOption,
];

/** A list of arguments as an object with their names; those that are optional in the list are optional there. */
export type Named<List extends readonly unknown[], Names extends readonly string[]> = Names extends readonly [
  infer Name extends string,
  ...infer Further extends readonly string[],
]
  ? List extends readonly [infer First, ...infer Rest]
    ? { readonly [K in Name]: First } & Named<Rest, Further>
    : List extends readonly [(infer First)?, ...infer Rest]
      ? { readonly [K in Name]?: First | undefined } & Named<Rest, Further>
      : unknown
  : unknown;

/** Any number of a list's arguments by position, and one object with the others. */
type PartlyNamed<
  List extends readonly unknown[],
  Names extends readonly string[],
  More,
  Positional extends readonly unknown[] = [],
> = Names extends readonly [string, ...infer Further extends readonly string[]]
  ? | [...Positional, named: Named<List, Names> & More]
    | (List extends readonly [infer First, ...infer Rest]
        ? PartlyNamed<Rest, Further, More, [...Positional, First]>
        : List extends readonly [(infer First)?, ...infer Rest]
          ? PartlyNamed<Rest, Further, More, [...Positional, First | undefined]>
          : never)
  : never;

/**
 * The lists that stand for a list of arguments: all by position, or the last ones by name in one object.
 *
 * @typeParam Names their names in order.
 * @typeParam More what else may stand in the object.
 */
export type Called<
  List extends readonly unknown[],
  Names extends readonly string[],
  More = unknown,
> = Names extends readonly [] ? List : List | PartlyNamed<List, Names, More>;
