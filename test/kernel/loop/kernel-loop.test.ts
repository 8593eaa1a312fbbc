import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { History, kernelInfo, KernelLoop, type Request } from "../../../kernel/loop/index.ts";
import type { ExecuteOutcome, OutputSink, Session } from "../../../kernel/session/types.ts";
import type { MessageType } from "../../../kernel/wire/index.ts";
import { MemoryFront, requestOf, sessionOf } from "./memory-front.ts";

const nothing: ExecuteOutcome = { status: "ok", result: null };
const failure: ExecuteOutcome = {
  status: "error",
  error: { ename: "TypeError", evalue: "no", traceback: ["TypeError: no"] },
};
const five: ExecuteOutcome = { status: "ok", result: { data: { "text/plain": "5" }, metadata: {} } };

function setUp(session: Session): { front: MemoryFront; loop: KernelLoop<Request>; logged: string[] } {
  const front = new MemoryFront();
  const logged: string[] = [];
  const log = (line: string): unknown => logged.push(line);
  const loop = new KernelLoop({ front, session, kernelInfo, history: new History(null), log });
  return { front, loop, logged };
}

const answering = (outcome: ExecuteOutcome): Session => sessionOf(async () => outcome);

describe("The loop", () => {
  it("surrounds a cell with busy and idle, and sends its input, its result and its reply, all with its parent", async () => {
    const { front, loop } = setUp(answering(five));
    const request = requestOf("execute_request", { code: "5" });
    await loop.handle(request);
    expect(front.transcript).toEqual([
      "status busy",
      "execute_input",
      "execute_result",
      "execute_reply",
      "status idle",
    ]);
    expect(new Set(front.sent.map((sent) => sent.parent))).toEqual(new Set([request.message.header.msg_id]));
    expect(front.sent[2]?.content).toMatchObject({ data: { "text/plain": "5" }, execution_count: 1 });
    expect(front.sent[3]?.content).toMatchObject({ status: "ok", execution_count: 1 });
  });

  it("sends the first text at once, so that it is seen while a loop goes on that never yields", async () => {
    const shown: string[] = [];
    const session = sessionOf(async (_code, output) => {
      output.stream("stdout", "training");
      shown.push(...front.transcript);
      return nothing;
    });
    const { front, loop } = setUp(session);
    await loop.handle(requestOf("execute_request", { code: "" }));
    expect(shown).toContain("stream training");
  });

  it("joins neighbouring text, keeps the order of everything, and sends all of it before the reply", async () => {
    const session = sessionOf(async (_code, output) => {
      output.stream("stdout", "first");
      output.stream("stdout", "a");
      output.stream("stdout", "b");
      output.stream("stderr", "c");
      output.display({ data: {}, metadata: {}, displayId: "d1" });
      output.stream("stderr", "d");
      output.updateDisplay({ data: {}, metadata: {}, displayId: "d1" });
      output.clearOutput(true);
      output.stream("stdout", "e");
      return nothing;
    });
    const { front, loop } = setUp(session);
    await loop.handle(requestOf("execute_request", { code: "" }));
    expect(front.transcript.slice(2, -2)).toEqual([
      "stream first",
      "stream ab",
      "stream c",
      "display_data",
      "stream d",
      "update_display_data",
      "clear_output",
      "stream e",
    ]);
    expect(front.sent[5]?.content["transient"]).toEqual({ display_id: "d1" });
  });

  it("sends text while the cell still runs, without being asked, and later text with the cell's own parent", async () => {
    const outputs: OutputSink[] = [];
    const session = sessionOf(async (_code, output) => {
      outputs.push(output);
      output.stream("stdout", "early");
      await sleep(120);
      expect(front.transcript).toContain("stream early");
      return nothing;
    });
    const { front, loop } = setUp(session);
    const request = requestOf("execute_request", { code: "" });
    await loop.handle(request);
    await loop.handle(requestOf("kernel_info_request", {}));
    outputs[0]?.stream("stdout", "late");
    await sleep(120);
    expect(front.sent.at(-1)).toMatchObject({ type: "stream", parent: request.message.header.msg_id });
  });

  it("sends text in pieces when a cell prints without ever pausing", async () => {
    const line = `${"x".repeat(99)}\n`;
    const session = sessionOf(async (_code, output) => {
      for (let i = 0; i < 10_000; i++) output.stream("stdout", line);
      return nothing;
    });
    const { front, loop } = setUp(session);
    await loop.handle(requestOf("execute_request", { code: "" }));
    const texts = front.sent
      .filter(({ type }) => type === "stream")
      .map(({ content }) => content["text"] as string);
    expect(texts.join("")).toBe(line.repeat(10_000));
    expect(texts.length).toBeGreaterThan(10);
    expect(texts.length).toBeLessThan(1000);
  });

  it("counts cells, but neither silent ones nor those that leave no history; silent ones show no input or result", async () => {
    const { front, loop } = setUp(answering(five));
    await loop.handle(requestOf("execute_request", { code: "5" }));
    await loop.handle(requestOf("execute_request", { code: "5", silent: true, store_history: true }));
    await loop.handle(requestOf("execute_request", { code: "5", store_history: false }));
    await loop.handle(requestOf("execute_request", { code: "5" }));
    const counts = front.sent
      .filter(({ type }) => type === "execute_input")
      .map((s) => s.content["execution_count"]);
    expect(counts).toEqual([1, 2, 2]);
    expect(front.sent.filter(({ type }) => type === "execute_result")).toHaveLength(3);
  });

  it("reports a failed cell on iopub and in its reply, and aborts what waits, unless asked not to", async () => {
    const { front, loop } = setUp(answering(failure));
    await loop.handle(requestOf("execute_request", { code: "" }));
    expect(front.transcript).toEqual([
      "status busy",
      "execute_input",
      "error",
      "execute_reply",
      "status idle",
    ]);
    expect(front.sent[3]?.content).toMatchObject({
      status: "error",
      ename: "TypeError",
      traceback: ["TypeError: no"],
    });
    expect(front.abortedQueue).toBe(1);
    await loop.handle(requestOf("execute_request", { code: "", stop_on_error: false }));
    expect(front.abortedQueue).toBe(1);
  });

  it("answers an aborted cell without running it", async () => {
    const { front, loop } = setUp(answering(five));
    await loop.handle(requestOf("execute_request", { code: "5" }, { aborted: true }));
    expect(front.transcript).toEqual(["status busy", "execute_reply", "status idle"]);
    expect(front.sent[1]?.content).toMatchObject({ status: "error", ename: "ExecutionAborted" });
  });

  it("evaluates user expressions after a cell that succeeded", async () => {
    const { front, loop } = setUp(answering(nothing));
    await loop.handle(requestOf("execute_request", { code: "", user_expressions: { a: "1 + 1" } }));
    expect(front.sent.find(({ type }) => type === "execute_reply")?.content["user_expressions"]).toEqual({
      a: { status: "ok", data: { "text/plain": "1 + 1" }, metadata: {} },
    });
  });

  it("turns a result that is no JSON into an error of the cell", async () => {
    const result = { data: { "application/json": 1n }, metadata: {} };
    const { front, loop } = setUp(answering({ status: "ok", result }));
    await loop.handle(requestOf("execute_request", { code: "" }));
    expect(front.transcript.slice(2)).toEqual(["error", "execute_reply", "status idle"]);
    expect(front.sent[2]?.content["evalue"]).toMatch(/is no JSON/);
  });

  it.each([{}, { code: 5 }, { code: "", user_expressions: [] }, { code: "", user_expressions: { a: 1 } }])(
    "answers the broken execute_request %j with an error that says what was expected",
    async (content) => {
      const { front, loop } = setUp(answering(five));
      await loop.handle(requestOf("execute_request", content));
      expect(front.transcript).toEqual(["status busy", "execute_reply", "status idle"]);
      expect(front.sent[1]?.content).toMatchObject({ status: "error", ename: "ProtocolError" });
    },
  );

  it.each([
    ["is_complete_request", { code: "f(" }, "is_complete_reply", { status: "incomplete", indent: "  " }],
    ["is_complete_request", {}, "is_complete_reply", { status: "unknown" }],
    ["comm_info_request", {}, "comm_info_reply", { status: "ok", comms: {} }],
    ["history_request", { hist_access_type: "tail" }, "history_reply", { status: "ok", history: [] }],
    ["history_request", {}, "history_reply", { status: "error", ename: "ProtocolError" }],
    ["kernel_info_request", {}, "kernel_info_reply", { status: "ok", protocol_version: "5.5" }],
  ] as const)("answers %s %j with %s", async (type, content, replyType, reply) => {
    const { front, loop } = setUp(answering(five));
    await loop.handle(requestOf(type, content));
    expect(front.transcript).toEqual(["status busy", replyType, "status idle"]);
    expect(front.sent[1]?.content).toMatchObject(reply);
  });

  it.each(["no_such_request", "toString", "__proto__"])(
    "logs and ignores a message of type %s",
    async (type) => {
      const { front, loop, logged } = setUp(answering(five));
      await loop.handle(requestOf(type as MessageType, {})); // what a client may send, whatever the types say
      expect(front.transcript).toEqual(["status busy", "status idle"]);
      expect(logged).toEqual([`Ignored a message of type "${type}" on shell: this kernel does not know it.`]);
    },
  );
});

