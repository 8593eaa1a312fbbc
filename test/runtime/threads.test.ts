import { execFileSync, spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import torch from "../../runtime/index.ts";

const initial = torch.get_num_threads();
afterEach(() => torch.set_num_threads(initial));

const loader = new URL("../typescript-in-threads.mjs", import.meta.url).href;

/** A process of Node that runs a program here, from the sources. */
function program(name: string, env: Record<string, string>): [string, string[], object] {
  const { VITEST: _, TYPETORCH_NUM_THREADS: __, OMP_NUM_THREADS: ___, ...inherited } = process.env;
  const args = ["--no-warnings", "--import", loader, join(import.meta.dirname, "threads-programs", name)];
  return [process.execPath, args, { env: { ...inherited, ...env }, encoding: "utf8", timeout: 25_000 }];
}

test("the number of threads that was set is the one that is told", () => {
  torch.set_num_threads(3);
  expect(torch.get_num_threads()).toBe(3);
  torch.set_num_threads(100);
  expect(torch.get_num_threads()).toBe(100);
});

test.each([0, -1])("%d threads are refused", (count) => {
  expect(() => torch.set_num_threads(count)).toThrow(/^set_num_threads expects a positive integer/);
  expect(torch.get_num_threads()).toBe(initial);
});

test.each([2.5, "2", true, null, undefined, Number.NaN])("%s is no number of threads", (count) => {
  // What JavaScript may pass.
  expect(() => torch.set_num_threads(count as number)).toThrow(/^set_num_threads expects an int, but got/);
});

test.each([
  ["there are processors", {}, availableParallelism()],
  ["TYPETORCH_NUM_THREADS says", { TYPETORCH_NUM_THREADS: "7" }, 7],
  ["OMP_NUM_THREADS says", { OMP_NUM_THREADS: "1" }, 1],
  ["the first number of OMP_NUM_THREADS says", { OMP_NUM_THREADS: "1,5" }, 1],
  [
    "there are processors, where OMP_NUM_THREADS asks for more",
    { OMP_NUM_THREADS: "1000" },
    availableParallelism(),
  ],
  [
    "there are processors, where OMP_NUM_THREADS is no number",
    { OMP_NUM_THREADS: "many" },
    availableParallelism(),
  ],
])("at first there are as many threads as %s", (_name, env, count) => {
  const [node, args, options] = program("count.ts", env);
  expect(Number(execFileSync(node, args, options))).toBe(count);
});

test.each([
  ["a program that used threads ends by itself", "end", 0],
  ["process.exit ends threads at work", "exit", 3],
  ["an uncaught error ends threads at work", "throw", 1],
])("%s", (_name, how, status) => {
  const [node, args, options] = program("work.ts", { TYPETORCH_NUM_THREADS: "3", HOW: how });
  const result = spawnSync(node, args, options);
  expect(result.stdout).toBe("worked on 3 threads\n");
  expect(result.status).toBe(status);
});
