import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Processes that are asked to end have this long before they are killed. */
const GRACE_MS = 200;
const CHECK_MS = 10;
/** The unit of /proc, the same on all of Linux's platforms that Node runs on. */
const TICKS_PER_SECOND = 100;

/** A process as the system lists it. */
interface Entry {
  readonly pid: number;
  readonly parent: number;
  /** It has ended, and waits for its parent to ask how. */
  readonly ended: boolean;
  /** How long it has been running, in seconds. */
  readonly age: number;
}

/**
 * Sends SIGINT to the processes that this one has started in the last `ageMs` milliseconds, and to those that they have started: what the keys
 * Ctrl and C do in a terminal. Node hears nothing while it waits for `execSync`, so that an interrupt has to end the child.
 */
export function interruptDescendants(ageMs: number): void {
  const entries = processes();
  for (const { pid, parent, age } of entries) {
    if (parent === process.pid && age * 1000 <= ageMs) signal([pid, ...descendants(entries, pid)], "SIGINT");
  }
}

/**
 * Ends the processes that this one has started, and those that they have started, blocking: a kernel leaves nothing behind.
 * Node does not do it, and a child that was given the kernel's streams would keep a server waiting for their end.
 */
export function endDescendants(): void {
  let left = descendants(processes(), process.pid);
  if (left.length === 0) return;
  signal(left, "SIGTERM");
  for (let waited = 0; left.length > 0 && waited < GRACE_MS; waited += CHECK_MS) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, CHECK_MS);
    const running = new Set(processes().flatMap(({ pid, ended }) => (ended ? [] : [pid])));
    left = left.filter((pid) => running.has(pid));
  }
  signal(left, "SIGKILL");
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended by itself.
    }
  }
}

function descendants(entries: readonly Entry[], root: number): number[] {
  const found = [root];
  for (const pid of found) {
    for (const entry of entries) if (entry.parent === pid && !entry.ended) found.push(entry.pid);
  }
  return found.slice(1);
}

/** Windows lists no parents that cost little to read; there Jupyter ends the kernel's whole job itself. */
function processes(): Entry[] {
  try {
    if (process.platform === "linux") return fromProc();
    return process.platform === "win32" ? [] : fromPs();
  } catch {
    return []; // neither /proc nor ps: nothing is known, so nothing can be ended
  }
}

function fromProc(): Entry[] {
  const uptime = Number.parseFloat(readFileSync("/proc/uptime", "utf8"));
  return readdirSync("/proc").flatMap((name) => (/^\d+$/u.test(name) ? fromStat(Number(name), uptime) : []));
}

/** The second field is the name in parentheses, which may contain anything; state and parent follow it, and as the 22nd of all the start. */
function fromStat(pid: number, uptime: number): Entry[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const [state, parent] = fields;
    const age = uptime - Number(fields[22 - 3]) / TICKS_PER_SECOND;
    return [{ pid, parent: Number(parent), ended: state === "Z" || state === "X", age }];
  } catch {
    return []; // it ended while the list was read
  }
}

function fromPs(): Entry[] {
  const text = execFileSync("ps", ["-A", "-o", "pid=,ppid=,state=,etime="], { encoding: "utf8" });
  return text.split("\n").flatMap((line) => {
    const [pid, parent, state = "", elapsed = ""] = line.trim().split(/\s+/u);
    return parent === undefined
      ? []
      : [
          {
            pid: Number(pid),
            parent: Number(parent),
            ended: state.startsWith("Z"),
            age: secondsOf(elapsed),
          },
        ];
  });
}

/** Of `[[days-]hours:]minutes:seconds`, as POSIX has `ps` write it. */
function secondsOf(elapsed: string): number {
  const [days, clock] = elapsed.includes("-") ? elapsed.split("-") : ["0", elapsed];
  return (
    (clock ?? "").split(":").reduce((seconds, part) => seconds * 60 + Number(part), 0) + Number(days) * 86_400
  );
}
