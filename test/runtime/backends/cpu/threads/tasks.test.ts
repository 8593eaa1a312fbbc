import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { tasks } from "../../../../../runtime/backends/cpu/threads/tasks.ts";

const backend = join(import.meta.dirname, "../../../../../runtime/backends/cpu");

/** A task that is missing there is done by the main thread alone. */
test("threads know every task, each by a name of its own", () => {
  const sources = readdirSync(backend, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(backend, file), "utf8"));
  const defined = sources.flatMap((text) =>
    [...text.matchAll(/defineTask\(\s*"([^"]+)"/g)].map(([, name]) => name),
  );
  expect(tasks.map(({ name }) => name).toSorted()).toEqual(defined.toSorted());
  expect(new Set(defined).size).toBe(defined.length);
});

/** The files that one loads, itself included. Types are not loaded. */
function loadedBy(file: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(file, "utf8");
  for (const [, types, path] of text.matchAll(/^(?:import|export)( type)?[^;"]*"(\.[^"]+)";/gm))
    if (types === undefined) loadedBy(join(dirname(file), path!), seen);
  return seen;
}

/** Each thread would take longer to start, and have tensors of its own in the shared heap. */
test("threads load nothing that knows tensors", () => {
  const loaded = [...loadedBy(join(backend, "threads/worker.ts"))].map((file) => relative(backend, file));
  expect(loaded).toContain("gemm/task.ts");
  expect(loaded.filter((file) => file.startsWith("../.."))).toEqual([]);
});
