/** Linear algebra: operators that others are made of, without a name in PyTorch's API. */
export { pinvOf } from "./pseudoinverse.ts";
export { svdOf } from "./singular.ts";
