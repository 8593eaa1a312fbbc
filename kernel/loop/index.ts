export type { Front, Request } from "./front.ts";
export { History, HistoryFiles } from "./history/index.ts";
export { kernelInfo } from "./kernel-info.ts";
export { KernelLoop } from "./kernel-loop.ts";
