/** `torch.func`: functions of functions. */
export { grad, grad_and_value } from "./grad.ts";
export { hessian, jacfwd, jacrev } from "./jacobians.ts";
export { functional_call, stack_module_state } from "./modules.ts";
export { jvp, linearize, vjp } from "./products.ts";
export { vmap } from "./vmap.ts";
