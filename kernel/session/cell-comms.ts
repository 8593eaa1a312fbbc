import type { CommRegistry } from "../display/index.ts";
import { withinCell } from "./cell-context.ts";
import { CellRun } from "./cell-run.ts";
import type { Comms } from "./types.ts";

/** The comms of cells as the loop sees them: each message runs its handlers as a cell runs its code, with outputs of its own. */
export function cellComms(registry: CommRegistry, report: (error: unknown, run: CellRun) => void): Comms {
  return {
    expects: (message) => registry.expects(message),
    async receive(message, connections) {
      const run = new CellRun(`Comm[${message.commId}]`, connections);
      try {
        withinCell(run, () => registry.receive(message));
      } catch (error) {
        report(error, run);
      }
      await run.output.flush();
    },
    open: () => registry.list(),
  };
}
