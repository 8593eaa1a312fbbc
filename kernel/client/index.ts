export { ClientClosedError } from "./client-closed-error.ts";
export { KernelClient } from "./kernel-client.ts";
export type { ExecuteResult } from "./kernel-client.ts";
export { KernelDiedError } from "./kernel-died-error.ts";
export { startKernel, KernelProcess } from "./kernel-process.ts";
export { KernelSilentError } from "./kernel-silent-error.ts";
export { KernelTimeoutError } from "./kernel-timeout-error.ts";
export { KernelUnreachableError } from "./kernel-unreachable-error.ts";
export type { OutputMessage } from "./output.ts";
