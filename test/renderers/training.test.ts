import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode } from "fast-png";
import { renderConfusion } from "../../renderers/confusion.ts";
import { renderHistograms } from "../../renderers/histograms.ts";
import { renderImages } from "../../renderers/images.ts";
import { renderSummary } from "../../renderers/summary.ts";
import type { MimeBundle } from "../../renderers/index.ts";
import torch, { confusionMatrix, histograms, images, nn, summary } from "../../runtime/index.ts";
import { named, textOf, type Element } from "./markup.ts";
import { expectSafe } from "./safe.ts";

function view(bundle: MimeBundle): Element {
  return expectSafe(String(bundle["text/html"]));
}

/** The cells of each row of the only table. */
function cells(root: Element): string[][] {
  return named(root, "tr").map((row) =>
    [...named(row, "th"), ...named(row, "td")].map((cell) => textOf(cell).replaceAll(/\s+/g, " ").trim()),
  );
}

/** The pictures of a view as they are drawn. */
function pictures(root: Element): ReturnType<typeof decode>[] {
  return named(root, "img").map(({ attributes }) => {
    const base64 = (attributes.get("src") ?? "").replace("data:image/png;base64,", "");
    return decode(Buffer.from(base64, "base64"));
  });
}

function recorded(steps: number): ReturnType<typeof histograms> {
  const model = new nn.Sequential(new nn.Linear(2, 8), new nn.ReLU());
  const seen = histograms(model);
  for (let step = 0; step < steps; step++) {
    model(torch.rand(4, 2)).sum().backward();
    seen.record();
  }
  return seen;
}

describe("renderSummary", () => {
  const model = new nn.Sequential(new nn.Linear(2, 8), new nn.ReLU(), new nn.Linear(8, 1));

  test("shows a row for each layer, with a bar for its share of the parameters", () => {
    const found = summary(model, [4, 2]);
    const bundle = renderSummary(found);
    const root = view(bundle);
    expect(cells(root)).toEqual([
      ["Layer", "Input", "Output", "Parameters", "", "Multiply-adds"],
      ["Sequential", "[4, 2]", "[4, 1]", "–", "", "–"],
      ["0: Linear", "[4, 2]", "[4, 8]", "24", "", "96"],
      ["1: ReLU", "[4, 8]", "[4, 8]", "–", "", "–"],
      ["2: Linear", "[4, 8]", "[4, 1]", "9", "", "36"],
    ]);
    const bars = named(root, "span").flatMap(
      ({ attributes }) => /height:8px;width:(\d+)px/.exec(attributes.get("style") ?? "")?.[1] ?? [],
    );
    expect(bars).toEqual(["35", "13"]);
    expect(textOf(root)).toContain("Multiply-adds: 132");
    expect(bundle["text/plain"]).toBe(found.text);
  });

  test("stays safe markup whatever layers are called", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, kind) => {
        const found = summary(model, [4, 2]);
        const rows = found.rows.map((row) => Object.assign({}, row, { name, kind }));
        expect(cells(view(renderSummary({ ...found, rows })))).toHaveLength(5);
      }),
      { numRuns: 20 },
    );
  });
});

describe("renderConfusion", () => {
  test("shows counts with their colours, and the rates of each class", () => {
    const matrix = confusionMatrix([0, 0, 0, 1], [0, 0, 1, 1], { labels: ["<a>", "b"] });
    const root = view(renderConfusion(matrix));
    expect(cells(root)).toEqual([
      ["true \\ predicted", "<a>", "b", "recall", "precision", "F1"],
      ["<a>", "2", "1", "66.7 %", "100.0 %", "0.800"],
      ["b", "0", "1", "100.0 %", "50.0 %", "0.667"],
    ]);
    const counts = named(root, "td").filter(({ attributes }) => attributes.has("title"));
    expect(counts.map(({ attributes }) => attributes.get("title"))).toEqual([
      "2 of 3 <a> taken for <a>",
      "1 of 3 <a> taken for b",
      "0 of 1 b taken for <a>",
      "1 of 1 b taken for b",
    ]);
    const coloured = counts.map(({ attributes }) => /background-color/.test(attributes.get("style") ?? ""));
    expect(coloured).toEqual([true, true, false, true]);
    expect(textOf(root)).toContain("3 of 4 right: accuracy 75.0 %");
  });

  test("shows the rates alone of very many classes", () => {
    const numbers = Array.from({ length: 50 }, (_, i) => i);
    const root = view(renderConfusion(confusionMatrix(numbers, numbers)));
    expect(cells(root)[0]).toEqual(["class", "examples", "recall", "precision", "F1"]);
  });
});

