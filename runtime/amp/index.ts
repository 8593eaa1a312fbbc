/** `torch.amp`. */
export { autocast, is_autocast_available, type AutocastOptions } from "./autocast.ts";
export { GradScaler, type GradScalerOptions, type GradScalerState } from "./gradScaler.ts";
