/** What there is to know of the heap. */
import { heapBytes, heapFreeBytes } from "./heap.ts";
import { statistics } from "./reclaim.ts";

/** Figures of the allocator, under the names that PyTorch gives those of its own, in blocks and bytes; and those of garbage, which PyTorch has none of. */
export interface MemoryStatistics {
  /** Bytes of blocks in use: by tensors that can be reached, and by those that were not found to be forgotten yet. */
  readonly "allocated_bytes.all.current": number;
  readonly "allocated_bytes.all.peak": number;
  readonly "allocated_bytes.all.allocated": number;
  readonly "allocated_bytes.all.freed": number;
  readonly "allocation.all.current": number;
  readonly "allocation.all.allocated": number;
  readonly "allocation.all.freed": number;
  /** Bytes of the heap, in use or ready to be used again. */
  readonly "reserved_bytes.all.current": number;
  readonly "reserved_bytes.all.free": number;
  readonly num_ooms: number;
  /** Looks for forgotten tensors among those made lately, and among all. */
  readonly num_young_sweeps: number;
  readonly num_full_sweeps: number;
  /** Milliseconds spent looking. */
  readonly sweep_time: number;
  /** Tensors whose elements made room for others, and that came (back) into the heap. */
  readonly num_evictions: number;
  readonly num_page_ins: number;
}

/** The figures as they are now. */
export function memoryStatistics(): MemoryStatistics {
  return {
    "allocated_bytes.all.current": statistics.inUse,
    "allocated_bytes.all.peak": statistics.peak,
    "allocated_bytes.all.allocated": statistics.allocatedBytes,
    "allocated_bytes.all.freed": statistics.freedBytes,
    "allocation.all.current": statistics.allocations - statistics.frees,
    "allocation.all.allocated": statistics.allocations,
    "allocation.all.freed": statistics.frees,
    "reserved_bytes.all.current": heapBytes(),
    "reserved_bytes.all.free": heapFreeBytes(),
    num_ooms: statistics.outOfMemory,
    num_young_sweeps: statistics.youngSweeps,
    num_full_sweeps: statistics.fullSweeps,
    sweep_time: statistics.sweepTime,
    num_evictions: statistics.evictions,
    num_page_ins: statistics.pageIns,
  };
}

/** Lets the peak begin anew at what is in use now. */
export function resetPeak(): void {
  statistics.peak = statistics.inUse;
}
