export { createSession } from "./session.ts";
export type { DisplayContent, ExecuteOutcome, OutputSink, Session, SessionOptions } from "./types.ts";