const withComms = (comms: Partial<Session["comms"]>): Session => {
  const session = answering(five);
  return { ...session, comms: { ...session.comms, ...comms } };
};

describe("A message of a comm", () => {
  const message = { comm_id: "1", target_name: "slider", data: { value: 3 } };
  it("reaches the session between busy and idle, and what its handlers put out belongs to it", async () => {
    const received: unknown[] = [];
    const session = withComms({
      receive: async (comm, { output }) => {
        received.push(comm);
        output.stream("stdout", "moved");
        output.broadcast({ type: "comm_msg", content: { comm_id: "1", data: {} } });
      },
    });
    const { front, loop } = setUp(session);
    const request = requestOf("comm_open", message, { inTurn: false });
    await loop.handle(request);
    expect(received).toMatchObject([
      { type: "comm_open", commId: "1", targetName: "slider", data: { value: 3 }, buffers: [] },
    ]);
    expect(front.transcript).toEqual(["status busy", "stream moved", "comm_msg", "status idle"]);
    expect(new Set(front.sent.map(({ parent }) => parent))).toEqual(new Set([request.message.header.msg_id]));
    expect(front.finished).toEqual([request]);
  });

  it("that the session does not expect waits its turn, and is then taken all the same", async () => {
    const received: string[] = [];
    const session = withComms({
      expects: () => false,
      receive: async ({ type }) => void received.push(type),
    });
    const { front, loop } = setUp(session);
    const early = requestOf("comm_msg", message, { inTurn: false });
    await loop.handle(early);
    expect([front.deferred, front.sent, received]).toEqual([[early], [], []]);
    await loop.handle({ ...early, inTurn: true });
    expect(received).toEqual(["comm_msg"]);
  });

  it.each([{ comm_id: 5 }, {}])("with the content %j is ignored", async (content) => {
    const { front, loop, logged } = setUp(answering(five));
    await loop.handle(requestOf("comm_msg", content));
    expect(front.transcript).toEqual(["status busy", "status idle"]);
    expect(logged).toHaveLength(1);
  });

  it("is taken while a cell waits, which is answered on its own", async () => {
    const open: (() => void)[] = [];
    const waiting = sessionOf(async () => {
      await new Promise<void>((resolve) => open.push(resolve));
      return five;
    });
    const receive = async (): Promise<void> => open[0]?.();
    const { front, loop } = setUp({ ...waiting, comms: { ...waiting.comms, receive } });
    const cell = loop.handle(requestOf("execute_request", { code: "" }));
    await sleep(10);
    await loop.handle(requestOf("comm_msg", message, { inTurn: false }));
    await cell;
    expect(front.transcript.filter((line) => line.startsWith("exec"))).toEqual([
      "execute_input",
      "execute_result",
      "execute_reply",
    ]);
    expect(front.insideCell).toBe(false);
  });

  it("is counted in a comm_info_reply to a question that came after it", async () => {
    const open: Record<string, { target_name: string }> = { "1": { target_name: "slider" } };
    const receive: Session["comms"]["receive"] = async () => void delete open["1"];
    const { front, loop } = setUp(withComms({ expects: () => true, receive, open: () => open }));
    const closing = loop.handle(requestOf("comm_close", message));
    await loop.handle(requestOf("comm_info_request", {}));
    await closing;
    expect(front.sent.find(({ type }) => type === "comm_info_reply")?.content).toEqual({
      status: "ok",
      comms: {},
    });
    expect(open).toEqual({});
  });

  it("names the targets that were asked for in comm_info_reply", async () => {
    const comms = { a: { target_name: "slider" }, b: { target_name: "plot" } };
    const { front, loop } = setUp(withComms({ open: () => comms }));
    for (const content of [{}, { target_name: "" }, { target_name: null }, { target_name: "plot" }])
      await loop.handle(requestOf("comm_info_request", content));
    const replies = front.sent.filter(({ type }) => type === "comm_info_reply");
    expect(replies.map(({ content }) => Object.keys(content["comms"] as object))).toEqual([
      ["a", "b"],
      ["a", "b"],
      ["a", "b"],
      ["b"],
    ]);
  });
});

