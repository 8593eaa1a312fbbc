/** Where operators ask whether their arguments are cast before they run. Only `amp/` sets it: it needs operators, which this must not. */

/** An operator's arguments in the dtypes in which it shall compute. */
type Cast = <A extends object>(operator: string, args: A) => A;

/** What is done to the arguments of every operator; `null` outside of `torch.autocast`. @internal */
export let castArguments: Cast | null = null;

/** Sets what is done to arguments, and gives what was done before. @internal */
export function swapCast(cast: Cast | null): Cast | null {
  const before = castArguments;
  castArguments = cast;
  return before;
}
