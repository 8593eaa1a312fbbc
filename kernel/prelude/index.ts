export { installPrelude } from "./install.ts";
export { recoverRuntime } from "./renderers.ts";
