import { describe, expect, it } from "vitest";
import { CommRegistry, type CommEvent, type CommMessage } from "../../../kernel/display/index.ts";

/** A registry that keeps what it sends. */
function registry(): { readonly comms: CommRegistry; readonly sent: unknown[] } {
  const sent: unknown[] = [];
  const comms = new CommRegistry(({ type, content, buffers = [] }) => sent.push([type, content, ...buffers]));
  return { comms, sent };
}

function fromPage(type: CommMessage["type"], commId: string, rest: Partial<CommMessage> = {}): CommMessage {
  return { type, commId, targetName: null, data: {}, metadata: {}, buffers: [], ...rest };
}

describe("a comm that a cell opens", () => {
  it("sends data and buffers, and ends with close", () => {
    const { comms, sent } = registry();
    const comm = comms.open("target", { first: true }, { commId: "id", buffers: [new Uint16Array([1])] });
    comm.send({ second: 2 });
    comm.close({ third: 3 });
    comm.close();
    expect(sent).toEqual([
      ["comm_open", { comm_id: "id", target_name: "target", data: { first: true } }, new Uint8Array([1, 0])],
      ["comm_msg", { comm_id: "id", data: { second: 2 } }],
      ["comm_close", { comm_id: "id", data: { third: 3 } }],
    ]);
    expect(comms.list()).toEqual({});
  });

  it("gets an id of its own, and none that is taken", () => {
    const { comms } = registry();
    const first = comms.open("target");
    expect(comms.open("target").commId).not.toBe(first.commId);
    expect(() => comms.open("target", {}, { commId: first.commId })).toThrow("is open already");
  });

  it("refuses to send once it is closed, by either side", () => {
    const { comms } = registry();
    const comm = comms.open("target");
    comms.receive(fromPage("comm_close", comm.commId));
    expect(comm.closed).toBe(true);
    expect(() => comm.send()).toThrow('target "target" is closed');
  });
});

describe("messages of a front end", () => {
  it("reach every handler of their comm, and no other", () => {
    const { comms } = registry();
    const comm = comms.open("target");
    const seen: unknown[] = [];
    comm.onMsg(({ data, buffers }) => seen.push(["first", data, ...buffers]));
    comm.onMsg(() => seen.push("second"));
    comms.receive(fromPage("comm_msg", comm.commId, { data: { a: 1 }, buffers: [new Uint8Array([7])] }));
    comms.receive(fromPage("comm_msg", "another"));
    expect(seen).toEqual([["first", { a: 1 }, new Uint8Array([7])], "second"]);
  });

  it("do not reach handlers that a handler adds meanwhile", () => {
    const { comms } = registry();
    const comm = comms.open("target");
    let calls = 0;
    comm.onMsg(() => comm.onMsg(() => (calls += 1)));
    comms.receive(fromPage("comm_msg", comm.commId));
    expect(calls).toBe(0);
  });

  it("open comms of targets that cells have registered", () => {
    const { comms, sent } = registry();
    const opened: CommEvent[] = [];
    comms.registerTarget("target", (comm, open) => {
      opened.push(open);
      comm.onMsg(({ data }) => comm.send({ echo: data["text"] }));
    });
    const open = fromPage("comm_open", "id", { targetName: "target", data: { hello: 1 } });
    expect(comms.expects(open)).toBe(true);
    comms.receive(open);
    expect(comms.list()).toEqual({ id: { target_name: "target" } });
    comms.receive(fromPage("comm_msg", "id", { data: { text: "hi" } }));
    expect(opened).toEqual([{ data: { hello: 1 }, metadata: {}, buffers: [] }]);
    expect(sent).toEqual([["comm_msg", { comm_id: "id", data: { echo: "hi" } }]]);
  });

  it("are answered by closing when nobody has registered the target, or not any more", () => {
    const { comms, sent } = registry();
    comms.registerTarget("target", () => {});
    comms.unregisterTarget("target");
    const open = fromPage("comm_open", "id", { targetName: "target" });
    expect(comms.expects(open)).toBe(false);
    comms.receive(open);
    expect(sent).toEqual([["comm_close", { comm_id: "id", data: {} }]]);
  });

  it("close the comm again when its target fails", () => {
    const { comms, sent } = registry();
    comms.registerTarget("target", () => {
      throw new Error("no");
    });
    expect(() => comms.receive(fromPage("comm_open", "id", { targetName: "target" }))).toThrow("no");
    expect(sent).toEqual([["comm_close", { comm_id: "id", data: {} }]]);
    expect(comms.list()).toEqual({});
  });

  it("that close a comm tell its handlers", () => {
    const { comms } = registry();
    const comm = comms.open("target");
    const seen: unknown[] = [];
    comm.onClose(({ data }) => seen.push(data));
    comms.receive(fromPage("comm_close", comm.commId, { data: { bye: 1 } }));
    expect(seen).toEqual([{ bye: 1 }]);
  });
});
