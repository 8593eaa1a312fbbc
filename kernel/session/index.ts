export { createSession } from "./session.ts";
export type { Session } from "./types.ts";
