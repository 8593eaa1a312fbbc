/** `torch.autograd`. */
export {
  is_anomaly_check_nan_enabled,
  is_anomaly_enabled,
  detect_anomaly,
  set_detect_anomaly,
} from "./anomaly.ts";
export { GradcheckError } from "../errors/gradcheckError.ts";
export { backward, grad, Variable } from "./calls.ts";
export { gradcheck, gradgradcheck } from "./gradcheck.ts";
export { enable_grad, inference_mode, no_grad, set_grad_enabled } from "./modes.ts";
export * as graph from "./graphTools.ts";
export { Function } from "./function.ts";
export * as function from "./functionTools.ts";
export * as functional from "./functional.ts";
