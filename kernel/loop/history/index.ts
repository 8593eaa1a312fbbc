export { HistoryFiles } from "./files.ts";
export { History } from "./history.ts";
