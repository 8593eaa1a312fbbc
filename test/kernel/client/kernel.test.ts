import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ClientClosedError,
  KernelClient,
  KernelSilentError,
  KernelTimeoutError,
  KernelUnreachableError,
  startKernel,
  type ExecuteResult,
  type KernelProcess,
  type OutputMessage,
} from "../../../kernel/client/index.ts";
import { freeConnection } from "../../../kernel/client/free-connection.ts";
import { ClientSockets } from "../../../kernel/client/sockets.ts";
import { newMessage, type ConnectionInfo, type Message } from "../../../kernel/wire/index.ts";

/*
 * A real kernel process over ZeroMQ, as built in dist.
 */

let folder: string;
let kernel: KernelProcess;
let stderr = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kernel-test-"));
  kernel = await startKernel({ cwd: folder, onStderr: (text) => (stderr += text) });
});

afterAll(async () => {
  await kernel.shutdown();
  await rm(folder, { recursive: true });
});

interface Ran extends ExecuteResult {
  readonly outputs: OutputMessage[];
}

async function run(code: string, options: { stopOnError?: boolean; silent?: boolean } = {}): Promise<Ran> {
  const outputs: OutputMessage[] = [];
  const result = await kernel.client.execute(code, {
    ...options,
    onOutput: (output) => outputs.push(output),
  });
  return { ...result, outputs };
}

/** Text of the value that a cell showed. */
function shown({ outputs }: Ran): unknown {
  return outputs.find((output) => output.type === "execute_result")?.content.data["text/plain"];
}

function printed({ outputs }: Ran, name: "stdout" | "stderr" = "stdout"): string {
  return outputs
    .flatMap((output) =>
      output.type === "stream" && output.content.name === name ? [output.content.text] : [],
    )
    .join("");
}

/** Runs a cell that does not end by itself, and stops it once it says that it runs. */
async function stopped(code: string, stop: () => Promise<void> | void): Promise<ExecuteResult> {
  const outputs: OutputMessage[] = [];
  const result = kernel.client.execute(code, { onOutput: (output) => outputs.push(output) });
  await eventually(() => outputs.find(({ type }) => type === "execute_input"));
  await sleep(50);
  await stop();
  return result;
}

/** The value of `look` as soon as it is not `undefined`; the test's own time limit ends the wait. */
async function eventually<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await sleep(5);
  }
}

async function withSockets<T>(
  info: ConnectionInfo,
  work: (sockets: ClientSockets, received: { channel: string; message: Message }[]) => Promise<T>,
): Promise<T> {
  const received: { channel: string; message: Message }[] = [];
  const sockets = new ClientSockets(info, (channel, message) => received.push({ channel, message }));
  try {
    return await work(sockets, received);
  } finally {
    sockets.close();
  }
}