describe("renderImages", () => {
  test("draws each pixel as a square, with a title that says what is right", () => {
    const grid = images(
      torch.tensor([
        [
          [0, 1],
          [1, 0],
        ],
        [
          [1, 1],
          [1, 0.5],
        ],
      ]),
      { labels: [3, 4], predictions: [3, 5] },
    );
    const root = view(renderImages(grid));
    const [first] = pictures(root);
    expect([first?.width, first?.height, first?.channels]).toEqual([84, 84, 1]);
    const at = (x: number, y: number): number | undefined => first?.data[y * 84 + x];
    expect([at(0, 0), at(41, 41), at(42, 0), at(83, 41), at(0, 42), at(83, 83)]).toEqual([
      0, 0, 255, 255, 255, 0,
    ]);
    expect(cells(root).flat()).toEqual(["✓ 3", "✗ 5, not 4"]);
  });

  test("draws colours, and makes rows of the wished length", () => {
    const grid = images(torch.rand(5, 3, 100, 100), { columns: 2 });
    const root = view(renderImages(grid));
    expect(cells(root).map((row) => row.length)).toEqual([2, 2, 1]);
    expect([...(pictures(root)[0]?.data ?? [])]).toEqual([...(grid.images[0]?.pixels ?? [])]);
  });

  test.each([5, 24, 28, 300])("makes twelve pictures of %i pixels fit side by side", (side) => {
    const root = view(renderImages(images(torch.rand(12, 1, side, side), { columns: 12 })));
    const widths = named(root, "img").map(({ attributes }) => Number(attributes.get("width")));
    expect(widths.reduce((sum, width) => sum + width + 8, 0)).toBeLessThanOrEqual(700);
  });

  test("shows large pictures smaller, and none in words", () => {
    const [image] = named(view(renderImages(images(torch.rand(1, 200, 600)))), "img");
    expect([image?.attributes.get("width"), image?.attributes.get("height")]).toEqual(["300", "100"]);
    expect(textOf(view(renderImages(images(torch.rand(0, 3, 3)))))).toContain("0 grey pictures");
  });

  test("stays safe markup whatever the titles are", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 3 }), (labels) => {
        const root = view(renderImages(images(torch.zeros(labels.length, 2, 2), { labels })));
        expect(named(root, "img")).toHaveLength(labels.length);
      }),
      { numRuns: 20 },
    );
  });
});

describe("renderHistograms", () => {
  test("draws what each layer has, and says so in words", () => {
    const seen = recorded(3);
    const bundle = renderHistograms(seen);
    const root = view(bundle);
    expect(named(root, "img")).toHaveLength(4);
    expect(cells(root)[2]?.slice(0, 3)).toEqual(["1: ReLU", "–", "–"]);
    expect(named(root, "img")[0]?.attributes.get("alt")).toMatch(/^Weights of 0 Linear, 3 steps, last /);
    expect(textOf(root)).toContain("steps 0 to 2");
    expect(bundle["text/plain"]).toBe(seen.text);
  });

  test("is brightest where most numbers are", () => {
    const spread = {
      step: 0,
      range: [0, 1] as const,
      counts: [0, 0, 0, 9],
      mean: 0,
      std: 1,
      zeros: 0,
      nonFinite: 2,
    };
    const layer = { name: "", kind: "Linear", weights: [spread], gradients: [], activations: [] };
    const root = view(
      renderHistograms({ kind: "histograms", layers: [layer], warnings: ["<watch out>"], text: "" }),
    );
    const [picture] = pictures(root);
    const bright = picture?.data[0] ?? 0;
    expect(bright).toBeGreaterThan(200);
    expect(picture?.data.at(-1)).toBe(0);
    expect(textOf(root)).toContain("⚠ <watch out>");
    expect(textOf(root)).toContain("2 NaN or Inf");
  });

  test("says that nothing is recorded yet", () => {
    expect(textOf(view(renderHistograms(recorded(0))))).toContain(
      "Nothing is recorded yet: call record() after backward().",
    );
  });
});
