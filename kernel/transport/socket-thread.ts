import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { BindError } from "./bind-error.ts";
import { endDescendants, interruptDescendants } from "./descendants.ts";
import { logLine } from "./log.ts";
import { watchParent } from "./orphan.ts";
import { Refusals } from "./refusals.ts";
import { SharedState } from "./shared-state.ts";
import { watchSigint } from "./sigint.ts";
import { SocketServer } from "./socket-server.ts";
import { StopRemote } from "./stop-execution.ts";
import type { InputAnswer, InputQuestion, SocketThreadData, ToMain, ToSockets } from "./thread-messages.ts";

/*
 * The entry of the thread that owns the sockets. It stays responsive whatever the cells do: it answers heartbeats and
 * control, stops cells, and ends the process when the main thread no longer can.
 */

/** A main thread that is asked to end gets this long, per attempt, before its code is terminated. */
const SHUTDOWN_ATTEMPT_MS = 100;
const SHUTDOWN_ATTEMPTS = 7;
/** How long to wait until the main thread is looked at again. */
const CHECK_MS = 2;
/** A main thread that runs no cell and yet hears nothing for this long is stuck. */
const STUCK_MS = 200;
/** How often the main thread is asked to stop before a message is sent to it, too. */
const ASKS_PER_PING = 50;
/** A main thread that does not hear of its interrupt in this time is still busy, and is stopped again. */
const STOP_AGAIN_MS = 100;
/** A main thread that cannot be asked for this long is in native code, such as the wait for a child process. */
const NATIVE_MS = 200;

const { answers, buffer, info, kernelInfo, language, sender } = workerData as SocketThreadData; // set by Transport.open, our only caller
const state = new SharedState(buffer);
const refusals = new Refusals(logLine, Date.now);
const mainThread = new StopRemote();

const server = new SocketServer({
  info,
  sender,
  kernelInfo,
  language,
  onShellRequest: (request) => toMain({ type: "request", request }),
  onInput: answerMain,
  onInterrupt: interruptCell,
  onShutdown: () => void endProcess(),
  onRefused: (channel, error) => refusals.report(channel, error.fault, error.message),
  log: logLine,
});

parentPort?.on("message", (message: ToSockets) => void take(message));

try {
  await server.start();
  watchParent(process.env, () => void endProcess());
  toMain({ type: "ready" });
} catch (error) {
  await mainThread.close();
  await server.close();
  state.markClosed();
  toMain({ type: "failed", reason: error instanceof BindError ? error.message : String(error) });
}

function toMain(message: ToMain): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, not to a window
  parentPort?.postMessage(message);
}

async function take(message: ToSockets): Promise<void> {
  switch (message.type) {
    case "send":
      await server
        .send(message.channel, message.frames)
        .catch((error: unknown) =>
          logLine(`A message could not be sent on ${message.channel}: ${String(error)}`),
        );
      state.messageDelivered();
      break;
    case "begin":
      server.lanes.begin();
      // Requests that came before go first: a thread takes long to start.
      setImmediate(() => watchSigint(() => void interruptCell()));
      break;
    case "done":
      server.lanes.done(message.id);
      break;
    case "defer":
      server.lanes.defer(message.id);
      break;
    case "abort-queued":
      server.lanes.abortQueued(message.id);
      break;
    case "ask":
      server.input.add(message.question);
      break;
    case "close":
      await mainThread.close();
      await server.close();
      state.markClosed();
      break;
  }
}

function answerMain({ blocking }: InputQuestion, answer: InputAnswer): void {
  if (!blocking) {
    toMain({ type: "answer", answer });
    return;
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, not to a window
  answers.postMessage(answer);
  state.markAnswered();
}

/**
 * Only user code is ever stopped: the main thread says when it runs some, and hears when it is safe again. Questions are given up
 * when that is done, since code that goes on because of it could reach its end while it is being ended, which V8's inspector does not survive
 * ("v8::ToLocalChecked Empty MaybeLocal", seen on Node 20.20).
 */
async function interruptCell(): Promise<void> {
  if (await claimInterrupt()) {
    await stopCell();
    void stopUntilHeard();
  }
  server.input.cancel();
}

/**
 * Claims the right to stop; `false` when nothing runs. Requests that the main thread has in hand are waited for: a cell
 * may not have begun, and an interrupt that came to nothing would leave it running for ever (seen on a loaded machine).
 * A main thread that hears nothing without running a cell is held by what a cell left behind.
 */
async function claimInterrupt(): Promise<boolean> {
  const { heard } = state;
  const requests = server.lanes.inHand;
  const deadline = Date.now() + STUCK_MS;
  toMain({ type: "ping" });
  while (!state.claimInterrupt()) {
    const listens = state.heard !== heard;
    if (listens && !requests.some((id) => server.lanes.isInHand(id))) return false;
    if (!listens && Date.now() >= deadline) return state.claimIdleInterrupt();
    await sleep(CHECK_MS);
  }
  return true;
}

/**
 * Stops what runs. V8's report of the end can be lost on a loaded machine, and the termination then waits for the next code
 * and ends that; so the main thread is also sent messages, which are either that code or heard, and being heard is an end too.
 */
async function stopCell(): Promise<void> {
  // The clock of the system counts in hundredths of a second.
  const inNativeCode = setTimeout(() => interruptDescendants(state.cellAge + 10), NATIVE_MS);
  for (let asked = 1; state.stopping; asked++) {
    await mainThread.stop();
    clearTimeout(inNativeCode);
    if (asked % ASKS_PER_PING === 0) toMain({ type: "ping" });
    if (state.stopping) await sleep(CHECK_MS);
  }
  toMain({ type: "interrupted" });
}

/** Once may not be enough: what V8 ended may have been a moment of Node's own between two callbacks of the cell. */
async function stopUntilHeard(): Promise<void> {
  await sleep(STOP_AGAIN_MS);
  while (state.claimAgain()) {
    await stopCell();
    await sleep(STOP_AGAIN_MS);
  }
}

/** Asks the main thread to end the process; a busy one is made to listen, one that hangs in native code is killed. */
async function endProcess(): Promise<void> {
  for (let attempt = 0; attempt < SHUTDOWN_ATTEMPTS; attempt++) {
    toMain({ type: "shutdown" });
    await sleep(SHUTDOWN_ATTEMPT_MS);
    if (state.exiting) return;
    void mainThread.stop();
  }
  await server.close();
  endDescendants();
  process.kill(process.pid, "SIGKILL");
}
