/** Functions of single elements: operators that others are made of, without a name in `torch` itself. */
export { i0e, i1, i1e } from "./bessel.ts";
