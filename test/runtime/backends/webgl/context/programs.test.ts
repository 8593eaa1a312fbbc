/** The start as programs meet it: processes with drivers that are broken, and with those that are here. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { linkVulkan } from "../../../../../runtime/backends/webgl/context/vulkan.ts";
import { startXvfb } from "../../../../../runtime/backends/webgl/context/xvfb.ts";
import type { Diagnosis } from "../../../../../runtime/backends/webgl/context/description.ts";

const loader = new URL("../../../../typescript-in-threads.mjs", import.meta.url).href;
const programs = join(import.meta.dirname, "programs");
const cache = mkdtempSync(join(tmpdir(), "typetorch-programs-"));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

interface Outcome {
  readonly diagnosis: Diagnosis;
  readonly error: string | null;
  readonly environment: Record<string, string>;
}

function run(
  name: string,
  env: Record<string, string>,
  preloaded?: string,
): { stdout: string; status: number | null } {
  const preload = preloaded === undefined ? [] : ["--require", join(programs, preloaded)];
  const { DISPLAY: _, TYPETORCH_WEBGL: __, ...inherited } = process.env;
  const args = ["--no-warnings", "--import", loader, ...preload, join(programs, name)];
  return spawnSync(process.execPath, args, {
    env: { ...inherited, XDG_CACHE_HOME: cache, ...env },
    encoding: "utf8",
    timeout: 25_000,
  });
}

function diagnose(env: Record<string, string>, preloaded?: string): Outcome {
  const { stdout, status } = run("diagnose.ts", env, preloaded);
  expect(status).toBe(0);
  return JSON.parse(stdout) as Outcome; // what the program prints
}

/** Whether the machine has what a way takes. */
function has(make: () => { tidy: () => void; stop?: () => void }): boolean {
  try {
    const { tidy, stop } = make();
    stop?.();
    tidy();
    return true;
  } catch {
    return false;
  }
}

const xvfb = has(startXvfb);
const vulkan = has(linkVulkan);

test.each([
  ["gl-throws.cjs", "the optional package gl does not load: libEGL.so: cannot open shared object file"],
  ["gl-aborts.cjs", "the driver ended the process that tried it, by SIGABRT"],
  ["gl-gives-null.cjs", "the driver makes no WebGL 2 context"],
])("a program goes on without WebGL where %s", (preloaded, reason) => {
  const { diagnosis, error } = diagnose({ TYPETORCH_WEBGL: "system", DISPLAY: ":4711" }, preloaded);
  expect(diagnosis.context).toBeNull();
  expect(diagnosis.failures[0]!.reason).toContain(reason);
  expect(error).toContain(reason);
});

test("a display that is not there is a reason, and no crash", () => {
  const { diagnosis } = diagnose({ TYPETORCH_WEBGL: "system", DISPLAY: ":4711" });
  expect(diagnosis).toMatchObject({ context: null, failures: [{ way: "system" }] });
});

test.skipIf(!xvfb)("with Xvfb there is a context, and the program's environment is as before", () => {
  const { diagnosis, error, environment } = diagnose({ TYPETORCH_WEBGL: "xvfb" });
  expect(error).toBeNull();
  expect(diagnosis.context).toMatchObject({ way: "xvfb", renderer: expect.stringMatching(/^ANGLE /) });
  expect(environment).toEqual({});
});

test.skipIf(!xvfb)("a broken Mesa is a reason, and no crash", () => {
  const { diagnosis } = diagnose({ TYPETORCH_WEBGL: "xvfb", LIBGL_DRIVERS_PATH: "/nowhere" });
  expect(diagnosis.context).toBeNull();
});

test.skipIf(!vulkan)("with Vulkan there is a context without a display", () => {
  const { diagnosis, error, environment } = diagnose({ TYPETORCH_WEBGL: "vulkan" });
  expect(error).toBeNull();
  expect(diagnosis.context).toMatchObject({ way: "vulkan", renderer: expect.stringMatching(/Vulkan/) });
  expect(environment).toEqual({});
});

test.skipIf(!vulkan)("without a driver for Vulkan there is a reason, and no crash", () => {
  const { diagnosis } = diagnose({
    TYPETORCH_WEBGL: "vulkan",
    VK_ICD_FILENAMES: "/nowhere",
    VK_DRIVER_FILES: "/nowhere",
  });
  expect(diagnosis).toMatchObject({ context: null, failures: [{ way: "vulkan" }] });
});

test.skipIf(!xvfb)("a server that we started ends with the process, also when that is killed", async () => {
  const { stdout } = run("start-xvfb.ts", {});
  const lock = `/tmp/.X${stdout.slice(1)}-lock`;
  expect(stdout).toMatch(/^:\d+$/);
  await expect.poll(() => existsSync(lock), { timeout: 10_000 }).toBe(false);
});
