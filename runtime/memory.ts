/** What a program can see of the memory that its tensors take. */
import { memoryStatistics, resetPeak, type MemoryStatistics } from "./backends/cpu/memory/report.ts";

export type { MemoryStatistics };

/**
 * Figures of the CPU's allocator: bytes and blocks in use, their peak, the size of the heap, and what looking for forgotten tensors has cost.
 *
 * Tensors of at most 64 bytes lie outside of the heap until a kernel needs them there, and are not counted.
 *
 * Source: `torch.cuda.memory_stats`, whose names it keeps.
 */
export function memory_stats(): MemoryStatistics {
  return memoryStatistics();
}

/** Lets the peak of `memory_stats` begin anew. Source: `torch.cuda.reset_peak_memory_stats`. */
export function reset_peak_memory_stats(): void {
  resetPeak();
}

/** A number of bytes in the largest unit that leaves at least one. */
function readable(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  const unit = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  return `${(bytes / 1024 ** unit).toFixed(unit === 0 ? 0 : 1)} ${units[unit]}`;
}

/** The figures of `memory_stats` as a table for people. Source: `torch.cuda.memory_summary`. */
export function memory_summary(): string {
  const stats = memoryStatistics();
  const rows: readonly (readonly [string, string])[] = [
    ["In use", readable(stats["allocated_bytes.all.current"])],
    ["Peak in use", readable(stats["allocated_bytes.all.peak"])],
    ["Heap", readable(stats["reserved_bytes.all.current"])],
    ["Free in the heap", readable(stats["reserved_bytes.all.free"])],
    ["Allocated so far", readable(stats["allocated_bytes.all.allocated"])],
    ["Blocks in use", String(stats["allocation.all.current"])],
    ["Looks among new tensors", String(stats.num_young_sweeps)],
    ["Looks among all tensors", String(stats.num_full_sweeps)],
    ["Time spent looking", `${stats.sweep_time.toFixed(1)} ms`],
    ["Moved out of the heap", String(stats.num_evictions)],
    ["Moved into the heap", String(stats.num_page_ins)],
    ["Out of memory", String(stats.num_ooms)],
  ];
  const [left, right] = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map(([name, value]) => `| ${name.padEnd(left!)} | ${value.padStart(right!)} |`);
  const rule = `|${"-".repeat(left! + 2)}|${"-".repeat(right! + 2)}|`;
  const title = "CPU memory of tensors".padEnd(left! + right! + 3);
  return [rule, `| ${title} |`, rule, ...lines, rule].join("\n");
}
