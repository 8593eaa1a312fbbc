import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runCached } from "../../../runtime/backends/cachedCode.ts";

const build = "0123456789abcdef";
let folder = "";
let script: URL;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "typetorch-code-"));
  vi.stubEnv("XDG_CACHE_HOME", folder);
  vi.stubEnv("NODE_DISABLE_COMPILE_CACHE", undefined);
  script = pathToFileURL(join(folder, "script.cjs"));
  writeFileSync(
    script,
    `(function (exports, require, __filename) {
      exports.answer = function answer() { return 6 * 7; };
      exports.answer();
      exports.separator = require("node:path").sep;
      exports.place = __filename;
    });`,
  );
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function codeFile(): string {
  const [name] = readdirSync(join(folder, "typetorch"));
  return join(folder, "typetorch", name!);
}

function answer(id: string = build): unknown {
  return (runCached(script, id)["answer"] as () => number)();
}

test("a script gets its place and require, and gives what it exports", () => {
  const { separator, place } = runCached(script, build);
  expect(separator).toMatch(/[\\/]/);
  expect(place).toBe(join(folder, "script.cjs"));
});

test("its code is written once, and used again", () => {
  expect(answer()).toBe(42);
  const code = readFileSync(codeFile());
  expect(code.toString("latin1", 0, build.length)).toBe(build);
  writeFileSync(script, readFileSync(script, "utf8").replace("6 * 7", "6 * 8"));
  // The function was compiled before, and V8 knows a script by its length.
  expect(answer()).toBe(42);
  expect(readFileSync(codeFile())).toEqual(code);
});

test("the code of another build is not used, and replaced", () => {
  answer();
  writeFileSync(script, readFileSync(script, "utf8").replace("6 * 7", "6 * 8"));
  expect(answer("another build ..")).toBe(48);
  expect(readFileSync(codeFile()).toString("latin1", 0, build.length)).toBe("another build ..");
});

test("another installation of the same build has its own code: its traces name its place", () => {
  answer();
  const other = pathToFileURL(join(folder, "other.cjs"));
  writeFileSync(other, readFileSync(script, "utf8").replace("6 * 7", "6 * 8"));
  expect((runCached(other, build)["answer"] as () => number)()).toBe(48);
});

test.each([
  ["damaged", (code: Buffer): Buffer => code.fill(0, code.length >> 1)],
  ["cut off", (code: Buffer): Buffer => code.subarray(0, -64)],
  ["empty", (): Buffer => Buffer.alloc(0)],
])("code that is %s is not used, and replaced", (_name, damage) => {
  answer();
  const whole = readFileSync(codeFile());
  writeFileSync(codeFile(), damage(Buffer.from(whole)));
  expect(answer()).toBe(42);
  expect(readFileSync(codeFile()).length).toBe(whole.length);
});

test("a folder that cannot be written is no error", () => {
  writeFileSync(join(folder, "file"), "");
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "file"));
  expect(answer()).toBe(42);
});

test("Node's switch for its compile cache holds here, too", () => {
  vi.stubEnv("NODE_DISABLE_COMPILE_CACHE", "1");
  expect(answer()).toBe(42);
  expect(existsSync(join(folder, "typetorch"))).toBe(false);
});
