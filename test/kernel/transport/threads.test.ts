import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { InputDesk } from "../../../kernel/transport/input-desk.ts";
import { RequestLanes } from "../../../kernel/transport/lanes.ts";
import { Refusals } from "../../../kernel/transport/refusals.ts";
import { SendQueue } from "../../../kernel/transport/send-queue.ts";
import { SharedState } from "../../../kernel/transport/shared-state.ts";
import type { InputAnswer, InputQuestion, ShellRequest } from "../../../kernel/transport/thread-messages.ts";
import { newMessage, type Envelope, type Message } from "../../../kernel/wire/index.ts";

const sender = { session: "session", username: "test" };
const cell = (): Envelope => ({
  identities: [],
  message: {
    ...newMessage(sender, "is_complete_request", { code: "" }),
    header: {
      ...newMessage(sender, "is_complete_request", { code: "" }).header,
      msg_type: "execute_request",
    },
    content: {},
  },
});
const question = (): Envelope => {
  const message = newMessage(sender, "is_complete_request", { code: "" });
  return { identities: [], message: { ...message, content: { code: "" } } };
};

const bothSides = (): { main: SharedState; sockets: SharedState } => {
  const main = new SharedState();
  return { main, sockets: new SharedState(main.buffer) };
};

const comm = (id: string): Envelope => {
  const { identities, message } = cell();
  return {
    identities,
    message: {
      ...message,
      header: { ...message.header, msg_type: "comm_msg" },
      content: { comm_id: id, data: {} },
    },
  };
};

function inSubshell({ identities, message }: Envelope, subshell: string | null): Envelope {
  return { identities, message: { ...message, header: { ...message.header, subshell_id: subshell } } };
}

function setUp(): { lanes: RequestLanes; delivered: ShellRequest[]; messages: () => Message[] } {
  const delivered: ShellRequest[] = [];
  const lanes = new RequestLanes((request) => delivered.push(request));
  return { lanes, delivered, messages: () => delivered.map(({ message }) => message) };
}

describe("The lanes of requests", () => {
  it("deliver nothing before the main thread is ready, and then one after the other, in order", () => {
    const { lanes, delivered, messages } = setUp();
    const [first, second, third] = [cell(), question(), cell()];
    lanes.push(first);
    lanes.push(second);
    expect(delivered).toEqual([]);
    lanes.begin();
    expect(messages()).toEqual([first.message]);
    lanes.push(third);
    lanes.done(delivered[0]!.id);
    lanes.done(delivered[1]!.id);
    expect(messages()).toEqual([first.message, second.message, third.message]);
  });

  it("abort the cells that wait behind one, not other requests, and not the cells that come later", () => {
    const { lanes, delivered } = setUp();
    lanes.begin();
    for (const envelope of [cell(), cell(), question()]) lanes.push(envelope);
    lanes.abortQueued(delivered[0]!.id);
    lanes.push(cell());
    for (let i = 0; i < 3; i++) lanes.done(delivered[i]!.id);
    expect(delivered.map((request) => request.aborted)).toEqual([false, true, false, false]);
  });

  it("know what is in hand until it is done", () => {
    const { lanes, delivered } = setUp();
    lanes.begin();
    lanes.push(cell());
    const id = delivered[0]!.id;
    expect(lanes.inHand).toEqual([id]);
    lanes.done(id);
    expect(lanes.isInHand(id)).toBe(false);
  });

  it("of a subshell are held up by its own requests alone, and so are the cells that one of them aborts", () => {
    const { lanes, delivered } = setUp();
    lanes.begin();
    const subshell = lanes.create();
    for (const envelope of [cell(), cell()]) lanes.push(envelope);
    for (let i = 0; i < 2; i++) lanes.push(inSubshell(cell(), subshell));
    expect(delivered).toHaveLength(2);
    lanes.abortQueued(delivered[1]!.id);
    lanes.done(delivered[0]!.id);
    lanes.done(delivered[1]!.id);
    expect(delivered.map(({ aborted }) => aborted)).toEqual([false, false, false, true]);
  });

  it("take null for the main shell, refuse an unknown subshell, and one that was deleted", () => {
    const { lanes } = setUp();
    const subshell = lanes.create();
    expect(lanes.list()).toEqual([subshell]);
    expect(lanes.push(inSubshell(cell(), null))).toBe(true);
    expect(lanes.push(inSubshell(cell(), "elsewhere"))).toBe(false);
    expect(lanes.delete(subshell)).toBe(true);
    expect(lanes.delete(subshell)).toBe(false);
    expect(lanes.push(inSubshell(cell(), subshell))).toBe(false);
    expect(lanes.list()).toEqual([]);
  });

  it("let the messages of comms overtake cells, also those that came before the main thread was ready", () => {
    const { lanes, delivered } = setUp();
    lanes.push(cell());
    lanes.push(cell());
    lanes.push(comm("early"));
    lanes.begin();
    lanes.push(comm("late"));
    expect(delivered.map(({ message }) => message.content["comm_id"])).toEqual(["early", undefined, "late"]);
    expect(delivered.map(({ inTurn }) => inTurn)).toEqual([false, true, false]);
  });

  it("let a message of a comm that came too early wait its turn, and all that follow it on the same comm", () => {
    const { lanes, delivered } = setUp();
    lanes.begin();
    lanes.push(cell());
    lanes.push(comm("a"));
    lanes.defer(delivered[1]!.id);
    lanes.push(comm("a"));
    lanes.push(comm("b"));
    expect(delivered.map(({ message }) => message.content["comm_id"])).toEqual([undefined, "a", "b"]);
    lanes.done(delivered[0]!.id);
    lanes.done(delivered[3]!.id);
    expect(delivered.slice(3).map(({ message, inTurn }) => [message.content["comm_id"], inTurn])).toEqual([
      ["a", true],
      ["a", true],
    ]);
  });
});

