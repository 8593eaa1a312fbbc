/** Statistics, order and searching: the operators that are functions of `torch.nn.functional`. */
export { cosine_similarity, pairwise_distance, pdist } from "./distances.ts";
export { normalize } from "./lengths.ts";
