/** The operators that are functions of `torch.nn.functional` only. */
export * from "./elementwise/functional.ts";
export * from "./linalg/functional.ts";
export * from "./losses/functional.ts";
export * from "./reductions/functional.ts";
export * from "./sampling/functional.ts";
export * from "./shaping/functional.ts";
export * from "./spatial/functional.ts";
