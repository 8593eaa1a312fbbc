export { endDescendants } from "./descendants.ts";
export { logLine } from "./log.ts";
export { Transport } from "./transport.ts";
export type { TransportHandlers } from "./transport.ts";
export type { ShellRequest } from "./thread-messages.ts";
export { TransportError } from "./transport-error.ts";
