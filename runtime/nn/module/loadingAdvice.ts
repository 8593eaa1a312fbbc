/** What to do when a state does not fit a module. */

/** What stands before each of `shorter` in `longer`, where that is all that they differ in; null otherwise. */
function prefixBetween(longer: readonly string[], shorter: readonly string[]): string | null {
  const [first] = shorter;
  if (first === undefined || longer.length !== shorter.length) return null;
  const names = new Set(longer);
  const prefixes = longer
    .filter((name) => name.endsWith(`.${first}`))
    .map((name) => name.slice(0, -first.length));
  return prefixes.find((prefix) => shorter.every((name) => names.has(prefix + name))) ?? null;
}

/** One sentence that says how to mend it. */
export function adviceFor(
  missing: readonly string[],
  unexpected: readonly string[],
  sizesDiffer: boolean,
): string {
  const tooLong = prefixBetween(unexpected, missing);
  if (tooLong !== null)
    return `The names in the state begin with "${tooLong}", those of the model do not: remove it, as in Object.fromEntries(Object.entries(state).map(([name, tensor]) => [name.slice(${tooLong.length}), tensor])).`;
  const tooShort = prefixBetween(missing, unexpected);
  if (tooShort !== null)
    return `The names of the model begin with "${tooShort}", those in the state do not: load it into the module inside, net.${tooShort.slice(0, -1)}.load_state_dict(state), or add it to the names.`;
  if (sizesDiffer)
    return "Make the model with the sizes of the one that was saved, or drop these entries from the state and pass {strict: false}.";
  return "Make the model with the layers of the one that was saved, or pass {strict: false} to load the tensors whose names match.";
}
