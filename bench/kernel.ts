import { tmpdir } from "node:os";
import { startKernel, type KernelProcess } from "../kernel/client/index.ts";

/*
 * The kernel as a client sees it: start until kernel_info, one small cell, and a cell that prints 100,000 lines.
 * Build first, then run it with a TypeScript runner, or as `node --experimental-strip-types bench/kernel.ts` on Node 22+.
 */

const STARTS = 5;
const ROUND_TRIPS = 200;
const LINES = 100_000;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

async function repeat(count: number, work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) times.push(await timed(work));
  return times.toSorted((a, b) => a - b);
}

/** One line: median, and the slowest of the times, in milliseconds. */
function report(name: string, sorted: readonly number[]): void {
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const slowest = sorted.at(-1) ?? Number.NaN;
  console.log(
    `${name.padEnd(28)} median ${median.toFixed(1).padStart(8)} ms   slowest ${slowest.toFixed(1)} ms`,
  );
}

async function printLines(kernel: KernelProcess): Promise<void> {
  let lines = 0;
  let messages = 0;
  await kernel.client.execute(`for (let i = 0; i < ${LINES}; i++) console.log("line", i)`, {
    onOutput(output) {
      if (output.type !== "stream") return;
      messages += 1;
      lines += output.content.text.split("\n").length - 1;
    },
  });
  if (lines !== LINES) throw new Error(`expected ${LINES} lines; ${lines} arrived, in ${messages} messages.`);
}

const cwd = tmpdir();
const starts: number[] = [];
for (let i = 0; i < STARTS; i++) {
  let kernel: KernelProcess | undefined;
  starts.push(await timed(async () => (kernel = await startKernel({ cwd }))));
  await kernel?.shutdown();
}
report(
  "start to kernel_info",
  starts.toSorted((a, b) => a - b),
);

const kernel = await startKernel({ cwd });
report("first cell", [await timed(async () => kernel.client.execute("1 + 1"))]);
report("1 + 1", await repeat(ROUND_TRIPS, async () => kernel.client.execute("1 + 1")));
report(`${LINES} lines`, await repeat(STARTS, async () => printLines(kernel)));
report("interrupt of while (true) {}", await interrupts(STARTS));
report("shutdown", [await timed(async () => kernel.shutdown())]);

/** From the interrupt to the end of the cell, `count` times. */
async function interrupts(count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const running = kernel.client.execute("while (true) {}");
    await new Promise((resolve) => setTimeout(resolve, 20)); // the cell is running by then
    times.push(await timed(async () => Promise.all([kernel.interrupt(), running])));
  }
  return times.toSorted((a, b) => a - b);
}
