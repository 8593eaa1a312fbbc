const cell = new Int32Array(new SharedArrayBuffer(4));

/** Does nothing for so many milliseconds. The event loop does not run meanwhile. */
export function sleep(milliseconds: number): void {
  Atomics.wait(cell, 0, 0, milliseconds);
}
