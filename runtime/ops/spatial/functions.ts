/** Functions of images: pooling, sampling, padding: the operators that are functions of `torch` only. */
export { max_pool3d } from "./pool3d.ts";
