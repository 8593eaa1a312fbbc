import type { OutputSink } from "../display/types.ts";
import { OrderedOutput } from "./ordered-output.ts";
import { ResourceStack } from "./resources.ts";

/** One run of one cell: what its code, and whatever that code leaves behind, belongs to. */
export class CellRun {
  /** As in tracebacks: `Cell[3]`. */
  readonly name: string;
  readonly output: OrderedOutput;
  /** The resources of its top-level `using` declarations. */
  readonly resources: ResourceStack = new ResourceStack();

  constructor(name: string, sink: OutputSink) {
    this.name = name;
    this.output = new OrderedOutput(sink);
  }
}
