/** The ways to write a call of a constructor, as a type: what `bind` matches when it runs. */

type RequiredName<Named> = { [K in keyof Named]-?: object extends Pick<Named, K> ? never : K }[keyof Named];

type IsUnion<T, All = T> = T extends unknown ? ([All] extends [T] ? false : true) : never;

/** The required names in order, where there is no order to give: none, or one. */
type RequiredNames<Named> = [RequiredName<Named>] extends [never]
  ? readonly []
  : true extends IsUnion<RequiredName<Named>>
    ? never
    : readonly [RequiredName<Named>];

/** Without its last elements, so that `Length` are left; labels stay. */
type Shortened<List extends readonly unknown[], Length extends number> = List["length"] extends Length
  ? List
  : List extends readonly [...infer Fewer, unknown]
    ? Shortened<Fewer, Length>
    : never;

/** What is not given yet, when these names are. */
type Others<Named, Names extends readonly unknown[]> = Omit<Named, Names[number] & keyof Named>;

/** All that is required comes by position, or is the first argument alone; instead of each of the others may come an object with those that are left. */
type Complete<Named, Positional extends readonly unknown[], Names extends readonly unknown[]> = [
  ...{
    [I in keyof Positional]: I extends keyof Names
      ? Positional[I] | (Names["length"] extends 1 ? Named : never)
      : Positional[I] | Others<Named, Names> | undefined;
  },
  named?: Others<Named, Names>,
];

/** Fewer come by position than are required, and the others in an object: a form for each number of them. */
type Partly<
  Named,
  Positional extends readonly unknown[],
  Names extends readonly unknown[],
> = Names extends readonly [...infer Fewer, unknown]
  ? | [...Shortened<Positional, Fewer["length"]>, named: Others<Named, Fewer>]
    | Partly<Named, Positional, Fewer>
  : never;

/**
 * Any number of arguments by position, and the others by name in one object behind them, as in Python: of `Linear`, `(3, 2)`, `(3, 2, {bias: false})`, `(3, {out_features: 2})` and
 * `({in_features: 3, out_features: 2})`.
 *
 * Where one argument or none is required, this is one list with optional elements: then one of several classes can be called without knowing which, as PyTorch's programs do.
 *
 * @typeParam Named what each argument is under its name; those that are required are not optional there.
 * @typeParam Positional the arguments that can come by position, with their names as labels, which editors show; optional as they are.
 * @typeParam Names the names of the required ones in their order; needs to be said only where there are several.
 */
export type CallForms<
  Named,
  Positional extends readonly unknown[],
  Names extends readonly (keyof Named)[] = RequiredNames<Named>,
> =
  | Complete<Named, Positional, Names>
  | (Names extends readonly [unknown, unknown, ...unknown[]]
      ? Partly<Named, Required<Positional>, Names>
      : never);
