/** `torch.linalg`. */
export { vector_norm } from "../reductions/norms.ts";
