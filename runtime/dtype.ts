/** Name of a dtype, as PyTorch spells it after `torch.`. */
export type DTypeName = "float32" | "float64" | "int32" | "int64" | "uint8" | "bool";
