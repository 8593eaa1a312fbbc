import torch, { type DType } from "../../../runtime/index.ts";

/** Every dtype, all of which files can hold. */
export const dtypes: readonly DType[] = [
  torch.bool,
  torch.uint8,
  torch.int8,
  torch.int16,
  torch.int32,
  torch.int64,
  torch.float16,
  torch.bfloat16,
  torch.float32,
  torch.float64,
];
