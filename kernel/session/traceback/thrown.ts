import { inspect, types } from "node:util";
import { boundedText } from "../../display/index.ts";

/** What can be said about a thrown value, taken out of it once and with care: its getters and methods are the user's code. */
export interface Thrown {
  readonly name: string;
  readonly message: string;
  /** `stack` of an error; `null` for other values. */
  readonly stack: string | null;
  /** Other properties of an error, such as `code`, as text; `null` when it has none. */
  readonly properties: string | null;
  readonly cause: Thrown | null;
  /** `errors` of an `AggregateError`. */
  readonly errors: readonly Thrown[];
}

const deepestCause = 8;
const mostErrors = 10;
/** A message of megabytes, such as a whole file's text, helps nobody. */
const longestMessage = 20_000;

/** Properties of errors that are shown in a way of their own, or that repeat the message. */
const shownElsewhere = new Set(
  "name message stack cause errors generatedMessage actual expected operator diff".split(" "),
);

/** Runs code that may throw anything. */
function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

function property(object: object, key: string): unknown {
  return attempt((): unknown => Reflect.get(object, key), undefined);
}

function stringProperty(object: object, key: string): string | null {
  const value = property(object, key);
  return typeof value === "string" ? value : null;
}

/** A text that is not too long to be read. */
function bounded(text: string): string {
  return boundedText(text, longestMessage);
}

/** Whether a value is an error, of this realm or another one. */
export function isError(value: unknown): value is object {
  return types.isNativeError(value) || attempt(() => value instanceof Error, false);
}

/** The name to show: a subclass that sets none inherits `Error`, where the class says more. */
function nameOf(error: object): string {
  const name = stringProperty(error, "name") ?? "Error";
  if (name !== "Error") return name;
  const constructor = property(error, "constructor");
  return typeof constructor === "function" ? stringProperty(constructor, "name") || name : name;
}

function propertiesOf(error: object): string | null {
  const keys = Object.keys(error).filter((key) => !shownElsewhere.has(key));
  if (keys.length === 0) return null;
  const own = Object.fromEntries(keys.map((key) => [key, property(error, key)]));
  return bounded(inspect(own, { depth: 1, maxStringLength: 500, maxArrayLength: 20 }));
}

/** An error that leads to itself, by its cause or its errors. */
function shownAbove(error: object): Thrown {
  const message = `${stringProperty(error, "message") ?? ""} (shown above)`.trimStart();
  return { ...unreadable, name: nameOf(error), message: bounded(message) };
}

/** Describes an error and what lies behind it; `above` are those that led here. */
function describeError(error: object, above: readonly unknown[]): Thrown {
  if (above.includes(error)) return shownAbove(error);
  const path = [...above, error];
  const tooDeep = path.length > deepestCause;
  const cause = property(error, "cause");
  const errors = property(error, "errors");
  return {
    name: nameOf(error),
    message: bounded(stringProperty(error, "message") ?? ""),
    stack: stringProperty(error, "stack"),
    properties: attempt(() => propertiesOf(error), null),
    cause: cause === undefined || tooDeep ? null : describeThrown(cause, path),
    errors:
      Array.isArray(errors) && !tooDeep
        ? errors.slice(0, mostErrors).map((each) => describeThrown(each, path))
        : [],
  };
}

/** Describes any thrown value. Never throws. Values that are no errors get the name `UncaughtValue` and their inspected text. */
export function describeThrown(value: unknown, above: readonly unknown[] = []): Thrown {
  if (isError(value)) return attempt(() => describeError(value, above), unreadable);
  const message = bounded(attempt(() => inspect(value), unreadable.message));
  return { ...unreadable, message };
}

const unreadable: Thrown = {
  name: "UncaughtValue",
  message: "[a value that cannot be shown: its own code fails]",
  stack: null,
  properties: null,
  cause: null,
  errors: [],
};