describe("A kernel", () => {
  it("says what it is", async () => {
    const info = await kernel.client.kernelInfo();
    expect(info).toMatchObject({
      status: "ok",
      protocol_version: "5.5",
      implementation: "typetorch",
      language_info: { name: "typescript", file_extension: ".ts", nbconvert_exporter: "script" },
    });
  });

  it("runs cells that share their variables, and shows results, text and errors", async () => {
    expect((await run("const greeting: string = 'hello';")).status).toBe("ok");
    const ran = await run("console.log(greeting); console.error('careful'); greeting.length");
    expect(printed(ran)).toBe("hello\n");
    expect(printed(ran, "stderr")).toBe("careful\n");
    expect(shown(ran)).toBe("5");
    const failed = await run("throw new RangeError('too far')");
    expect(failed.error).toMatchObject({ ename: "RangeError", evalue: "too far" });
    expect(failed.outputs.at(-1)).toMatchObject({ type: "error", content: { ename: "RangeError" } });
  });

  it("answers is_complete, comm_info and history", async () => {
    expect(await kernel.client.isComplete("1 + 1")).toMatchObject({ status: "complete" });
    expect(await kernel.client.isComplete("function f() {")).toMatchObject({ status: "incomplete" });
    expect(await kernel.client.commInfo()).toEqual({ status: "ok", comms: {} });
    await run("'the latest'");
    expect(await kernel.client.history({ hist_access_type: "tail", n: 1 })).toMatchObject({
      status: "ok",
      history: [[1, expect.any(Number), "'the latest'"]],
    });
  });

  it("delivers 100,000 lines completely and in order", async () => {
    const ran = await run("for (let i = 0; i < 100_000; i++) console.log(i)");
    expect(printed(ran)).toBe(Array.from({ length: 100_000 }, (_, i) => `${i}\n`).join(""));
  });

  it("aborts the cells that wait behind one that fails, and runs them when asked to", async () => {
    const slowFailure = "await new Promise((done) => setTimeout(done, 100)); throw new Error('no')";
    const aborted = await Promise.all([run(slowFailure), run("1"), run("2")]);
    expect(aborted.map(({ error }) => error?.ename)).toEqual([
      "Error",
      "ExecutionAborted",
      "ExecutionAborted",
    ]);
    expect(aborted.map((ran) => ran.status)).toEqual(["error", "error", "error"]);
    const ran = await Promise.all([run(slowFailure, { stopOnError: false }), run("1")]);
    expect(ran.map(({ status }) => status)).toEqual(["error", "ok"]);
  });

  it("shows an error of a late timer on the cell that set it, and lives on", async () => {
    const ran = await run(
      "setTimeout(() => { throw new Error('too late') }, 20); await new Promise((d) => setTimeout(d, 200))",
    );
    expect(ran.status).toBe("ok");
    expect(printed(ran, "stderr")).toContain("too late");
    expect(shown(await run("6 * 7"))).toBe("42");
  });

  it("lives on, and shows late errors, after a cell has removed all listeners of the process", async () => {
    const code =
      "process.removeAllListeners(); process.removeAllListeners('uncaughtException'); setTimeout(() => { throw new Error('too late') }, 20); Promise.reject(new Error('forgotten')); await new Promise((done) => setTimeout(done, 100))";
    const ran = await run(code);
    expect(ran.status).toBe("ok");
    const text = printed(ran, "stderr");
    expect(text).toMatch(/Uncaught .*Error.*: too late\n/u);
    expect(text).toMatch(/Uncaught .*Error.*: forgotten\n/u);
    expect(shown(await run("6 * 7"))).toBe("42");
  });

  it("shows a rejection that nobody handles on the cell, and lives on", async () => {
    const ran = await run(
      "void Promise.reject(new Error('nobody')); await new Promise((d) => setTimeout(d, 100))",
    );
    expect(printed(ran, "stderr")).toContain("nobody");
    expect(shown(await run("6 * 7"))).toBe("42");
  });
});