const asking = (password: boolean): Session => {
  const session = answering(five);
  const execute: Session["execute"] = async (_code, _count, { output, input }) => {
    output.stream("stdout", "before");
    output.stream("stdout", "the question");
    const text = `${input.askNow({ prompt: "a?", password })} ${await input.ask({ prompt: "b?", password })}`;
    return { status: "ok", result: { data: { "text/plain": text }, metadata: {} } };
  };
  return {
    ...session,
    execute: (...given) =>
      execute(...given).catch((error: Error) => ({
        status: "error",
        error: { ename: error.name, evalue: error.message, traceback: [] },
      })),
  };
};

describe("Input", () => {
  it("is asked of the client after everything that was printed", async () => {
    const { front, loop } = setUp(asking(true));
    front.lines.push("one", "two");
    await loop.handle(requestOf("execute_request", { code: "" }));
    expect(front.transcript.slice(2, -2)).toEqual([
      "stream before",
      "stream the question",
      "input_request",
      "input_request",
      "execute_result",
    ]);
    expect(front.sent.filter(({ type }) => type === "input_request").map(({ content }) => content)).toEqual([
      { prompt: "a?", password: true },
      { prompt: "b?", password: true },
    ]);
    expect(front.sent.at(-3)?.content["data"]).toEqual({ "text/plain": "one two" });
  });

  it("that was interrupted ends as a KeyboardInterrupt", async () => {
    const { front, loop } = setUp(asking(false));
    await loop.handle(requestOf("execute_request", { code: "" }));
    expect(front.sent.at(-2)?.content["ename"]).toBe("KeyboardInterrupt");
  });

  it("is refused with what to do where the client allows none", async () => {
    const { front, loop } = setUp(asking(false));
    await loop.handle(requestOf("execute_request", { code: "", allow_stdin: false }));
    expect(front.sent.at(-2)?.content).toMatchObject({
      ename: "StdinNotImplementedError",
      evalue: expect.stringContaining("allow_stdin is false"),
    });
  });
});

