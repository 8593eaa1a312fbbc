import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { machineFact } from "../../../../runtime/backends/cpu/machine.ts";

const isNumber = (value: unknown): value is number => typeof value === "number";
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "typetorch-machine-"));
  vi.stubEnv("XDG_CACHE_HOME", folder);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

test("a fact is measured once, and kept for later processes", () => {
  const measure = vi.fn<() => number>(() => 42);
  expect(machineFact("answer", isNumber, measure)).toBe(42);
  expect(machineFact("answer", isNumber, measure)).toBe(42);
  expect(machineFact("other", isNumber, () => 1)).toBe(1);
  expect(measure).toHaveBeenCalledTimes(1);
  const text = readFileSync(join(folder, "typetorch", "machine.json"), "utf8");
  expect(Object.values(JSON.parse(text) as object)).toEqual([{ answer: 42, other: 1 }]);
});

test("what makes no sense is measured again", () => {
  machineFact(
    "answer",
    (value): value is string => typeof value === "string",
    () => "much",
  );
  expect(machineFact("answer", isNumber, () => 7)).toBe(7);
  writeFileSync(join(folder, "typetorch", "machine.json"), "{ not JSON");
  expect(machineFact("answer", isNumber, () => 8)).toBe(8);
});

test("a folder that cannot be written is no error", () => {
  writeFileSync(join(folder, "file"), "");
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "file"));
  expect(machineFact("answer", isNumber, () => 9)).toBe(9);
});
