/** Linear algebra: the operators that are functions of `torch.nn.functional` only. */
export { bilinear } from "./bilinear.ts";
