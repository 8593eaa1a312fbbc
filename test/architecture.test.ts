/** The folders and what they import from each other: the drawing in `docs/architecture.md` is the real graph, and it has no way back up. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** The parts of the drawing, from those that use others to those that are used. */
const parts = [
  "kernel/cli",
  "kernel/client",
  "kernel/main",
  "kernel/prelude",
  "kernel/loop",
  "kernel/transport",
  "kernel/session",
  "kernel/language",
  "kernel/display",
  "kernel/wire",
  "kernel/launch",
  "kernel/jupyter-paths",
  "renderers",
  "runtime",
] as const;

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(folder, file));
}

function partOf(file: string): string {
  const part = parts.find((name) => file === `${name}.ts` || file.startsWith(`${name}/`));
  if (part === undefined)
    throw new Error(
      `${file} belongs to no part of the architecture. Add its folder to this test and to docs/architecture.md.`,
    );
  return part;
}

/** Files that a file imports by a relative path, at run time or as types. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const paths = [...text.matchAll(/(?:from|import\(|import) ?"(\.[^"]+\.ts)"/g)].map((match) => match[1]!);
  return paths.map((path) => normalize(join(dirname(file), path)));
}

function importGraph(): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>(parts.map((part) => [part, new Set()]));
  for (const file of ["runtime", "renderers", "kernel"].flatMap(sources))
    for (const imported of importsOf(file))
      if (partOf(imported) !== partOf(file)) graph.get(partOf(file))!.add(partOf(imported));
  return graph;
}

function id(part: string): string {
  return part.replace("/", "_");
}

function drawing(graph: ReadonlyMap<string, ReadonlySet<string>>): string {
  const nodes = parts.map((part) => `  ${id(part)}["${part}"]`);
  const edges = [...graph].flatMap(([from, to]) =>
    [...to].toSorted().map((part) => `  ${id(from)} --> ${id(part)}`),
  );
  return ["```mermaid", "graph TD", ...nodes, ...edges, "```"].join("\n");
}

test("the drawing in docs/architecture.md is the real import graph", () => {
  expect(readFileSync(join(root, "docs/architecture.md"), "utf8")).toContain(drawing(importGraph()));
});

test("imports between the parts run one way", () => {
  const graph = importGraph();
  const reachable = (from: string, seen: Set<string> = new Set()): Set<string> => {
    for (const next of graph.get(from) ?? []) if (!seen.has(next)) reachable(next, seen.add(next));
    return seen;
  };
  expect(parts.filter((part) => reachable(part).has(part))).toEqual([]);
});

test("only the prelude knows tensors, and the runtime knows nothing outside itself", () => {
  const graph = importGraph();
  expect(parts.filter((part) => graph.get(part)!.has("runtime"))).toEqual(["kernel/prelude", "renderers"]);
  expect([...graph.get("runtime")!]).toEqual([]);
});
