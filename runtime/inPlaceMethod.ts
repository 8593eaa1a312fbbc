import type { ArgumentLists } from "./keywords.ts";
import type { Tensor } from "./tensor.ts";

/** The arguments of a method, with the tensor itself as the result. */
export type InPlace<M> = <T extends Tensor>(this: T, ...args: ArgumentLists<M>) => T;
