/** Views, joining and indexing: operators that others are made of, without a name in PyTorch's API. */
export { stridedCopyFrom, stridedFrom } from "./strided.ts";
