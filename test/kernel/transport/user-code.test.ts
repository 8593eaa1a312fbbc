import { afterEach, expect, test } from "vitest";
import { activityBelow } from "../../../kernel/transport/user-code.ts";

const { prepareStackTrace } = Error;

afterEach(() => {
  if (prepareStackTrace === undefined) Reflect.deleteProperty(Error, "prepareStackTrace");
  else Error.prepareStackTrace = prepareStackTrace;
});

test("nothing may be ended while V8 has the stack of an error written, where the question gets text for an answer", () => {
  Error.prepareStackTrace = () => activityBelow();
  // With the function above, `stack` is what that returns.
  const activity: unknown = new Error("asked").stack;
  expect(activity).toBe("kernel");
});
