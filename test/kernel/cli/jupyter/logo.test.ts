import { decode } from "fast-png";
import { describe, expect, test } from "vitest";

import { logoPng, logoSvg } from "../../../../kernel/cli/jupyter/logo.ts";

describe("the logo", () => {
  test("is a PNG of 64 by 64 pixels with transparent corners and an opaque middle", () => {
    const { width, height, channels, data } = decode(logoPng());
    expect([width, height, channels]).toEqual([64, 64, 4]);
    expect(data[3]).toBe(0);
    expect(data[(32 * 64 + 8) * 4 + 3]).toBe(255);
  });

  test("draws the same blocks as SVG", () => {
    expect(logoSvg()).toMatch(
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 64 64">(<rect [^<>]*\/>)+<\/svg>\n$/,
    );
  });
});
