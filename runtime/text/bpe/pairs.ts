/** Two neighbouring tokens as one number, which maps take faster than text. */
const shift = 2 ** 26;

/** More tokens than that have no pairs; no vocabulary comes near. */
export const mostTokens: number = shift;

/** Pairs compare as their first tokens do, then as their second. */
export function pairOf(left: number, right: number): number {
  return left * shift + right;
}

/** The tokens of a pair. */
export function tokensOf(pair: number): readonly [left: number, right: number] {
  return [Math.floor(pair / shift), pair % shift];
}
