import { OrderedOutput } from "./ordered-output.ts";
import { ResourceStack } from "./resources.ts";
import type { CellConnections, InputSource } from "./types.ts";

/** One run of one cell: what its code, and whatever that code leaves behind, belongs to. */
export class CellRun {
  /** As in tracebacks: `Cell[3]`. */
  readonly name: string;
  readonly output: OrderedOutput;
  readonly input: InputSource;
  /** The resources of its top-level `using` declarations. */
  readonly resources: ResourceStack = new ResourceStack();
  readonly #onInterrupt = new Set<() => void>();

  constructor(name: string, { output, input }: CellConnections) {
    this.name = name;
    this.output = new OrderedOutput(output);
    this.input = input;
  }

  /**
   * Calls `tidy` if the cell is interrupted: V8 ends code without running its `finally` blocks. What is returned says that
   * it is not needed any more.
   */
  onInterrupt(tidy: () => void): () => void {
    this.#onInterrupt.add(tidy);
    return () => void this.#onInterrupt.delete(tidy);
  }

  /** The cell was interrupted. */
  interrupted(): void {
    const waiting = [...this.#onInterrupt];
    this.#onInterrupt.clear();
    for (const tidy of waiting) tidy();
    this.output.sendPutOff();
  }
}
