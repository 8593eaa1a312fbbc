import type { MemoryRow } from "../row.ts";

/**
 * Loops that nobody cleans up after. Each step makes 4 MB of garbage. Freeing by hand is what the library does itself where it knows that nobody refers to a
 * storage any more: as fast as it can be.
 */
export const memory: readonly MemoryRow[] = [
  {
    name: "steps of 4 MB, no dispose",
    prepare: "const x = torch.rand(1_000_000)",
    naive: "x.add(x)",
    freed: "x.add(x).storage.release()",
  },
];
