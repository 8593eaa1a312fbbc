/** Several results under one call: an array that also has PyTorch's field names. */

/** The results as an array that has a property for each of `names`, in their order. */
export function named<T>(results: readonly T[], names: readonly string[]): readonly T[] {
  // An array may have further properties.
  const array = [...results] as T[] & Record<string, T>;
  for (let position = 0; position < names.length; position++) array[names[position]!] = array[position]!;
  return array;
}
