import { expect, test } from "vitest";

import { describeFinding } from "../../../../kernel/cli/doctor/finding.ts";
import { describeWebGl } from "../../../../kernel/cli/doctor/webgl.ts";

test("a graphics card is named", () => {
  const finding = describeWebGl({ context: "ANGLE (a card)", software: false, failures: [], advice: [] });
  expect(finding).toEqual({ state: "ok", text: "WebGL: ANGLE (a card)" });
});

test("a driver that draws on the processor is said to be slower than the CPU", () => {
  const finding = describeWebGl({
    context: "ANGLE (llvmpipe), by software, opened with Xvfb",
    software: true,
    failures: ["with the system's display: there is none"],
    advice: [],
  });
  expect(finding).toMatchObject({ state: "ok", advice: expect.stringContaining("the CPU device is faster") });
});

test("without WebGL every reason is shown, and what to install", () => {
  const finding = describeWebGl({
    context: null,
    software: false,
    failures: ["with Xvfb: Xvfb is not installed", "with Vulkan: no loader"],
    advice: ["sudo apt-get install xvfb"],
  });
  expect(describeFinding(finding)).toBe(
    [
      "  – no WebGL; tensors live on the CPU",
      "      with Xvfb: Xvfb is not installed",
      "      with Vulkan: no loader",
      "      To get it:",
      "        sudo apt-get install xvfb",
    ].join("\n"),
  );
});
