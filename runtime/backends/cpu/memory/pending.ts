/**
 * Work that threads may still be doing for an operation that was stopped in its middle, as an interrupt of the kernel or the time limit of a `vm.Script` does, which
 * run no `finally`. Before its memory is used for anything else, that work must have ended.
 */
let settle: (() => void) | null = null;

/** Says how to end the work that begins; `null` when it has ended by itself. */
export function setPending(end: (() => void) | null): void {
  settle = end;
}

/** Ends what is left of an operation that was stopped. Whoever hands out memory, or addresses of it, calls this first. */
export function settlePending(): void {
  if (settle !== null) settle();
}
