import { describe, expect, test } from "vitest";

import { ExecutionError } from "../../../kernel/cli/execution-error.ts";
import { InputError } from "../../../kernel/cli/input-error.ts";
import { InterruptedError } from "../../../kernel/cli/interrupted-error.ts";
import { describeError, exitCodeOf } from "../../../kernel/cli/report-error.ts";

describe("errors of the command", () => {
  test.each([
    [new InputError("x"), 2],
    [new ExecutionError("x"), 1],
    [new InterruptedError("x"), 130],
    [new TypeError("x"), 1],
    ["a string", 1],
  ])("%s has its exit code", (error, code) => {
    expect(exitCodeOf(error)).toBe(code);
  });

  test("an expected error is its message alone", () => {
    expect(describeError(new InputError("a.ipynb: no"), false)).toBe("typetorch: a.ipynb: no");
  });

  test("an error that nobody expected says how to see more, and shows no stack by itself", () => {
    const text = describeError(new TypeError("x is undefined"), false);
    expect(text).toContain("x is undefined");
    expect(text).toContain("TYPETORCH_DEBUG=1");
    expect(text).not.toMatch(/^\s+at /m);
  });

  test("shows the stack of an error and of its cause on demand", () => {
    const error = new InputError("outer", { cause: new Error("inner") });
    const text = describeError(error, true);
    expect(text).toMatch(/outer\n\s+at /);
    expect(text).toContain("Caused by: Error: inner");
  });
});
