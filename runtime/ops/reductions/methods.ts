/** Statistics, order and searching: the operators that are functions of `torch` and methods of `Tensor`. */
export { argwhere, bincount, count_nonzero, nonzero, nonzero_static } from "./counting.ts";
export { diff } from "./differences.ts";
export { histc, histogram } from "./histograms.ts";
export { logcumsumexp } from "./logarithms.ts";
export { median, mode, msort, nanmedian } from "./medians.ts";
export { corrcoef, cov, nanmean, nansum } from "./moments.ts";
export { dist, norm, renorm } from "./lengths.ts";
export { aminmax } from "./pairs.ts";
export { nanquantile, quantile } from "./quantiles.ts";
export { unique, unique_consecutive } from "./unique.ts";
