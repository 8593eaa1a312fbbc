/** Views, joining and indexing: the operators that are functions of `torch` only. */
export { _chunk_cat, block_diag } from "./blocks.ts";
export {
  alias_copy,
  expand_copy,
  permute_copy,
  select_copy,
  slice_copy,
  squeeze_copy,
  t_copy,
  transpose_copy,
  unfold_copy,
  unsqueeze_copy,
  view_copy,
} from "./copies.ts";
export { diagonal_copy } from "./diagonals.ts";
export { broadcast_tensors, cartesian_prod, combinations, meshgrid } from "./grids.ts";
export { _unsafe_masked_index, _unsafe_masked_index_put_accumulate } from "./masks.ts";
export { constant_pad_nd } from "./padding.ts";
export { split_copy, split_with_sizes_copy, unbind_copy } from "./partCopies.ts";
export {
  atleast_1d,
  atleast_2d,
  atleast_3d,
  column_stack,
  concat,
  concatenate,
  dstack,
  hstack,
  row_stack,
  vstack,
} from "./stacking.ts";
export { as_strided_copy } from "./strided.ts";
