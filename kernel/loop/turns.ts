import { MessageChannel } from "node:worker_threads";

const { port1: here, port2: there } = new MessageChannel();
const waiting: (() => void)[] = [];
here.on("message", () => waiting.shift()?.());
here.unref();

/**
 * Calls `work` on a stack of its own, soon, whatever else is interrupted: a termination ends every function on the stack and
 * drops V8's queue of promise reactions; inside one of several callbacks of `setImmediate` it also drops the others, because
 * Node's own code that goes on to the next is ended, too (seen on Node 20.20). Messages of a port that are not handled yet stay.
 */
export function inOwnTurn(work: () => void): void {
  waiting.push(work);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, not to a window
  there.postMessage(null);
}
