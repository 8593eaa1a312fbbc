/** Functions of single elements: the operators that are functions of `torch.nn.functional` only, or take `inplace` there. */
export { gelu, softplus } from "./activation.ts";
export { glu, logsigmoid, softmin, softsign, tanhshrink } from "./activations.ts";
export * from "./inPlaceOption.ts";
export { softshrink } from "./shrinking.ts";
