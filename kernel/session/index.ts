export type { CellTypes } from "../language/types.ts";
export { openLanguage } from "./language.ts";
export { createSession } from "./session.ts";
export type { Session, SessionOptions } from "./types.ts";
