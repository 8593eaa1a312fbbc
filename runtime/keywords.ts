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

/** An argument by name; NumPy calls `dim` `axis`. */
type Under<Name extends string, T> = Name extends "dim"
  ? { readonly dim: T } | { readonly axis: T }
  : { readonly [K in Name]: T };

type UnderIfGiven<Name extends string, T> = Name extends "dim"
  ? { readonly dim?: T | undefined; readonly axis?: T | undefined }
  : { readonly [K in Name]?: T | undefined };

/** A list of arguments as an object with their names; those that are optional in the list are optional there. */
export type Named<List extends readonly unknown[], Names extends readonly string[]> = Names extends readonly [
  infer Name extends string,
  ...infer Further extends readonly string[],
]
  ? List extends readonly [infer First, ...infer Rest]
    ? Under<Name, First> & Named<Rest, Further>
    : List extends readonly [(infer First)?, ...infer Rest]
      ? UnderIfGiven<Name, First> & Named<Rest, Further>
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

/** Two tensors and options behind them, all by name. */
export type TensorsByName<First extends string, Second extends string, Options> = {
  readonly [Name in First | Second]: Tensor;
} & Options;

/** Two tensors and options behind them, by position and by name. */
export type TensorsWithOptions<First extends string, Second extends string, Options> =
  | [first: Tensor, second: Tensor | ({ readonly [Name in Second]: Tensor } & Options), options?: Options]
  | [named: TensorsByName<First, Second, Options>];

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

/** `"input, dim?"` as `["input", "dim?"]`. */
type Listed<Names extends string> = Names extends `${infer First}, ${infer Rest}`
  ? [First, ...Listed<Rest>]
  : [Names];

/** What an argument is by position: without the objects with names that may stand in its place. */
type AtPosition<List, I> = List extends readonly unknown[]
  ? I extends keyof List
    ? List[I] extends infer Each
      ? Each extends Value
        ? Each
        : object extends Each
          ? never
          : Each
      : never
    : never
  : never;

/** What an argument is in the objects with names of a list. */
type UnderName<Each, Name> = Each extends Value ? never : Name extends keyof Each ? Each[Name] : never;

type Known<T> = [T] extends [never] ? unknown : T;

/** What an argument of a function is: `Lists` are those of its forms. */
type Argument<Lists extends readonly unknown[], Name, I> = Name extends "out"
  ? OutOption["out"]
  : Known<AtPosition<Lists, I> | UnderName<Lists[number], Name>>;

/** The arguments from a position on, by name; a question mark behind a name says that it can be left out. */
type NamedFrom<
  Lists extends readonly unknown[],
  Names,
  Before extends readonly unknown[],
> = Names extends readonly [infer Name, ...infer Rest]
  ? (Name extends `${infer Optional}?`
      ? UnderIfGiven<Optional, Argument<Lists, Optional, `${Before["length"]}`>>
      : Under<Name & string, Argument<Lists, Name, `${Before["length"]}`>>) &
      NamedFrom<Lists, Rest, [...Before, unknown]>
  : unknown;

/** A form for each number of arguments that come by position. */
type Forms<
  Lists extends readonly unknown[],
  Names,
  Before extends readonly unknown[] = [],
> = Names extends readonly [infer Name, ...infer Rest]
  ? | [...Before, named: NamedFrom<Lists, Names, Before>]
    | Forms<
        Lists,
        Rest,
        [
          ...Before,
          Name extends `${infer Optional}?`
            ? Argument<Lists, Optional, `${Before["length"]}`> | undefined
            : Argument<Lists, Name, `${Before["length"]}`>,
        ]
      >
  : never;

/** What the first form of a function gives, of up to three: the one without options that change it. */
type ResultOf<F> = F extends {
  (...args: infer _A): infer R;
  (...args: infer _B): unknown;
  (...args: infer _C): unknown;
}
  ? R
  : F extends { (...args: infer _A): infer R; (...args: infer _B): unknown }
    ? R
    : F extends (...args: never[]) => infer R
      ? R
      : never;

/**
 * A function's last form, once more: of a call that fits no form, the compiler says what is wrong with the last. The type parameter makes it another one; of two that are the same, the compiler
 * drops one.
 */
type LastForm<F> = F extends (...args: infer A) => infer R ? <Same extends R>(...args: A) => Same | R : never;

/**
 * A function's calling forms, and any number of the last arguments by name.
 *
 * Not for functions that are methods: the methods of a tensor would be needed to find out what a tensor is.
 *
 * @typeParam Names the parameters as Python writes them, with a question mark behind those that can be left out: `"input, p?, training?"`.
 */
export type ByName<S extends { readonly function: unknown }, Names extends string> = S & {
  readonly function: ((
    ...args: Forms<ArgumentLists<S["function"]>, Listed<Names>>
  ) => ResultOf<S["function"]>) &
    LastForm<S["function"]>;
};
