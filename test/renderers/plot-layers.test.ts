import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DISPLAY, plot } from "../../renderers/index.ts";
import type { PlotOptions, PlotSeries } from "../../renderers/index.ts";
import { smoothed } from "../../renderers/plot-smooth.ts";
import { named, svgOf, type Element } from "./markup.ts";
import { expectSafe } from "./safe.ts";

function picture(series: readonly PlotSeries[], options: PlotOptions): Element {
  const [image] = named(expectSafe(String(plot(series, options)[DISPLAY]()["text/html"])), "img");
  if (image === undefined) throw new Error("the plot has no picture");
  return svgOf(image);
}

function paths(svg: Element, attribute: string): Element[] {
  return named(svg, "path").filter(({ attributes }) => attributes.has(attribute));
}

describe("a smoothed plot", () => {
  test("draws the average in front of the numbers themselves, and says so", () => {
    const options = { smoothing: 0.5 };
    const lines = paths(picture([{ y: [1, 3, 2] }], options), "stroke-linejoin");
    expect(lines.map(({ attributes }) => attributes.get("stroke-opacity"))).toEqual(["0.35", "1"]);
    expect(plot([{ y: [1, 3, 2] }], options)[DISPLAY]()["text/plain"]).toContain("Lines are smoothed by 0.5");
  });

  test("averages with weights that fade, from the first value on, and over gaps", () => {
    const points = [[0, 4], null, [2, 1], [3, 1]] as const;
    const [first, gap, second, third] = smoothed(points, 0.5);
    expect([first, gap]).toEqual([[0, 4], null]);
    expect(second?.[1]).toBeCloseTo((0.25 * 4 + 0.5 * 1) / 0.75);
    expect(third?.[1]).toBeCloseTo((0.125 * 4 + 0.25 + 0.5) / 0.875);
  });

  test("leaves numbers between their extremes, and 0 leaves them as they are", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 1 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (ys, smoothing) => {
          const points = ys.map((y, i) => [i, y] as const);
          expect(smoothed(points, 0)).toEqual(points.map(([x, y]) => [x, y + 0]));
          const [min, max] = [Math.min(...ys), Math.max(...ys)];
          const room = 1e-9 * Math.max(1, Math.abs(min), Math.abs(max));
          for (const point of smoothed(points, smoothing)) {
            expect(point?.[1]).toBeGreaterThanOrEqual(min - room);
            expect(point?.[1]).toBeLessThanOrEqual(max + room);
          }
        },
      ),
    );
  });

  test("refuses a smoothing under which nothing would move", () => {
    for (const smoothing of [1, -0.1, Number.NaN])
      expect(() => plot([{ y: [1] }], { smoothing })).toThrow(
        `plot: smoothing is ${smoothing}, expected a number from 0 up to 1`,
      );
  });
});

describe("regions of a plot", () => {
  const dots: PlotSeries[] = [
    { name: "a", x: [0, 1], y: [0, 1], mark: "dot" },
    { name: "b", x: [1], y: [0], mark: "dot" },
  ];

  test("stand behind the points in the colours of the series, cells side by side as one rectangle", () => {
    const classes = {
      tolist: () => [
        [0, 0, 1],
        [1, 1, 1],
      ],
    };
    const svg = picture(dots, { regions: { x: [0, 1, 2], y: [0, 1], classes } });
    const areas = paths(svg, "fill-opacity");
    expect(areas.map(({ attributes }) => attributes.get("fill"))).toEqual(["#3182ce", "#dd6b20"]);
    expect(areas.map(({ attributes }) => attributes.get("d")?.match(/M/g)?.length)).toEqual([1, 2]);
    expect(named(svg, "path").indexOf(areas[0]!)).toBe(0);
  });

  test("fill the frame from its left to its right and from bottom to top, the first row at the bottom", () => {
    const svg = picture([dots[0]!], {
      regions: {
        x: [0, 1],
        y: [0, 1],
        classes: [
          [0, 0],
          [1, 1],
        ],
      },
    });
    const [bottom, top] = paths(svg, "fill-opacity").map(({ attributes }) =>
      Array.from((attributes.get("d") ?? "").matchAll(/[\d.]+/g), ([number]) => Number(number)),
    );
    expect(bottom?.[0]).toBe(top?.[0]);
    expect(bottom?.[1]).toBeGreaterThan(top?.[1] ?? 0);
    expect(bottom?.[3]).toBe(top?.[1]);
  });

  test("are told of in words", () => {
    const regions = {
      x: [0, 1],
      y: [0, 1],
      classes: [
        [0, 0],
        [0, 7],
      ],
    };
    expect(plot(dots, { regions })[DISPLAY]()["text/plain"]).toContain(
      "Behind the points: a in 75 % of the places, region 7 in 25 % of the places.",
    );
  });

  test("say when there is not a class for each place", () => {
    expect(() => plot(dots, { regions: { x: [0, 1], y: [0], classes: [[1]] } })).toThrow(
      "plot: regions have 1 rows and 2 columns, but classes [1, 1]. Give one for each place: view them as [rows, columns].",
    );
  });
});
