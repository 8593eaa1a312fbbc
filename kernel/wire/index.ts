export * from "./codec.ts";
export * from "./connection-error.ts";
export * from "./connection-file.ts";
export * from "./connection.ts";
export * from "./messages.ts";
export * from "./new-message.ts";
export * from "./wire-error.ts";
