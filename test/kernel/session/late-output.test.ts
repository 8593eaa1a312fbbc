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
      "a listener of a signal",
      "process.on('SIGUSR2', () => console.log('done')); setTimeout(() => process.kill(process.pid, 'SIGUSR2'), 50); void 0",
    ],
    [
      "a listener of the process's next signal",
      "process.once('SIGWINCH', () => console.log('done')); setTimeout(() => process.kill(process.pid, 'SIGWINCH'), 50); void 0",
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

  it("comes no more from a listener of the process that was removed, and once from one for one event", async () => {
    const { outputs } = await session.execute(`
      const told = (value) => console.log("told", value), never = () => console.log("never");
      process.on("typetorch-test", never).once("typetorch-test", told).prependListener("typetorch-test", never);
      process.once("typetorch-test", never);
      console.log(process.listeners("typetorch-test").map((listener) => listener.name).join());
      for (let i = 0; i < 3; i++) process.off("typetorch-test", never);
      process.emit("typetorch-test", 1);
      process.emit("typetorch-test", 2);
      console.log(process.listenerCount("typetorch-test"))`);
    expect(streamText(outputs, "stdout")).toBe("never,never,told,never\ntold 1\n0\n");
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

describe("what is written to the process's descriptors", () => {
  const script = `
    import fs, { writeSync } from "node:fs";
    import { promisify } from "node:util";
    const bytes = Buffer.from("-bytes-");`;

  it.each([
    ["writeSync(1, 'größe\\n')", "größe\n", "8"],
    ["writeSync(1, 'e9', null, 'latin1')", "e9", "2"],
    ["writeSync(1, '6869', null, 'hex')", "hi", "2"],
    ["writeSync(1, bytes)", "-bytes-", "7"],
    ["writeSync(1, bytes, 1, 5)", "bytes", "5"],
    ["writeSync(1, bytes, { offset: 1 })", "bytes-", "6"],
    ["writeSync(1, new Uint16Array([0x6968, 0x6a6a]).subarray(0, 1))", "hi", "2"],
    ["fs.writevSync(1, [bytes, bytes])", "-bytes--bytes-", "14"],
    ["fs.writeFileSync(1, 'whole', 'utf8'); fs.appendFileSync(1, bytes); 0", "whole-bytes-", "0"],
    ["(await promisify(fs.write)(1, bytes, 0, 3, null)).bytesWritten", "-by", "3"],
    ["await new Promise((done) => fs.writeFile(1, 'later', done))", "later", "null"],
    [
      "const out = fs.openSync('/dev/stdout', 'w'); fs.writeSync(out, 'device'); fs.closeSync(out); fs.writeFileSync('/dev/fd/1', '.'); 0",
      "device.",
      "0",
    ],
    ["fs.appendFileSync(new URL('file:///proc/self/fd/1'), 'path'); 0", "path", "0"],
    [
      "await new Promise((done) => fs.createWriteStream('/dev/stdout').end('streamed', () => done(0)))",
      "streamed",
      "0",
    ],
    ["await fs.promises.writeFile('/dev/stdout', 'promised'); 0", "promised", "0"],
  ])("by %s is output of the cell", async (code, text, value) => {
    const { outputs, outcome } = await session.execute(`${script}\n${code}`);
    expect(streamText(outputs, "stdout")).toBe(text);
    expect(outcome).toMatchObject({ status: "ok", result: { data: { "text/plain": value } } });
  });

  it("stands in order with what the console writes, on both streams, and late", async () => {
    const { outputs } = await session.execute(
      "console.log(1); require('fs').writeSync(1, '2\\n'); console.log(3); require('fs').writeSync(2, 'warned')",
    );
    expect(streamText(outputs, "stdout")).toBe("1\n2\n3\n");
    expect(streamText(outputs, "stderr")).toBe("warned");
    expect(await lateText("setTimeout(() => require('fs').writeSync(1, 'done'), 20); void 0")).toBe("done");
  });

  it("stays open for later cells when a cell ends the stream", async () => {
    const { outputs } = await session.execute(
      "await new Promise((done) => process.stdout.end('last\\n', 'utf8', () => done(0))); console.log('more')",
    );
    expect(streamText(outputs, "stdout")).toBe("last\nmore\n");
    expect(await lateText("process.stdout.end(() => process.stdout.write('done')); void 0")).toBe("done");
  });

  it("comes through a pipeline into the stream, again and again", async () => {
    const code =
      "await require('node:stream/promises').pipeline(require('node:stream').Readable.from(['a', 'b']), process.stdout)";
    for (let time = 0; time < 2; time += 1) {
      const { outputs, outcome } = await session.execute(code);
      expect(outcome).toMatchObject({ status: "ok" });
      expect(streamText(outputs, "stdout")).toBe("ab");
    }
  });

  it("is checked by Node before anything is shown", async () => {
    const { outputs, outcome } = await session.execute(
      "require('fs').writeSync(1, Buffer.from('abc'), 2, 9)",
    );
    expect(outcome).toMatchObject({ error: { ename: "RangeError" } });
    expect(streamText(outputs, "stdout")).toBe("");
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
