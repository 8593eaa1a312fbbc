/** `torch.linalg`: its operators, and the error that they throw. */
export { LinAlgError } from "./errors/linAlgError.ts";
export * from "./ops/linalg/namespace.ts";
