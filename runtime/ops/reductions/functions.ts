/** Statistics, order and searching: the operators that are functions of `torch` only. */
export { cumulative_trapezoid, trapezoid, trapz } from "./differences.ts";
export { cdist, cosine_similarity, pairwise_distance, pdist } from "./distances.ts";
export { histogramdd } from "./histograms.ts";
export { std_mean, var_mean } from "./pairs.ts";
export { bucketize, isin, searchsorted } from "./searching.ts";
export { _segment_reduce, segment_reduce } from "./segments.ts";
export { unravel_index } from "./sizes.ts";
export { gradient } from "./slopes.ts";
