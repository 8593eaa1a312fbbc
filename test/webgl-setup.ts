/** Before all tests: looks whether WebGL is here, and says in one line that its tests are skipped where it is not. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const loader = new URL("typescript-in-threads.mjs", import.meta.url).href;
const longest = 60_000;
/** Vitest calls `setup` once for each of its projects. */
const looked = "TYPETORCH_TESTS_LOOKED_FOR_WEBGL";

/** The tests' processes inherit the variables. */
export default function setup(): void {
  if (process.env["TYPETORCH_WEBGL"] === "off" || process.env[looked] !== undefined) return;
  process.env[looked] = "yes";
  // Where Mesa draws on the processor, compiling takes longer than all else: half of it is making programs faster that run once.
  process.env["GALLIVM_PERF"] ??= "nopt";
  const args = ["--no-warnings", "--import", loader, join(import.meta.dirname, "webgl-program.ts")];
  const { status, stdout, signal } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    timeout: longest,
  });
  if (status === 0) return;
  console.log(`Tests of WebGL are skipped: ${stdout.trim() || `the driver ended its process by ${signal}`}`);
  process.env["TYPETORCH_WEBGL"] = "off";
}
