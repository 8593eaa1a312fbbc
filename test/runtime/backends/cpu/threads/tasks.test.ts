import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
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