describe("The end of the process in a cell", () => {
  it.each([
    [0, ["stream bye", "execute_reply", "status idle"], { status: "ok", execution_count: 1 }],
    [3, ["stream bye", "error", "execute_reply", "status idle"], { status: "error", ename: "ProcessExit" }],
  ] as const)("with code %i answers the cell after what it printed", async (code, transcript, reply) => {
    const session = sessionOf(async (_code, output) => {
      output.stream("stdout", "hello");
      output.stream("stdout", "bye");
      loop.end(code);
      return new Promise(() => {});
    });
    const { front, loop } = setUp(session);
    void loop.handle(requestOf("execute_request", { code: "" }));
    await sleep(10);
    expect(front.transcript.slice(3)).toEqual(transcript);
    expect(front.sent.find(({ type }) => type === "execute_reply")?.content).toMatchObject(reply);
  });
});

const waiting = (): { session: Session; open: ((outcome: ExecuteOutcome) => void)[] } => {
  const open: ((outcome: ExecuteOutcome) => void)[] = [];
  return { session: sessionOf(async () => new Promise((resolve) => open.push(resolve))), open };
};

describe("Cells of subshells", () => {
  it("run while another one waits, and the gate stays closed until the last has ended", async () => {
    const { session, open } = waiting();
    const { front, loop } = setUp(session);
    const cells = [1, 2].map(() => loop.handle(requestOf("execute_request", { code: "" })));
    await sleep(10);
    expect(open).toHaveLength(2);
    open[1]?.(five);
    await cells[1];
    expect(front.insideCell).toBe(true);
    open[0]?.(nothing);
    await cells[0];
    expect(front.insideCell).toBe(false);
    expect(front.finished).toHaveLength(2);
  });

  it("are all ended by an interrupt, and cells that come later run", async () => {
    const { session, open } = waiting();
    const { front, loop } = setUp({ ...session, interrupt: () => open.splice(0).map((end) => end(failure)) });
    const cells = [1, 2].map(() => loop.handle(requestOf("execute_request", { code: "" })));
    await sleep(10);
    loop.interrupted();
    await Promise.all(cells);
    expect(front.sent.filter(({ type }) => type === "error")).toHaveLength(2);
    const next = loop.handle(requestOf("execute_request", { code: "" }));
    await sleep(10);
    open[0]?.(five);
    await next;
    expect(front.insideCell).toBe(false);
  });
});

