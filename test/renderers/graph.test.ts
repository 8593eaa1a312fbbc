import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GRAPH_MIME, renderGraph } from "../../renderers/index.ts";
import type { GraphSnapshot } from "../../runtime/snapshot.ts";
import { edge, fn, layeredGraph, leaf, productGraph } from "./fixtures.ts";
import { named, svgOf, textOf } from "./markup.ts";
import type { Element } from "./markup.ts";
import { expectSafe } from "./safe.ts";

async function view(snapshot: GraphSnapshot): Promise<Element> {
  const bundle = await renderGraph(snapshot);
  return expectSafe(String(bundle["text/html"]));
}

function drawing(root: Element): Element {
  const image = named(root, "img")[0];
  if (image === undefined) throw new Error(`no picture in: ${textOf(root)}`);
  return svgOf(image);
}

/** The words of a drawing, one for each `<text>`. */
function words(root: Element): string[] {
  return named(drawing(root), "text").map((element) => textOf(element).trim());
}

describe("renderGraph", () => {
  test("draws leaves with value and gradient, functions by their grad_fn, and the output", async () => {
    const texts = words(await view(productGraph));
    expect(texts).toEqual(expect.arrayContaining(["z", "tensor(14.)", "MulBackward0", "AddBackward0"]));
    expect(texts).toEqual(expect.arrayContaining(["x", "tensor(2.)", "requires_grad", "grad = tensor(7.)"]));
    expect(texts.filter((word) => word === "requires_grad")).toHaveLength(2);
  });

  test("labels every edge with the shape that flows along it", async () => {
    const snapshot: GraphSnapshot = {
      kind: "graph",
      nodes: [leaf(0, "y", { shape: [2, 4] }), fn(1, "MmBackward0"), leaf(2, "a"), leaf(3, "b")],
      edges: [edge(1, 0, [2, 4]), edge(2, 1, [2, 3]), edge(3, 1, [3, 4])],
    };
    expect(words(await view(snapshot)).filter((word) => /^\[\d/.test(word))).toEqual([
      "[2, 4]",
      "[2, 3]",
      "[3, 4]",
    ]);
  });

  test("lets data flow from the leaves at the top to the output at the bottom", async () => {
    const texts = named(drawing(await view(productGraph)), "text");
    const heightOf = (word: string): number =>
      Number(texts.find((element) => textOf(element).trim() === word)?.attributes.get("y"));
    const heights = ["a", "AddBackward0", "MulBackward0", "z"].map(heightOf);
    expect(heights).toEqual(heights.toSorted((one, other) => one - other));
  });

  test("says in words what is computed", async () => {
    const alt = named(await view(productGraph), "img")[0]?.attributes.get("alt");
    expect(alt).toBe(
      "Computation graph of z = tensor(14.). Leaves: x = tensor(2.), requires_grad, grad = tensor(7.); " +
        "a = tensor(3.), requires_grad, grad = tensor(2.); b = tensor(4.). " +
        "Functions, from the leaves on: AddBackward0, MulBackward0.",
    );
  });

  test("is a tree from the output down as plain text", async () => {
    const bundle = await renderGraph(productGraph);
    expect(bundle["text/plain"]).toBe(
      [
        "#0 z = tensor(14.)",
        "└─ #1 MulBackward0",
        "   ├─ #2 x = tensor(2.), requires_grad, grad = tensor(7.)",
        "   └─ #3 AddBackward0",
        "      ├─ #4 a = tensor(3.), requires_grad, grad = tensor(2.)",
        "      └─ #5 b = tensor(4.)",
      ].join("\n"),
    );
  });

  test("writes a node that is used twice once, and refers to it afterwards", async () => {
    const square: GraphSnapshot = {
      kind: "graph",
      nodes: [fn(0, "MulBackward0"), fn(1, "ExpBackward0"), leaf(2, "x", { shape: [3] })],
      edges: [edge(1, 0, [3]), edge(1, 0, [3]), edge(2, 1, [3])],
    };
    const bundle = await renderGraph(square);
    expect(bundle["text/plain"]).toBe(
      [
        "#0 MulBackward0",
        "├─ #1 ExpBackward0",
        "│  └─ #2 x = float32 [3], requires_grad",
        "└─ #1 ExpBackward0 (see above)",
      ].join("\n"),
    );
  });

  test("holds a table of the nodes for those who cannot see the picture", async () => {
    const rows = named(await view(productGraph), "tr").map((row) =>
      named(row, "td").map((cell) => textOf(cell)),
    );
    expect(rows).toContainEqual(["3", "function", "AddBackward0", "", "", "#4 a []; #5 b []"]);
    expect(rows).toContainEqual(["2", "leaf", "x", "tensor(2.), requires_grad", "tensor(7.)", ""]);
  });

  test("shows a value that is too large for a box by its dtype and shape", async () => {
    const repr = `tensor([${"1.2345, ".repeat(8)}1.], requires_grad=True)`;
    const snapshot: GraphSnapshot = {
      kind: "graph",
      nodes: [leaf(0, "w", { shape: [9], repr, grad: { shape: [9], repr: null } })],
      edges: [],
    };
    expect(words(await view(snapshot))).toEqual(["w", "float32 [9]", "requires_grad", "grad = [9]"]);
  });

  test("cuts a large graph to the part nearest to its output, and says so", async () => {
    const bundle = await renderGraph(layeredGraph(1000));
    const root = expectSafe(String(bundle["text/html"]));
    const note = "The 400 nodes nearest to the output of 1,000 and 794 of 1,994 edges are shown.";
    expect(textOf(root)).toContain(note);
    expect(bundle["text/plain"]).toContain(note);
    expect(named(drawing(root), "rect")).toHaveLength(400);
    expect(bundle[GRAPH_MIME]).toMatchObject({ totalNodes: 1000, totalEdges: 1994 });
  });

  test("says that a graph is empty instead of drawing nothing", async () => {
    expect(textOf(await view({ kind: "graph", nodes: [], edges: [] }))).toContain("nothing was recorded");
  });

  test("ignores edges to nodes that are not there", async () => {
    const root = await view({
      kind: "graph",
      nodes: [fn(0, "AddBackward0")],
      edges: [edge(9, 0), edge(0, 7)],
    });
    expect(named(drawing(root), "rect")).toHaveLength(1);
  });

  test("keeps hostile names inside their text, in the page and in the picture", async () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom('"]; x -> y; "', "<b>x</b>", "\\N\\G", "</text><script>", "%s", '" onload="', "\u0000"),
    );
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (name, repr) => {
        const nodes = [fn(0, name), leaf(1, name, { repr, grad: { shape: [], repr } })];
        const root = await view({ kind: "graph", nodes, edges: [edge(1, 0)] });
        expect(named(drawing(root), "rect")).toHaveLength(2);
        expect(named(root, "img")).toHaveLength(1);
      }),
      { numRuns: 50 },
    );
  });
});
