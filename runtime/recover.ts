import { restoreGradMode } from "./autograd/modes.ts";
import { freeTemporaries } from "./backends/cpu/memory/heap.ts";
import { settlePending } from "./backends/cpu/memory/pending.ts";
import { abandonScopes } from "./scope.ts";

/**
 * Puts the runtime in order after a program was stopped in the middle of an operation without any `finally` being run, as V8's `terminateExecution` and the time
 * limit of a `vm.Script` do: recording is on or off as it was outside of `no_grad` and its like, no operation counts as under way, and
 * no thread works on one. The kernel calls it; programs need not.
 */
export function recoverFromInterrupt(): void {
  restoreGradMode();
  abandonScopes();
  settlePending();
  freeTemporaries();
}
