import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { BindError } from "./bind-error.ts";
import { logLine } from "./log.ts";
import { MainThread } from "./main-thread.ts";
import { watchParent } from "./orphan.ts";
import { Refusals } from "./refusals.ts";
import { SharedState } from "./shared-state.ts";
import { watchSigint } from "./sigint.ts";
import { SocketServer } from "./socket-server.ts";
import type { SocketThreadData, ToMain, ToSockets } from "./thread-messages.ts";

/*
 * The entry of the thread that owns the sockets. It stays responsive whatever the cells do: it answers heartbeats and
 * control, stops cells, and ends the process when the main thread no longer can.
 */

/** A main thread that is asked to end gets this long, per attempt, before its code is terminated. */
const SHUTDOWN_ATTEMPT_MS = 100;
const SHUTDOWN_ATTEMPTS = 7;

const { buffer, info, kernelInfo, sender } = workerData as SocketThreadData; // set by Transport.open, our only caller
const state = new SharedState(buffer);
const refusals = new Refusals(logLine, Date.now);
const mainThread = new MainThread(() => toMain({ type: "poke" }));

const server = new SocketServer({
  info,
  sender,
  kernelInfo,
  onShellRequest: (request) => toMain({ type: "request", request }),
  onInterrupt: interruptCell,
  onShutdown: () => void endProcess(),
  onRefused: (channel, error) => refusals.report(channel, error.fault, error.message),
  log: logLine,
});

parentPort?.on("message", (message: ToSockets) => void take(message));

try {
  await server.start();
  watchSigint(() => void interruptCell());
  watchParent(process.env, () => void endProcess());
  toMain({ type: "ready" });
} catch (error) {
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
    case "next":
      server.queue.next();
      break;
    case "abort-queued":
      server.queue.abortQueued();
      break;
    case "close":
      await server.close();
      state.markClosed();
      break;
  }
}

/** Only user code is ever terminated: the main thread says when it runs some, and is told when it is safe again. */
async function interruptCell(): Promise<void> {
  if (!state.claimInterrupt()) return;
  await mainThread.terminate();
  toMain({ type: "interrupted" });
}

/** Asks the main thread to end the process; a busy one is made to listen, one that hangs in native code is killed. */
async function endProcess(): Promise<void> {
  for (let attempt = 0; attempt < SHUTDOWN_ATTEMPTS; attempt++) {
    toMain({ type: "shutdown" });
    await sleep(SHUTDOWN_ATTEMPT_MS);
    if (state.exiting) return;
    void mainThread.terminate();
  }
  await server.close();
  process.kill(process.pid, "SIGKILL");
}
