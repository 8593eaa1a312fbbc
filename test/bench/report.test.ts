import { expect, test } from "vitest";
import { report, type Surroundings } from "../../bench/report.ts";
import type { Run } from "../../bench/results.ts";
import { memory } from "../../bench/rows/index.ts";
import { row } from "../../bench/rows/snippets.ts";
import { timing } from "../../bench/statistics.ts";

const empty = ["", "0"] as const;
const both = { typetorch: empty, pytorch: empty };
const sort = row("sort of 1M", ["sort"], both);
const sum = row("sum of 1024²", ["reductions"], both);
const lacking = row("max of 1024²", ["reductions"], { ...both, tfjs: empty });

const surroundings: Surroundings = {
  date: "2026-01-02",
  processor: "Some CPU",
  cores: 2,
  system: "linux",
  load: 0.25,
  quick: false,
};

function run(threads: number): Run {
  const group = { name: "some", description: "Some rows.", rows: [], usesBlas: false };
  const ours = timing([90, 100, 110]);
  const theirs = timing([50, 50, 50]);
  return {
    configuration: { node: "node", nodeVersion: "24.1.0", v8Version: "13.6", threads, blas: false },
    contestants: { typetorch: "0.1.0", PyTorch: "2.13.0", "jax-js": { failed: "not installed" } },
    groups: [
      {
        group,
        rows: [
          { row: sort, result: { typetorch: theirs, PyTorch: ours } },
          { row: sum, result: { typetorch: ours, PyTorch: theirs } },
          {
            row: lacking,
            result: { typetorch: { failed: "x.max is not a function" }, PyTorch: theirs, "tfjs-wasm": ours },
          },
        ],
      },
    ],
    importTime: 160,
    memory: memory.map((row) => ({
      row,
      result: { steps: 20_000, naive: 500, freed: 400, peak: 3e8, steady: 1e8 },
    })),
  };
}

test("the page says what was met, what was not, and what is missing", () => {
  const lines = report([run(1), run(2)], surroundings)
    .split("\n")
    .map((line) => line.replaceAll(/ +/g, " "));
  const has = (line: string): void => expect(lines).toContain(line);
  has("- 2026-01-02, Some CPU, 2 cores, linux, load 0.3");
  has("- jax-js: absent: not installed");
  has("| goal | limit | Node 24.1.0, 1 thread | Node 24.1.0, 2 threads |");
  has("| sort | each ≤ 1 | 0.50 ✓ | 0.50 ✓ |");
  has("| reductions | geometric mean ≤ 1.5, each ≤ 2 | 2.00, 1 not measured ✗ | 2.00, 1 not measured ✗ |");
  has("| steps of 4 MB, no dispose: time | ≤ 1.3 | 1.25 ✓ | 1.25 ✓ |");
  has("| steps of 4 MB, no dispose: peak | ≤ 2 | 3.00 ✗ | 3.00 ✗ |");
  has("| import of the library | ≤ 150 ms | 160 ms ✗ | 160 ms ✗ |");
  has("## Node 24.1.0, 2 threads");
  has("| sum of 1024² | 100 µs ± 5 % | 50.0 µs ± 0 % | 2.00 | 1.80 | ≤ 2 | |");
  has("| max of 1024² | failed | 50.0 µs ± 0 % | | | ≤ 2 | 100 µs ± 5 % |");
  has("- typetorch, max of 1024²: x.max is not a function");
});

test("a goal of which no row ran is left out", () => {
  expect(report([run(1)], surroundings)).not.toContain("Transformer");
});
