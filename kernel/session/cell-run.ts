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

  constructor(name: string, { output, input }: CellConnections) {
    this.name = name;
    this.output = new OrderedOutput(output);
    this.input = input;
  }
}
