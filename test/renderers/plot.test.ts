import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DISPLAY, plot } from "../../renderers/index.ts";
import type { MimeBundle, PlotOptions, PlotSeries, PlotValues } from "../../renderers/index.ts";
import { named, svgOf, textOf } from "./markup.ts";
import type { Element } from "./markup.ts";
import { expectSafe } from "./safe.ts";

function show(series: readonly PlotSeries[], options?: PlotOptions): MimeBundle {
  return plot(series, options)[DISPLAY]();
}

function picture(series: readonly PlotSeries[], options?: PlotOptions): Element {
  const image = named(expectSafe(String(show(series, options)["text/html"])), "img")[0];
  if (image === undefined) throw new Error("the plot has no picture");
  return svgOf(image);
}

function words(svg: Element): string[] {
  return named(svg, "text").map((element) => textOf(element).trim());
}

/** Heights of the points of the first coloured line, top to bottom being 0 to larger. */
function heights(svg: Element): number[] {
  const path = named(svg, "path").find((element) => element.attributes.get("stroke-linejoin") === "round");
  return Array.from((path?.attributes.get("d") ?? "").matchAll(/,([\d.]+)/g), ([, y]) => Number(y));
}

describe("plot", () => {
  test("shows itself by the protocol that the kernel asks for", () => {
    expect(DISPLAY).toBe(Symbol.for("Jupyter.display"));
    expect(Object.getOwnPropertySymbols(plot([{ y: [1] }]))).toEqual([DISPLAY]);
  });

  test("shows a loss curve with its title, labels and name", () => {
    const svg = picture([{ name: "loss", y: [3, 2, 1] }], {
      title: "Training",
      xLabel: "step",
      yLabel: "error",
    });
    expect(words(svg)).toEqual(expect.arrayContaining(["Training", "step", "error", "loss"]));
    const [first = 0, second = 0, third = 0] = heights(svg);
    expect(second - first).toBeCloseTo(third - second);
    expect(third).toBeGreaterThan(first);
  });

  test("draws truth as dots and a prediction as a line", () => {
    const svg = picture([
      { name: "truth", x: [0, 1, 2], y: [0, 1, 4], mark: "dot" },
      { name: "prediction", x: [0, 2], y: [0, 4], mark: "line" },
    ]);
    expect(named(svg, "circle")).toHaveLength(3 + 1);
    expect(heights(svg)).toHaveLength(2);
  });

  test("takes arrays, typed arrays, bigints and tensors of one dimension or one column alike", () => {
    const forms: PlotValues[] = [
      [1, 2, 3],
      Float32Array.of(1, 2, 3),
      BigInt64Array.of(1n, 2n, 3n),
      { tolist: () => [1, 2, 3] },
      { tolist: () => [[1], [2], [3]] },
    ];
    const plots = forms.map((y) => heights(picture([{ y }])));
    expect(plots).toEqual(forms.map(() => plots[0]));
  });

  test("takes a list of scalar tensors, which is what a training loop collects", () => {
    const losses = [3, 2, 1].map((value) => ({ tolist: () => value }));
    expect(heights(picture([{ y: losses }]))).toHaveLength(3);
  });

  test("leaves a gap where a number is missing, and counts it", () => {
    const series = [{ name: "loss", y: [1, 2, Number.NaN, 3, Infinity, 4, 5] }];
    const path = named(picture(series), "path").find((element) => element.attributes.has("stroke-linejoin"));
    expect(path?.attributes.get("d")?.match(/M/g)).toHaveLength(3);
    const bundle = show(series);
    expect(textOf(expectSafe(String(bundle["text/html"])))).toContain(
      "Not drawn (NaN or Inf, or beyond 1e300): 2 of loss.",
    );
    expect(bundle["text/plain"]).toContain("2 of loss");
  });

  test("puts equal factors at equal distances on a log scale, and leaves out what has no logarithm", () => {
    const svg = picture([{ y: [1, 10, 100] }], { yScale: "log" });
    const [first = 0, second = 0, third = 0] = heights(svg);
    expect(first - second).toBeCloseTo(second - third, 1);
    expect(show([{ y: [1, 0, -1] }], { yScale: "log" })["text/plain"]).toContain("not above zero");
  });

  test("shows a single point, a constant, and numbers that are all missing", () => {
    expect(named(picture([{ y: [5] }]), "circle")).toHaveLength(1);
    expect(new Set(heights(picture([{ y: [5, 5, 5] }])))).toHaveLength(1);
    expect(show([{ name: "loss", y: [Number.NaN] }])["text/plain"]).toContain("none of them finite");
  });

  test("keeps the extremes of a series with more points than a picture can show", () => {
    const y = new Float64Array(100_000);
    y[54_321] = 1;
    y[77_777] = -1;
    const bundle = show([{ name: "loss", y }]);
    const shown = heights(picture([{ name: "loss", y }]));
    expect(Math.max(...shown)).toBeGreaterThan(shown[0] ?? Infinity);
    expect(Math.min(...shown)).toBeLessThan(shown[0] ?? -Infinity);
    expect(String(bundle["text/html"]).length).toBeLessThan(100_000);
    expect(bundle["text/plain"]).toContain("the lowest and the highest of every 100 neighbouring points");
  });

  test("describes itself as plain text", () => {
    expect(show([{ name: "loss", y: [3, 0.5, 1] }], { title: "Training" })["text/plain"]).toBe(
      "Training\nloss: line of 3 points, y from 3 to 1 (min 0.5, max 3)",
    );
  });

  test("does not change when its array changes later", () => {
    const losses = [1, 2];
    const shown = plot([{ y: losses }]);
    losses.push(3);
    expect(shown[DISPLAY]()["text/plain"]).toContain("2 points");
  });

  test.each<[string, () => unknown, RegExp]>([
    ["no series", () => plot([]), /no series\. Write plot\(\[\{ name: "loss", y: losses \}\]\)/],
    ["an empty series", () => plot([{ name: "loss", y: [] }]), /"loss" has no points/],
    ["x and y of different lengths", () => plot([{ x: [1], y: [1, 2] }]), /has 1 x value and 2 y values/],
    ["a matrix", () => plot([{ y: { tolist: () => [[1, 2]] } }]), /y\[0\] of "series 1" is a list of 2/],
    ["a scalar tensor", () => plot([{ y: { tolist: () => 1 } }]), /is a single number, expected a list/],
    ["words", () => plot([{ y: ["a"] as never }]), /y\[0\] of "series 1" is "a", expected a number/],
    ["nothing", () => plot([{ y: undefined as never }]), /is undefined, expected numbers/],
    ["an array instead of a list of series", () => plot([1, 2] as never), /is undefined, expected numbers/],
    ["an unknown mark", () => plot([{ y: [1], mark: "bar" as never }]), /Choose "line" or "dot"/],
    ["an unknown scale", () => plot([{ y: [1] }], { yScale: "log10" as never }), /Choose "linear" or "log"/],
  ])("teaches about %s", (_, act, message) => {
    expect(act).toThrow(message);
  });

  test("keeps hostile names and titles inside their text, for any numbers", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("</text><script>", '" onload="', "]]>"),
    );
    fc.assert(
      fc.property(hostile, fc.array(fc.double(), { minLength: 1 }), fc.boolean(), (name, y, log) => {
        const options = { title: name, xLabel: name, yLabel: name, yScale: log ? "log" : "linear" } as const;
        const svg = picture([{ name, y }], options);
        for (const path of named(svg, "path")) expect(path.attributes.get("d")).not.toMatch(/NaN|Infinity/);
      }),
    );
  });
});