describe("An interrupted cell", () => {
  it("is reported as interrupted when it came to its end meanwhile, once the interrupt is over", async () => {
    const { front, loop } = setUp(answering(five));
    front.free = false;
    const handled = loop.handle(requestOf("execute_request", { code: "5" }));
    await sleep(20);
    expect(front.transcript).not.toContain("execute_reply");
    loop.interrupted();
    await handled;
    expect(front.transcript).not.toContain("execute_result");
    expect(front.sent).toContainEqual(
      expect.objectContaining({
        type: "execute_reply",
        content: expect.objectContaining({ ename: "KeyboardInterrupt" }),
      }),
    );
  });

  it("that waits for a promise is settled by the session", async () => {
    const settle: ((outcome: ExecuteOutcome) => void)[] = [];
    const waiting = sessionOf(async () => new Promise((resolve) => settle.push(resolve)));
    const { front, loop } = setUp({ ...waiting, interrupt: () => settle[0]?.(failure) });
    const handled = loop.handle(requestOf("execute_request", { code: "" }));
    await sleep(20);
    loop.interrupted();
    await handled;
    expect(front.sent.find(({ type }) => type === "error")?.content["ename"]).toBe("TypeError");
  });

  it("that V8 took away without a trace is reported as KeyboardInterrupt, and the next cell runs", async () => {
    const lost = sessionOf(async (code) => (code === "lost" ? new Promise(() => {}) : five));
    const { front, loop } = setUp(lost);
    const handled = loop.handle(requestOf("execute_request", { code: "lost" }));
    await sleep(20);
    loop.interrupted();
    await handled;
    expect(front.sent.find(({ type }) => type === "error")?.content["ename"]).toBe("KeyboardInterrupt");
    await loop.handle(requestOf("execute_request", { code: "5" }));
    expect(front.transcript.slice(-3)).toEqual(["execute_result", "execute_reply", "status idle"]);
  });
});
