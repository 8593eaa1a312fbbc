import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SessionProcess, streamText } from "./session-process.ts";

let session: SessionProcess;
beforeAll(async () => {
  session = await SessionProcess.start(tmpdir());
  await session.value(
    "import { EventEmitter } from 'node:events'; import { execSync, spawn, spawnSync } from 'node:child_process'",
  );
});
afterAll(() => session.stop());

/** What a cell has written when it says `done`, which it does only after it has ended and another cell has run. */
async function lateText(code: string): Promise<string> {
  const { cell } = await session.execute(code);
  await session.value("await 1");
  for (;;) {
    const text = streamText(await session.outputs(cell), "stdout");
    if (text.includes("done")) return text;
    await sleep(5);
  }
}

describe("output after the end of its cell", () => {
  it.each([
    [
      "a child process's listener",
      "spawn('sh', ['-c', 'sleep 0.1; echo done']).stdout.on('data', (text) => process.stdout.write(text)); void 0",
    ],
    [
      "a child process that inherits its output",
      "spawn('sh', ['-c', 'sleep 0.1; echo done'], { stdio: 'inherit' }); void 0",
    ],
    [
      "a worker",
      "new (require('node:worker_threads').Worker)('setTimeout(() => console.log(\"done\"), 100)', { eval: true }); void 0",
    ],
    [
      "a worker's message",
      "new (require('node:worker_threads').Worker)('setTimeout(() => require(\"node:worker_threads\").parentPort.postMessage(1), 100)', { eval: true }).on('message', () => console.log('done')); void 0",
    ],
    [
      "a file's callback",
      "import { readFile, stat } from 'node:fs'; setTimeout(() => {}, 0); stat('/', () => readFile('/dev/null', () => require('fs').realpath('/', () => console.log('done')))); void 0",
    ],
    ["the next tick", "process.nextTick(() => setTimeout(() => console.log('done'), 50)); void 0"],
    [
      "a message port",
      "const { port1, port2 } = new MessageChannel(); port1.on('message', () => { console.log('done'); port1.close() }); setTimeout(() => {}, 0); setTimeout(() => port2.postMessage(1), 50); void 0",
    ],
    [
      "an abort signal",
      "AbortSignal.timeout(50).addEventListener('abort', () => console.log('done')); void 0",
    ],
  ])("of %s belongs to the cell that started it", async (_what, code) => {
    expect(await lateText(code)).toContain("done");
  });

  it("comes no more from a listener that was removed, and once from one that was added twice", async () => {
    const { outputs } = await session.execute(`
      const target = new EventTarget(), heard = () => console.log("heard"), gone = () => console.log("gone");
      for (const listener of [heard, heard, gone]) target.addEventListener("event", listener);
      target.removeEventListener("event", gone);
      target.dispatchEvent(new Event("event"))`);
    expect(streamText(outputs, "stdout")).toBe("heard\n");
  });

  it("of a listener belongs to the cell that made the emitter, unless a cell emits the event itself", async () => {
    const { cell } = await session.execute(
      "const emitter = new EventEmitter(); emitter.on('event', () => console.log('heard')); void 0",
    );
    const { outputs } = await session.execute("emitter.emit('event'); void 0");
    expect(streamText(outputs, "stdout")).toBe("heard\n");
    expect(await session.outputs(cell)).toEqual([]);
  });

  it("of an error that nobody listens to is shown there, too", async () => {
    const { cell } = await session.execute("spawn('/no/such/program'); void 0");
    await session.value("await 1");
    let text = "";
    while (text === "") {
      await sleep(5);
      text = streamText(await session.outputs(cell), "stderr");
    }
    expect(text).toContain("ENOENT");
  });
});

describe("a child process that inherits its output", () => {
  it("writes to the streams of the cell, and fails as in Node", async () => {
    const { outputs, outcome } = await session.execute(
      "execSync('echo out; echo err >&2; exit 3', { stdio: 'inherit' })",
    );
    expect(streamText(outputs, "stdout")).toBe("out\n");
    expect(streamText(outputs, "stderr")).toBe("err\n");
    expect(outcome).toMatchObject({ error: { evalue: "Command failed: echo out; echo err >&2; exit 3" } });
  });

  it("has no output of its own to read", async () => {
    expect(await session.value("spawnSync('echo', ['x'], { stdio: 'inherit' }).stdout")).toBe("null");
    expect(await session.value("spawn('true', [], { stdio: 'inherit' }).stdout")).toBe("null");
    expect(await session.value("String(execSync('echo piped'))")).toBe("'piped\\n'");
  });
});
