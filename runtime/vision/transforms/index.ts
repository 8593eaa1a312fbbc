/** `vision.transforms`: those of `v2`, which stand under both names. */
export * from "./v2.ts";
export * as v2 from "./v2.ts";
