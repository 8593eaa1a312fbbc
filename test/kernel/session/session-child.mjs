// Runs a session of the built kernel in a process of its own: module hooks, the inspector and captured streams are the
// process's, and none of them would be the real ones inside a test runner.
import process from "node:process";
import { setTimeout } from "node:timers";
import { Worker } from "node:worker_threads";

const { createSession, openLanguage } = await import("../../../dist/kernel/session/index.js");
const { installPrelude } = await import("../../../dist/kernel/prelude/index.js");

/** Ends what the main thread executes, as the kernel's thread of the sockets does. */
const terminator = new Worker(
  `const { Session } = require("node:inspector");
   const { parentPort } = require("node:worker_threads");
   const session = new Session();
   session.connectToMainThread();
   parentPort.on("message", (delay) => setTimeout(() => {
     session.post("Runtime.terminateExecution", () => {});
     parentPort.postMessage("terminated");
   }, delay));`,
  { eval: true },
);

/** These sessions outlive what the kernel's end would be. */
function exit(code) {
  throw new RangeError(`the process would end with ${code}`);
}

const [, , cwd, types] = process.argv;
const language = types === undefined ? {} : { types: openLanguage(cwd) };
const session = await createSession({ cwd, exit, ...language });
installPrelude();
process.on("uncaughtException", (error) => session.reportUncaught(error));
process.on("unhandledRejection", (reason, promise) => session.reportUncaught(reason, promise));

const outputs = new Map();
let count = 0;

function sinkFor(cell) {
  const kept = [];
  outputs.set(cell, kept);
  return {
    stream: (name, text) => kept.push({ type: "stream", name, text }),
    display: (content) => kept.push({ type: "display", ...content }),
    updateDisplay: (content) => kept.push({ type: "update", ...content }),
    clearOutput: (wait) => kept.push({ type: "clear", wait }),
    broadcast: (message) => kept.push({ type: "broadcast", message }),
  };
}

/** The user of these cells answers every question with the question. */
const input = { ask: async ({ prompt }) => prompt, askNow: ({ prompt }) => prompt };

async function execute({ code, interrupt }) {
  count += 1;
  const cell = count;
  let settled = Promise.resolve();
  if (interrupt === "waiting") setTimeout(() => session.interrupt(), 30);
  if (interrupt === "busy") {
    settled = new Promise((resolve) => {
      terminator.once("message", () => {
        session.interrupt();
        resolve();
      });
    });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
    terminator.postMessage(100);
  }
  const outcome = await session.execute(code, cell, { output: sinkFor(cell), input });
  await settled;
  return { cell, outcome, outputs: outputs.get(cell) };
}

const answers = {
  execute,
  outputs: ({ cell }) => outputs.get(cell),
  expressions: ({ expressions }) => session.evaluateExpressions(expressions),
};

process.on("message", async ({ id, ask, ...request }) => {
  process.send({ id, answer: await answers[ask](request) });
});
process.on("disconnect", async () => {
  await terminator.terminate();
  process.exit();
});
process.send({ id: 0 });
