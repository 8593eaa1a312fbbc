import { decode } from "fast-png";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderTensor, TENSOR_MIME } from "../../renderers/index.ts";
import type { TensorData } from "../../renderers/index.ts";
import type { TensorSnapshot } from "../../runtime/snapshot.ts";
import { noise, tensorOf } from "./fixtures.ts";
import { named, textOf } from "./markup.ts";
import type { Element } from "./markup.ts";
import { expectSafe } from "./safe.ts";

function view(snapshot: TensorSnapshot): Element {
  return expectSafe(String(renderTensor(snapshot)["text/html"]));
}

function text(snapshot: TensorSnapshot): string {
  return textOf(view(snapshot)).replaceAll(/\s+/g, " ");
}

function data(snapshot: TensorSnapshot): TensorData {
  return renderTensor(snapshot)[TENSOR_MIME] as TensorData; // What renderTensor puts there.
}

/** The colours of a heat map, as `#rrggbb`, with how many pixels have each; transparent pixels are left out. */
function colours(snapshot: TensorSnapshot): Map<string, number> {
  const image = named(view(snapshot), "img")[0];
  const bytes = Buffer.from(image?.attributes.get("src")?.split(",")[1] ?? "", "base64");
  const { data, palette = [] } = decode(bytes);
  const counts = new Map<string, number>();
  for (const entry of data) {
    const [red = 0, green = 0, blue = 0, alpha = 255] = palette[entry] ?? [];
    if (alpha === 0) continue;
    const colour = `#${((red << 16) | (green << 8) | blue).toString(16).padStart(6, "0")}`;
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  return counts;
}

const NAN = "#ff00c8";
const INFINITE = "#ff2828";

describe("renderTensor", () => {
  test("says shape, dtype, device, requires_grad and grad_fn", () => {
    const snapshot = tensorOf([1, 2], [2], "float64", { requiresGrad: true, gradFn: "AddBackward0" });
    expect(text(snapshot)).toContain(
      "Tensor [2] · torch.float64 · cpu · requires_grad=True · grad_fn=<AddBackward0>",
    );
  });

  test("shows as plain text exactly what PyTorch prints, and holds it in the page", () => {
    const repr = "tensor([[1., 2.],\n        [3., 4.]], grad_fn=<MulBackward0>)";
    const snapshot = tensorOf([1, 2, 3, 4], [2, 2], "float32", { repr });
    expect(renderTensor(snapshot)["text/plain"]).toBe(repr);
    expect(textOf(named(view(snapshot), "pre")[0] ?? view(snapshot))).toBe(repr);
  });

  test("gives statistics of the finite elements and counts the others", () => {
    expect(text(tensorOf([1, Number.NaN, 4, Infinity, -Infinity]))).toContain(
      "5 elements · min 1 · max 4 · mean 2.5 · 1 NaN · 2 Inf",
    );
    expect(text(tensorOf([Number.NaN]))).toContain("1 element · no finite element · 1 NaN");
    expect(text(tensorOf(Uint8Array.of(1, 0, 1), [3], "bool"))).toContain("3 elements · 2 True · 1 False");
  });

  test("gives every value of a small tensor a cell with its index and full value", () => {
    const cells = named(view(tensorOf(Float32Array.of(0.1, -2, 1 / 3, 4), [2, 2])), "td");
    expect(cells.map((cell) => cell.attributes.get("title"))).toEqual([
      "[0, 0] = 0.1",
      "[0, 1] = -2",
      "[1, 0] = 0.33333334",
      "[1, 1] = 4",
    ]);
    expect(cells.map(textOf)).toEqual(["0.1", "-2", "0.3333", "4"]);
  });

  test("keeps int64 beyond 2^53 exact", () => {
    const snapshot = tensorOf(BigInt64Array.of(9007199254740993n, -1n), [2], "int64");
    expect(named(view(snapshot), "td")[0]?.attributes.get("title")).toBe("[0] = 9007199254740993");
    expect(text(snapshot)).toContain("max 9007199254740993");
    expect(data(snapshot).values).toEqual(["9007199254740993", "-1"]);
  });

  test("indexes a scalar by nothing and slices by their leading dimensions", () => {
    expect(named(view(tensorOf([7], [])), "td")[0]?.attributes.get("title")).toBe("[] = 7");
    const tables = named(view(tensorOf(noise(24), [2, 2, 2, 3])), "table");
    expect(tables.map((table) => textOf(named(table, "caption")[0] ?? table).trim())).toEqual([
      "[0, 0, :, :]",
      "[0, 1, :, :]",
      "[1, 0, :, :]",
      "[1, 1, :, :]",
    ]);
    expect(
      named(tables[3] ?? view(tensorOf([])), "td")
        .at(-1)
        ?.attributes.get("title"),
    ).toMatch(/^\[1, 1, 1, 2\] = /);
  });

  test("says that an empty tensor is empty and draws nothing", () => {
    for (const shape of [[0], [0, 3], [2, 0, 4]]) {
      expect(text(tensorOf([], shape))).toContain("empty: a size of 0 leaves no elements");
      expect(named(view(tensorOf([], shape)), "img")).toEqual([]);
    }
  });

  test("draws a larger tensor as a picture that says in words what it shows", () => {
    const image = named(view(tensorOf(noise(900), [30, 30])), "img")[0];
    expect(image?.attributes.get("alt")).toMatch(
      /^Heat map of a float32 tensor of shape \[30, 30\]: values from -\S+ to \S+, mean \S+$/,
    );
    expect([image?.attributes.get("width"), image?.attributes.get("height")]).toEqual(["480", "480"]);
  });

  test("colours values around zero with a light middle when they have both signs, from dark to light otherwise", () => {
    const ramp = Array.from({ length: 401 }, (_, i) => i);
    const [sequential, diverging] = [tensorOf(ramp), tensorOf(ramp.map((i) => i - 200))];
    expect([...colours(sequential).keys()].at(0)).toBe("#440154");
    expect([...colours(sequential).keys()].at(-1)).toBe("#fde725");
    expect([...colours(diverging).keys()].at(0)).toBe("#001261");
    expect([...colours(diverging).keys()].at(-1)).toBe("#590008");
    expect(named(view(diverging), "img")[1]?.attributes.get("alt")).toBe(
      "Colours from -200 to 200, zero in the middle",
    );
  });

  test("shows the first 16 of many slices and says so", () => {
    expect(text(tensorOf(noise(64 * 400), [64, 1, 20, 20]))).toContain(
      "Slices [i, j, :, :]: the first 16 of 64 shown, in reading order.",
    );
    expect(text(tensorOf(noise(2 * 400), [2, 20, 20]))).toContain("Slices [i, :, :]: all 2 shown");
  });

  test("down-samples without losing a NaN, an infinity or an outlier", () => {
    const values = new Float32Array(1_000_000);
    for (let i = 0; i < values.length; i++) values[i] = i % 2;
    const plain = colours(tensorOf(values, [1000, 1000]));
    values[123_456] = Number.NaN;
    values[345_678] = Infinity;
    values[987_654] = 100;
    const snapshot = tensorOf(values, [1000, 1000]);
    const marked = colours(snapshot);
    expect(plain.get(NAN)).toBeUndefined();
    expect(marked.get(NAN)).toBe(1);
    expect(marked.get(INFINITE)).toBe(1);
    expect(marked.get("#fde725")).toBe(1);
    expect(text(snapshot)).toContain("each cell stands for 3 × 3 elements");
  });

  test("bounds the picture, the text and the data whatever the size", () => {
    const snapshot = tensorOf(noise(300_000), [3, 100_000], "float32", { repr: "x".repeat(300_000) });
    const bundle = renderTensor(snapshot);
    expect(String(bundle["text/html"]).length).toBeLessThan(100_000);
    expect(data(snapshot).values).toHaveLength(4096);
    expect(data(snapshot).total).toBe(300_000);
    expect(text(snapshot)).toContain("… 280,000 more characters");
  });

  test("gives data that JSON can carry, NaN and infinity as words", () => {
    const own = data(tensorOf([1, Number.NaN, -Infinity]));
    expect(own.values).toEqual([1, "NaN", "-Infinity"]);
    expect(JSON.parse(JSON.stringify(own))).toEqual(own);
  });

  test("refuses a snapshot whose values do not fill its shape", () => {
    expect(() => renderTensor(tensorOf([1, 2, 3], [2, 2]))).toThrow(
      "renderTensor: shape [2, 2] has 4 elements, but the snapshot holds 3.",
    );
  });

  test("stays well-formed and safe for every shape, dtype and value", () => {
    const shape = fc.array(fc.integer({ min: 0, max: 19 }), { maxLength: 3 });
    const values = fc.array(fc.oneof(fc.double(), fc.constantFrom(0, -0, 1e308, -1e308, 5e-324)), {
      minLength: 1,
    });
    const hostile = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("</pre><script>", '"onload="', "]]>"),
    );
    fc.assert(
      fc.property(shape, values, hostile, (shape, values, word) => {
        const size = shape.reduce((product, one) => product * one, 1);
        const filled = Array.from({ length: size }, (_, i) => values[i % values.length] ?? 0);
        const strange = { repr: word, device: word, gradFn: word };
        const root = view(tensorOf(filled, shape, "float64", strange));
        const [columns = 1, rows = 1, slices = 1] = shape.toReversed();
        const fits = columns <= 16 && rows <= 16 && slices <= 16 && size <= 256;
        expect(named(root, "td")).toHaveLength(fits ? size : 0);
      }),
      { numRuns: 60 },
    );
  });
});
