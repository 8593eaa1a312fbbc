import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Refusals } from "../../../kernel/transport/refusals.ts";
import { SendQueue } from "../../../kernel/transport/send-queue.ts";
import { SharedState } from "../../../kernel/transport/shared-state.ts";
import { ShellQueue } from "../../../kernel/transport/shell-queue.ts";
import type { ShellRequest } from "../../../kernel/transport/thread-messages.ts";
import { newMessage, type Envelope } from "../../../kernel/wire/index.ts";

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

describe("The shell queue", () => {
  it("delivers one request for each that is asked for, in order, whichever comes first", () => {
    const delivered: ShellRequest[] = [];
    const queue = new ShellQueue((request) => delivered.push(request));
    const [first, second, third] = [cell(), question(), cell()];
    queue.push(first);
    queue.push(second);
    expect(delivered).toHaveLength(0);
    queue.next();
    expect(delivered.map((r) => r.message)).toEqual([first.message]);
    queue.next();
    queue.next();
    queue.push(third);
    expect(delivered.map((r) => r.message)).toEqual([first.message, second.message, third.message]);
  });

  it("aborts the cells that wait, not other requests, and not the cells that come later", () => {
    const delivered: ShellRequest[] = [];
    const queue = new ShellQueue((request) => delivered.push(request));
    queue.push(cell());
    queue.push(question());
    queue.abortQueued();
    queue.push(cell());
    for (let i = 0; i < 3; i++) queue.next();
    expect(delivered.map((request) => request.aborted)).toEqual([true, false, false]);
  });
});

describe("The shell queue's request in hand", () => {
  it("is the one that was delivered last, until another is asked for", () => {
    const queue = new ShellQueue(() => {});
    const [first, second] = [cell(), cell()];
    queue.push(first);
    expect(queue.inHand).toBeNull();
    queue.next();
    queue.push(second);
    expect(queue.inHand?.message).toBe(first.message);
    queue.next();
    expect(queue.inHand?.message).toBe(second.message);
    queue.next();
    expect(queue.inHand).toBeNull();
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
