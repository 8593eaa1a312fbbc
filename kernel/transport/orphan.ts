const CHECK_MS = 1_000;

/**
 * Calls `onOrphaned` once the process that started the kernel is gone. Jupyter's clients announce with `JPY_PARENT_PID`
 * that they want this; a client that is killed cannot end its kernels itself.
 */
export function watchParent(env: NodeJS.ProcessEnv, onOrphaned: () => void): void {
  const announced = env["JPY_PARENT_PID"];
  if (announced === undefined) return;
  // A starter that was gone before this line leaves the kernel to the first process of the system.
  const parent = process.ppid === 1 && announced !== "1" ? null : process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onOrphaned();
  }, CHECK_MS);
  timer.unref();
}
