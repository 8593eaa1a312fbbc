/** Several results under one call: an array that also has PyTorch's field names. */

/** The results as an array that has a property for each of `names`, in their order. */
export function named<T>(results: readonly T[], names: readonly string[]): readonly T[] {
  const array = [...results];
  names.forEach((name, position) => {
    Object.defineProperty(array, name, { value: array[position], enumerable: true });
  });
  return array;
}