describe("An interrupt", () => {
  const stops: [string, () => Promise<void> | void][] = [
    ["a message", async () => kernel.interrupt()],
    ["SIGINT", () => void process.kill(kernel.pid, "SIGINT")],
  ];
  const cells = [
    "while (true) {}",
    "await 1; while (true) {}",
    "await new Promise(() => {})",
    "for (;;) await null",
    "for (;;) await new Promise((done) => process.nextTick(done))",
    "for (;;) console.log('x')",
    "/(a+)+$/.test('a'.repeat(40) + 'b')",
    "for (;;) try { for (;;); } finally { for (;;); }",
    "setImmediate(() => { for (;;); }); await new Promise(() => {})",
    "function deep() { try { deep(); } finally { deep(); } } deep()",
    "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
  ];
  it.each(stops.flatMap(([name, stop]) => cells.map((cell) => [name, cell, stop] as const)))(
    "by %s ends `%s`, and keeps every variable",
    async (_name, cell, stop) => {
      await run("let kept = 'kept'");
      const result = await stopped(cell, stop);
      expect(result.error?.ename).toBe("KeyboardInterrupt");
      expect(shown(await run("kept"))).toBe("'kept'");
    },
  );

  it("ends a loop after an await while AsyncLocalStorage is in use", async () => {
    await run(
      "import { AsyncLocalStorage } from 'node:async_hooks'; const storage = new AsyncLocalStorage();",
    );
    for (let i = 0; i < 5; i++) {
      const result = await stopped(
        "await storage.run({}, async () => { for (;;) await null; })",
        kernel.interrupt.bind(kernel),
      );
      expect(result.error?.ename).toBe("KeyboardInterrupt");
    }
    expect(shown(await run("6 * 7"))).toBe("42");
  });

  it("ends a loop when what it came for was caught in the same moment, and V8 waits for it for ever", async () => {
    await run("import vm from 'node:vm'; const script = new vm.Script('for (;;);')");
    const timesOut = "try { script.runInThisContext({ timeout: 1 }) } catch {}";
    for (let i = 0; i < 3; i++) {
      const result = await stopped(
        `for (let i = 0; i < 80; i++) ${timesOut} while (true) {}`,
        kernel.interrupt.bind(kernel),
      );
      expect(result.error?.ename).toBe("KeyboardInterrupt");
    }
    expect(shown(await run("6 * 7"))).toBe("42");
  });

  it("that comes with its cell, before the cell has begun, ends it", async () => {
    for (let i = 0; i < 20; i++) {
      const abort = new AbortController();
      const result = kernel.client.execute("while (true) {}", { signal: abort.signal });
      abort.abort();
      expect((await result).error?.ename).toBe("KeyboardInterrupt");
    }
    expect(shown(await run("6 * 7"))).toBe("42");
  });

  it("of an idle kernel does nothing, neither at once nor to the next cells", async () => {
    await kernel.interrupt();
    process.kill(kernel.pid, "SIGINT");
    await sleep(50);
    await kernel.interrupt();
    for (let i = 0; i < 3; i++) expect(shown(await run("6 * 7"))).toBe("42");
  });

  it("ends a timer of an earlier cell that never returns, and the cell that waits behind it runs", async () => {
    await run("setTimeout(() => { for (;;); }, 20)");
    await sleep(100);
    const next = run("6 * 7");
    await kernel.interrupt();
    expect(shown(await next)).toBe("42");
  });

  it("ends an immediate that never returns, and the cell that left it behind still answers", async () => {
    const result = await stopped(
      "setImmediate(() => { for (;;); }); 'answered'",
      kernel.interrupt.bind(kernel),
    );
    expect(result.status).toBe("ok");
    expect(shown(await run("6 * 7"))).toBe("42");
  });

  it("in the middle of tensor operations leaves tensors, recording and threads in order", async () => {
    await run('import torch from "typetorch"; const x = torch.randn([300, 300], { requires_grad: true });');
    for (let i = 0; i < 5; i++) {
      const result = await stopped("for (;;) torch.no_grad(() => x.matmul(x).exp().sum())", () =>
        kernel.interrupt(),
      );
      expect(result.error?.ename).toBe("KeyboardInterrupt");
      expect(shown(await run("torch.is_grad_enabled()"))).toBe("true");
    }
    await run("x.matmul(x).sum().backward()");
    expect(shown(await run("x.grad!.shape"))).toBe("[ 300, 300 ]");
  });

  it("ends operations that several threads work on, and those of the next cell are right", async () => {
    await run("import torch from 'typetorch'; torch.set_num_threads(2); const big = torch.ones(700, 700)");
    await run("for (let i = 0; i < 10; i++) big.matmul(big)");
    for (let i = 0; i < 10; i++) {
      const result = await stopped("for (;;) big.matmul(big)", kernel.interrupt.bind(kernel));
      expect(result.error?.ename).toBe("KeyboardInterrupt");
      expect(shown(await run("big.matmul(big).sub(700).abs().max().item()"))).toBe("0");
    }
  });

  it("in the very moment in which cells end never wedges the kernel", async () => {
    for (let i = 0; i < 30; i++) {
      const cell = run("for (let i = 0; i < 3e6; i++); await 1; 'done'");
      await sleep(i / 4);
      await kernel.interrupt();
      const { status } = await cell;
      expect(["ok", "error"]).toContain(status);
    }
    expect(shown(await run("6 * 7"))).toBe("42");
  });
});

