import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { History, kernelInfo, KernelLoop } from "../../../kernel/loop/index.ts";
import { RequestLanes } from "../../../kernel/transport/lanes.ts";
import type { ShellRequest } from "../../../kernel/transport/thread-messages.ts";
import type { JsonObject, MessageType } from "../../../kernel/wire/index.ts";
import { MemoryFront, requestOf, sessionOf } from "./memory-front.ts";

const types = [
  "execute_request",
  "kernel_info_request",
  "is_complete_request",
  "history_request",
  "comm_info_request",
  "comm_open",
  "comm_msg",
  "comm_close",
] as const;
const fields = [
  "code",
  "silent",
  "user_expressions",
  "hist_access_type",
  "n",
  "session",
  "pattern",
  "comm_id",
];

/** What a client may send: known types and others, with fields of any value. */
const message = fc.record({
  type: fc.oneof(fc.constantFrom(...types), fc.string()),
  content: fc.dictionary(fc.constantFrom(...fields, "data", "target_name"), fc.jsonValue()),
});

describe("Whatever a client sends", () => {
  it("is surrounded by busy and idle, answered at most once, and then done", async () => {
    const session = sessionOf(async (code) =>
      code.length % 2 === 0
        ? { status: "ok", result: null }
        : { status: "error", error: { ename: "E", evalue: "", traceback: [] } },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 6 }), async (messages) => {
        const front = new MemoryFront();
        const history = new History(null);
        const loop = new KernelLoop({ front, session, kernelInfo, history, log: () => {} });
        // Any type may come over the wire, whatever the types say.
        const requests = messages.map(({ type, content }) => requestOf(type as MessageType, content));
        await Promise.all(requests.map((request) => loop.handle(request)));
        expect(front.finished).toHaveLength(requests.length);
        for (const { message: sent } of requests) {
          const own = front.sent.filter(({ parent }) => parent === sent.header.msg_id);
          expect(own[0]).toMatchObject({ type: "status", content: { execution_state: "busy" } });
          expect(own.at(-1)).toMatchObject({ type: "status", content: { execution_state: "idle" } });
          expect(own.filter(({ type }) => type.endsWith("_reply")).length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("is delivered once, in its order within its shell, however requests and answers follow each other", () => {
    const step = fc.record({
      kind: fc.constantFrom("push", "push", "done", "defer", "abort"),
      comm: fc.boolean(),
      subshell: fc.nat({ max: 2 }),
      pick: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const delivered: ShellRequest[] = [];
        const lanes = new RequestLanes((request) => delivered.push(request));
        const shells = [null, lanes.create(), lanes.create()];
        let pushed = 0;
        lanes.begin();
        for (const { kind, comm, subshell, pick } of steps) {
          const inHand = lanes.inHand[pick % Math.max(1, lanes.inHand.length)] ?? -1;
          const isComm = delivered.findLast(({ id }) => id === inHand)?.inTurn === false;
          if (kind === "push") {
            pushed += 1;
            const content: JsonObject = comm ? { comm_id: `c${subshell}` } : {};
            const request = requestOf(comm ? "comm_msg" : "execute_request", content);
            const header = { ...request.message.header, subshell_id: shells[subshell] ?? null };
            lanes.push({ identities: [], message: { ...request.message, header } });
          } else if (kind === "done") lanes.done(inHand);
          else if (kind === "abort") lanes.abortQueued(inHand);
          else if (isComm) lanes.defer(inHand);
        }
        while (lanes.inHand.length > 0) for (const id of lanes.inHand) lanes.done(id);
        const finished = delivered.filter(
          ({ id }, at) => delivered.findLastIndex((other) => other.id === id) === at,
        );
        expect(finished).toHaveLength(pushed);
        for (const shell of shells) {
          const cells = finished.filter(
            ({ message: { header } }) =>
              header.msg_type === "execute_request" && (header.subshell_id ?? null) === shell,
          );
          expect(cells.map(({ id }) => id)).toEqual(cells.map(({ id }) => id).toSorted((a, b) => a - b));
        }
      }),
      { numRuns: 200 },
    );
  });
});
