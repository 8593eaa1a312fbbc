const CHECK_MS = 1_000;

/**
 * Calls `onOrphaned` once the process that started the kernel is gone. Jupyter's clients announce with `JPY_PARENT_PID`
 * that they want this; a client that is killed cannot end its kernels itself.
 */
export function watchParent(env: NodeJS.ProcessEnv, onOrphaned: () => void): void {
  if (env["JPY_PARENT_PID"] === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onOrphaned();
  }, CHECK_MS);
  timer.unref();
}
