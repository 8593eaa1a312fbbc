/** Which work is being done: textures that it uses must not be given away before it is done. */
import type { Backend } from "../backend.ts";

/** The number of the work that is being done, counted from the start of the process. */
export const work = { number: 0 };

/** A method of the backend. */
// oxlint-disable-next-line typescript/no-explicit-any -- methods of any parameters
type Method = (...args: any[]) => unknown;

/** The same methods, of which each call is a work of its own. */
export function countWork(backend: Backend): Backend {
  // An interface has no index signature; all that it has are methods.
  const methods = Object.entries(backend as unknown as Record<string, Method>).map(([name, method]) => [
    name,
    (...args: never[]) => {
      work.number++;
      return method(...args);
    },
  ]);
  return Object.fromEntries(methods) as Backend; // each under its own name
}
