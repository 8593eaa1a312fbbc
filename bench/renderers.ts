/**
 * What a view costs: milliseconds to render (best and median) and size of the page. `npx tsc -p tsconfig.bench.json && node build/bench/renderers.js`.
 */
import { DISPLAY, plot, renderGraph, renderTensor, type MimeBundle } from "../renderers/index.ts";
import type { GraphNode, GraphSnapshot, TensorSnapshot } from "../runtime/snapshot.ts";

function tensorSnapshot(shape: readonly number[]): TensorSnapshot {
  const count = shape.reduce((product, size) => product * size, 1);
  const values = Float32Array.from({ length: count }, (_, i) => Math.sin(i / 37) * Math.cos(i / 1009));
  const statistics = { min: -1, max: 1, mean: 0, nan: 0, inf: 0 };
  const facts = { dtype: "float32", device: "cpu", requiresGrad: false, gradFn: null } as const;
  return { kind: "tensor", ...facts, shape, repr: "tensor(…)", values, statistics };
}

/** Layers of a network: each function takes the one before it, one of earlier on, and a weight. */
function graphSnapshot(layers: number): GraphSnapshot {
  const tensor = { dtype: "float32", shape: [64, 64], requiresGrad: true, repr: null, grad: null } as const;
  const nodes = Array.from({ length: layers }, (_, i): GraphNode[] => [
    { id: 2 * i, kind: "function", name: "AddmmBackward0", tensor: null },
    { id: 2 * i + 1, kind: "leaf", name: `layers.${i}.weight`, tensor },
  ]).flat();
  const edges = Array.from({ length: layers }, (_, i) => [
    { from: 2 * i + 1, to: 2 * i, shape: [64, 64] },
    { from: Math.min(2 * i + 2, nodes.length - 1), to: 2 * i, shape: [32, 64] },
    { from: Math.min(2 * i + 6, nodes.length - 1), to: 2 * i, shape: [32, 64] },
  ]).flat();
  return { kind: "graph", nodes, edges };
}

async function measure(name: string, render: () => MimeBundle | Promise<MimeBundle>): Promise<void> {
  const times: number[] = [];
  let size = 0;
  for (let run = 0; run < 9; run++) {
    const start = performance.now();
    const bundle = await render();
    times.push(performance.now() - start);
    size = String(bundle["text/html"]).length;
  }
  const [first = 0] = times;
  times.sort((one, other) => one - other);
  const figures = [first, times[0] ?? 0, times[4] ?? 0].map((ms) => ms.toFixed(1).padStart(8));
  console.log(`${name.padEnd(30)}${figures.join("")}${(size / 1000).toFixed(1).padStart(10)}`);
}

console.log(
  `${"".padEnd(30)}${"first".padStart(8)}${"best".padStart(8)}${"median".padStart(8)}${"kB".padStart(10)}`,
);
const million = tensorSnapshot([1000, 1000]);
const small = tensorSnapshot([8, 8]);
const graph = graphSnapshot(100);
const losses = Float32Array.from({ length: 10_000 }, (_, i) => Math.exp(-i / 3000));
await measure("tensor [8, 8]", () => renderTensor(small));
await measure("tensor [1000, 1000]", () => renderTensor(million));
await measure(`graph of ${graph.nodes.length} nodes`, () => renderGraph(graph));
await measure("plot of 10,000 points", () => plot([{ y: losses }])[DISPLAY]());