describe("While a cell is busy", () => {
  it("the kernel still answers heartbeats and kernel_info", async () => {
    const busy = run("while (true) {}");
    await sleep(50);
    const other = await KernelClient.connect(kernel.connectionInfo, { timeoutMs: 2000 });
    expect((await other.kernelInfo()).implementation).toBe("typetorch");
    other.close();
    const sockets = new ClientSockets(kernel.connectionInfo, () => {});
    await sockets.heartbeat();
    sockets.close();
    await kernel.interrupt();
    expect((await busy).error?.ename).toBe("KeyboardInterrupt");
  });

  it("its cell can be given up by a signal or after a time", async () => {
    const abort = new AbortController();
    const aborted = kernel.client.execute("while (true) {}", { signal: abort.signal });
    await sleep(50);
    abort.abort();
    expect((await aborted).error?.ename).toBe("KeyboardInterrupt");
    const late = kernel.client.execute("while (true) {}", { timeoutMs: 100 });
    await expect(late).rejects.toThrow(KernelTimeoutError);
    await expect(late).rejects.toThrow("did not finish a cell within 0.1 s");
    await kernel.client.isComplete(""); // the late cell's failure aborts cells that wait already, so wait for its end
    expect(shown(await run("6 * 7"))).toBe("42");
  });
});

describe("A client", () => {
  it("that is closed fails what it waits for and what comes later, and leaves the kernel alone", async () => {
    const other = await KernelClient.connect(kernel.connectionInfo);
    const waiting = other.execute("await new Promise((done) => setTimeout(done, 100))");
    other.close();
    await expect(waiting).rejects.toThrow(ClientClosedError);
    await expect(other.kernelInfo()).rejects.toThrow(ClientClosedError);
    expect(shown(await run("6 * 7"))).toBe("42");
  });

  it("hears nothing of the cells of another", async () => {
    const other = await KernelClient.connect(kernel.connectionInfo);
    const heard: string[] = [];
    const [mine] = await Promise.all([
      run("console.log('mine')"),
      other.execute("console.log('its own')", { onOutput: ({ type }) => heard.push(type) }),
    ]);
    other.close();
    expect(printed(mine)).toBe("mine\n");
    expect(heard).toEqual(["execute_input", "stream"]);
  });
});

describe("On the wire", () => {
  const sender = { session: "session-of-the-test", username: "test" };

  it("every subscriber is welcomed, so that it knows when its subscription is in force", async () => {
    for (let i = 0; i < 2; i++) {
      await withSockets(kernel.connectionInfo, async (_sockets, received) => {
        const { message } = await eventually(() => received[0]);
        expect(message).toMatchObject({
          header: { msg_type: "iopub_welcome" },
          content: { subscription: "" },
        });
      });
    }
  });

  it("an interrupt on shell is taken at once, as on control", async () => {
    await withSockets(kernel.connectionInfo, async (sockets, received) => {
      const result = await stopped("while (true) {}", async () => {
        await sockets.send("shell", newMessage(sender, "interrupt_request", {}));
      });
      expect(result.error?.ename).toBe("KeyboardInterrupt");
      const reply = await eventually(() =>
        received.find(({ message }) => message.header.msg_type === "interrupt_reply"),
      );
      expect(reply.channel).toBe("shell");
    });
  });

  it("messages with a wrong signature are refused with one line on stderr, and the kernel lives on", async () => {
    stderr = "";
    const wrong = { ...kernel.connectionInfo, key: "wrong" };
    await withSockets(wrong, async (sockets) => {
      for (let i = 0; i < 20; i++) await sockets.send("shell", newMessage(sender, "kernel_info_request", {}));
      await eventually(() => (stderr === "" ? undefined : stderr));
    });
    expect(stderr).toMatch(
      /^\[typetorch\] Refused a message on shell: the signature does not fit the key .*\n$/,
    );
    expect(shown(await run("6 * 7"))).toBe("42");
  });

  it("a client with a wrong key is told so", async () => {
    const wrong = { ...kernel.connectionInfo, key: "wrong" };
    const connecting = KernelClient.connect(wrong, { timeoutMs: 500 });
    await expect(connecting).rejects.toThrow(KernelSilentError);
    await expect(connecting).rejects.toThrow('compare "key"');
  });

  it("a client of a kernel that is not there is told so", async () => {
    const connecting = KernelClient.connect(await freeConnection(), { timeoutMs: 300 });
    await expect(connecting).rejects.toThrow(KernelUnreachableError);
  });
});
