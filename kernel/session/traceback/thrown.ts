import { inspect, types } from "node:util";

/** What can be said about a thrown value, taken out of it once and with care: its getters and methods are the user's code. */
export interface Thrown {
  readonly name: string;
  readonly message: string;
  /** `stack` of an error; `null` for other values. */
  readonly stack: string | null;
  readonly cause: Thrown | null;
  /** `errors` of an `AggregateError`. */
  readonly errors: readonly Thrown[];
}

const deepestCause = 8;
const mostErrors = 10;

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

function isError(value: unknown): value is object {
  return types.isNativeError(value) || attempt(() => value instanceof Error, false);
}

/** The name to show: a subclass that sets none inherits `Error`, where the class says more. */
function nameOf(error: object): string {
  const name = stringProperty(error, "name") ?? "Error";
  if (name !== "Error") return name;
  const constructor = property(error, "constructor");
  return typeof constructor === "function" ? stringProperty(constructor, "name") || name : name;
}

function describeError(error: object, depth: number): Thrown {
  const deeper = (value: unknown): Thrown => describeThrown(value, depth + 1);
  const cause = property(error, "cause");
  const errors = property(error, "errors");
  const tooDeep = depth >= deepestCause;
  return {
    name: nameOf(error),
    message: stringProperty(error, "message") ?? "",
    stack: stringProperty(error, "stack"),
    cause: cause === undefined || tooDeep ? null : deeper(cause),
    errors: Array.isArray(errors) && !tooDeep ? errors.slice(0, mostErrors).map((each) => deeper(each)) : [],
  };
}

/** Describes any thrown value. Never throws. Values that are no errors get the name `UncaughtValue` and their inspected text. */
export function describeThrown(value: unknown, depth = 0): Thrown {
  if (isError(value)) return attempt(() => describeError(value, depth), unreadable);
  const message = attempt(() => inspect(value), unreadable.message);
  return { name: "UncaughtValue", message, stack: null, cause: null, errors: [] };
}

const unreadable: Thrown = {
  name: "UncaughtValue",
  message: "[a value that cannot be shown: its own code fails]",
  stack: null,
  cause: null,
  errors: [],
};
