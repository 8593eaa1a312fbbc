import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { median } from "./statistics.ts";

/** How many processes are asked. */
const starts = 7;

/** Milliseconds that a new process needs to import the library: the median of several. */
export async function importTime(node: string): Promise<number> {
  // As users import it, and not as the bench is compiled.
  const library = new URL("../../dist/runtime/index.js", import.meta.url).href;
  const program = `const start = performance.now(); await import(${JSON.stringify(library)}); console.log(performance.now() - start)`;
  const times: number[] = [];
  for (let i = 0; i < starts; i++) {
    const { stdout } = await promisify(execFile)(node, ["--input-type=module", "-e", program]);
    times.push(Number(stdout));
  }
  return median(times);
}
