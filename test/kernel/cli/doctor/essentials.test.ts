import { describe, expect, test } from "vitest";

import { checkNode, isAtLeast } from "../../../../kernel/cli/doctor/essentials.ts";

describe("isAtLeast", () => {
  test.each([
    ["v20.19.0", true],
    ["v20.20.2", true],
    ["v22.0.0", true],
    ["v20.18.9", false],
    ["v18.99.0", false],
    ["v9.20.0", false],
  ])("%s is in >=20.19: %s", (version, expected) => {
    expect(isAtLeast(version, ">=20.19")).toBe(expected);
  });
});

describe("checkNode", () => {
  test("names what was found and what is needed, and says how to get it", () => {
    expect(checkNode("v18.1.0", ">=20.19")).toEqual({
      state: "broken",
      text: "Node v18.1.0 (needed: >=20.19)",
      advice: "Install a current Node from https://nodejs.org",
    });
  });
});
