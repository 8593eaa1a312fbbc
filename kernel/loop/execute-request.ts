import type { ExecuteRequest, JsonObject } from "../wire/index.ts";

/**
 * Reads the content of an `execute_request`, with the specification's defaults for what is missing. `silent` forces
 * `store_history` off, as the specification demands. Answers a text when the content is unusable: what was expected.
 */
export function readExecuteRequest(content: JsonObject): ExecuteRequest | string {
  const { code, user_expressions: expressions = {} } = content;
  if (typeof code !== "string")
    return `execute_request needs a text field "code"; got ${JSON.stringify(code)}.`;
  if (!isTextRecord(expressions)) {
    return `"user_expressions" must map names to code; got ${JSON.stringify(expressions)}.`;
  }
  const flag = (field: string, fallback: boolean): boolean =>
    typeof content[field] === "boolean" ? content[field] : fallback;
  const silent = flag("silent", false);
  return {
    code,
    silent,
    store_history: !silent && flag("store_history", true),
    user_expressions: expressions,
    allow_stdin: flag("allow_stdin", true),
    stop_on_error: flag("stop_on_error", true),
  };
}

function isTextRecord(value: unknown): value is Record<string, string> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((entry) => typeof entry === "string")
  );
}
