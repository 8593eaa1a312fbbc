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
   let timer;
   parentPort.on("message", (delay) => {
     clearTimeout(timer);
     timer = setTimeout(() => {
       session.post("Runtime.terminateExecution", () => {});
       parentPort.postMessage("terminated");
     }, delay);
   });`,
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

function sinkFor(cell, onFirstOutput) {
  const kept = [];
  outputs.set(cell, kept);
  const keep = (output) => {
    kept.push(output);
    if (kept.length === 1) onFirstOutput();
  };
  return {
    stream: (name, text) => keep({ type: "stream", name, text }),
    display: (content) => keep({ type: "display", ...content }),
    updateDisplay: (content) => keep({ type: "update", ...content }),
    clearOutput: (wait) => keep({ type: "clear", wait }),
    broadcast: (message) => keep({ type: "broadcast", message }),
  };
}

/** The user of these cells answers every question with the question. */
const input = { ask: async ({ prompt }) => prompt, askNow: ({ prompt }) => prompt };

/** After so many milliseconds code that is busy is ended; code that has put something out, soon after that. */
const delays = { busy: 100, shown: 10_000 };
const afterOutput = 20;

function terminateAfter(delay) {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
  terminator.postMessage(delay);
}

async function execute({ code, interrupt }) {
  count += 1;
  const cell = count;
  let settled = Promise.resolve();
  if (interrupt === "waiting") setTimeout(() => session.interrupt(), 30);
  if (interrupt in delays) {
    settled = new Promise((resolve) => {
      terminator.once("message", () => {
        session.interrupt();
        resolve();
      });
    });
    terminateAfter(delays[interrupt]);
  }
  const onFirstOutput = interrupt === "shown" ? () => terminateAfter(afterOutput) : () => {};
  const outcome = await session.execute(code, cell, { output: sinkFor(cell, onFirstOutput), input });
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
