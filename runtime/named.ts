/** Several results under one call: an array that also has PyTorch's field names, and prints as PyTorch's. */
import { inspectAs } from "./inspect.ts";

/** Makes the results of one call. */
type Naming = <T>(results: readonly T[]) => readonly T[];

/**
 * Makes arrays that have a property for each of `names`, in their order. Source: `torch.return_types`.
 *
 * @param operator the operator that they are results of, as its class of results is called in PyTorch.
 */
export function namingOf(operator: string, names: readonly string[]): Naming {
  class Results extends Array<unknown> {
    /** What `map`, `filter` and their like give is an ordinary array. */
    static override get [Symbol.species](): ArrayConstructor {
      return Array;
    }

    override toString(): string {
      const fields = names.map((name, position) => `${name}=${String(this[position])}`);
      return `torch.return_types.${operator}(\n${fields.join(",\n")})`;
    }
  }
  inspectAs(Results, (results) => results.toString());
  return <T>(given: readonly T[]): readonly T[] => {
    // The array holds these results and nothing else.
    const results = new Results(given.length) as T[] & Record<string, T>;
    for (let position = 0; position < given.length; position++) results[position] = given[position]!;
    for (let position = 0; position < names.length; position++) results[names[position]!] = given[position]!;
    return results;
  };
}
