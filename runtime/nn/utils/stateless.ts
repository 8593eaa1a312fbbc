/** `torch.nn.utils.stateless`. */
export { functional_call } from "../../func/modules.ts";
