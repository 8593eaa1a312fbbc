/** Linear algebra: the operators that are functions of `torch` only. */
export { bilinear } from "./bilinear.ts";
export { tensordot } from "./contraction.ts";
export { einsum } from "./einsum.ts";
export { pca_lowrank, svd_lowrank } from "./lowRank.ts";
export { lu_unpack } from "./lu.ts";
export { chain_matmul } from "./powers.ts";
export { torchVander as vander } from "./tensors.ts";
