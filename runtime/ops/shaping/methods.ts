/** Views, joining and indexing: the operators that are functions of `torch` and methods of `Tensor`. */
export { adjoint, moveaxis, ravel, swapaxes, swapdims, unflatten } from "./aliases.ts";
export { diag, diag_embed, diagflat, diagonal, trace } from "./diagonals.ts";
export { broadcast_to, kron, tile } from "./grids.ts";
export { masked_scatter } from "./masks.ts";
export { narrow_copy } from "./copies.ts";
export { unsafe_chunk, unsafe_split, unsafe_split_with_sizes } from "./partCopies.ts";
export { index_copy, index_fill, put, take } from "./positions.ts";
export { index_reduce, scatter_reduce } from "./reducing.ts";
export { diagonal_scatter, select_scatter, slice_scatter } from "./regions.ts";
export { dsplit, hsplit, split_with_sizes, tensor_split, vsplit } from "./splits.ts";
export { as_strided, as_strided_scatter } from "./strided.ts";
export { fliplr, flipud, rot90 } from "./turning.ts";
