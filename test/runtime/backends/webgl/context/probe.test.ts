import { expect, test } from "vitest";
import { probe } from "../../../../../runtime/backends/webgl/context/probe.ts";

const fake = (name: string): { program: URL } => ({
  program: new URL(`programs/${name}.mjs`, import.meta.url),
});

test("a driver that crashes ends the process that tries it, and no other", () => {
  expect(probe("system", fake("abort"))).toEqual({
    reason: expect.stringMatching(/^the driver ended the process that tried it, by SIGABRT/),
    package: false,
  });
});

test("a driver that hangs is given up after a while", () => {
  const answer = probe("system", { ...fake("hang"), timeLimit: 400 });
  expect(answer).toEqual({ reason: "the driver gave no answer within 0.4 s", package: false });
});

test("a process that answers with something else has no context", () => {
  expect(probe("system", fake("rubbish"))).toEqual({
    reason: "the driver ended the process that tried it, with exit code 0",
    package: false,
  });
});

test("what the driver says of itself is a part of the reason, once", () => {
  expect(probe("system", fake("reason"))).toEqual({
    reason: "no context (ANGLE Display::initialize error 12289: no display.)",
    package: false,
  });
});

test("a program that is not there is a reason, too", () => {
  expect(probe("system", fake("missing"))).toEqual({
    reason: expect.stringMatching(/^the driver ended the process that tried it, with exit code 1/),
    package: false,
  });
});
