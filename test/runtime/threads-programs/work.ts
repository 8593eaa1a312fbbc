/** Works on several threads without ever returning to the event loop, and ends as `HOW` says. */
import { threadCount } from "../../../runtime/backends/cpu/threads/count.ts";
import { readyThreads, runKernel } from "../../../runtime/backends/cpu/threads/parallel.ts";
import { kernels } from "../backends/cpu/threads/kernels.ts";
import { zeros } from "../backends/cpu/threads/waiting.ts";

const { address } = zeros(1000);
// Threads start at the first work that is worth it.
do runKernel(kernels, "countSlowly", 1000, 5, [address, 1000]);
while (readyThreads() < threadCount());
console.log(`worked on ${readyThreads()} threads`);
if (process.env["HOW"] === "exit") process.exit(3);
if (process.env["HOW"] === "throw") throw new Error("on purpose");