const questionFrom = (client: string, id: number): InputQuestion => ({
  id,
  identities: [Buffer.from(client)],
  parent: newMessage(sender, "kernel_info_request", {}).header,
  prompt: "",
  password: false,
  blocking: false,
});
const answerFrom = (client: string, value: unknown): Envelope => ({
  identities: [Buffer.from(client)],
  message: {
    ...newMessage(sender, "input_reply", { value: "" }),
    content: { value },
  },
});

describe("The desk of questions", () => {
  it("asks a client one question at a time, in order, and several clients at once", () => {
    const asked: number[] = [];
    const answered: InputAnswer[] = [];
    const desk = new InputDesk(
      ({ id }) => asked.push(id),
      (_question, answer) => answered.push(answer),
    );
    desk.add(questionFrom("a", 1));
    desk.add(questionFrom("a", 2));
    desk.add(questionFrom("b", 3));
    expect(asked).toEqual([1, 3]);
    desk.receive(answerFrom("a", "one"));
    expect(asked).toEqual([1, 3, 2]);
    desk.receive(answerFrom("b", "three"));
    desk.receive(answerFrom("a", 5));
    desk.receive(answerFrom("a", "nobody asked"));
    expect(answered).toEqual([
      { id: 1, value: "one" },
      { id: 3, value: "three" },
      { id: 2, value: "" },
    ]);
  });

  it("ends what waits with an interrupt, and takes nothing but answers", () => {
    const answered: InputAnswer[] = [];
    const desk = new InputDesk(
      () => {},
      (_question, answer) => answered.push(answer),
    );
    desk.add(questionFrom("a", 1));
    desk.receive({ ...question(), identities: [Buffer.from("a")] });
    expect(answered).toEqual([]);
    desk.cancel();
    desk.receive(answerFrom("a", "too late"));
    expect(answered).toEqual([{ id: 1, value: null }]);
  });
});

describe("The send queue", () => {
  it("never sends two messages at once, and goes on after one that failed", async () => {
    const log: string[] = [];
    const socket = {
      async send([frame]: (string | Uint8Array)[]): Promise<void> {
        log.push(`begin ${String(frame)}`);
        await sleep(5);
        if (frame === "b") throw new Error("refused");
        log.push(`end ${String(frame)}`);
      },
    };
    const queue = new SendQueue(socket);
    const results = await Promise.allSettled([queue.send(["a"]), queue.send(["b"]), queue.send(["c"])]);
    expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(log).toEqual(["begin a", "end a", "begin b", "begin c", "end c"]);
  });
});

describe("The shared state", () => {
  it("lets a cell be stopped only while it runs, and only once", () => {
    const { main, sockets } = bothSides();
    expect(sockets.claimInterrupt()).toBe(false);
    expect(main.enterCell()).toBe(true);
    expect(sockets.claimInterrupt()).toBe(true);
    expect(sockets.claimInterrupt()).toBe(false);
    expect(main.leaveCell()).toBe(false);
  });

  it("does not let the next cell begin before the interrupt of the last one is over", () => {
    const { main, sockets } = bothSides();
    main.enterCell();
    sockets.claimInterrupt();
    expect(main.enterCell()).toBe(false);
    expect(main.interruptSettled()).toBe(false);
    main.markStopped();
    expect(sockets.stopping).toBe(false);
    expect(main.interruptSettled()).toBe(true);
    expect(sockets.claimAgain()).toBe(false);
    expect(main.enterCell()).toBe(true);
  });

  it("lets the sockets stop again while the main thread has not heard of it, and then not settle too early", () => {
    const { main, sockets } = bothSides();
    main.enterCell();
    sockets.claimInterrupt();
    main.markStopped();
    expect(sockets.claimAgain()).toBe(true);
    expect(main.interruptSettled()).toBe(false);
    main.markStopped();
    expect(main.interruptSettled()).toBe(true);
  });

  it("does not let the main thread wait once the sockets are closed", () => {
    const { main, sockets } = bothSides();
    for (let i = 0; i < 1000; i++) main.messagePosted();
    sockets.markClosed();
    main.waitForRoom();
    main.waitUntilClosed(60_000);
    expect(main.closed).toBe(true);
  });
});

describe("Refused messages", () => {
  it("are logged once for each kind in five seconds, and later with how many there were", () => {
    let now = 0;
    const lines: string[] = [];
    const refusals = new Refusals(
      (line) => lines.push(line),
      () => now,
    );
    refusals.report("shell", "signature", "wrong key.");
    refusals.report("shell", "signature", "wrong key.");
    refusals.report("control", "signature", "wrong key.");
    now = 6000;
    refusals.report("shell", "signature", "wrong key.");
    expect(lines).toEqual([
      "Refused a message on shell: wrong key.",
      "Refused a message on control: wrong key.",
      "Refused a message on shell: wrong key. (and 1 more like it before)",
    ]);
  });
});
