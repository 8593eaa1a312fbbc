import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { beforeEach, describe, expect, it } from "vitest";
import {
  createProgress,
  ProgressBar,
  registerRenderer,
  type Progress,
} from "../../../kernel/display/index.ts";
import { meanRate, SmoothRate } from "../../../kernel/display/progress-rate.ts";
import { OrderedOutput } from "../../../kernel/session/ordered-output.ts";

/** A bar as it was shown: its line, `completed/total state` and values. */
type Shown = readonly [line: string, text: string, values?: Readonly<Record<string, string>>];

registerRenderer((value) => {
  if (!(value instanceof ProgressBar)) return undefined;
  const { completed, total, state, values } = value.snapshot();
  return { text: `${completed}/${total} ${state}`, values };
});

let shown: Shown[] = [];
let interrupts = new Set<() => void>();
let progress: Progress;

function keep(
  kind: string,
  { data, displayId = "" }: { data: Record<string, unknown>; displayId?: string },
): void {
  lines.set(displayId, lines.get(displayId) ?? `line ${lines.size + 1}`);
  const values = data["values"] as Readonly<Record<string, string>> | undefined; // as the renderer above makes it
  shown.push([`${kind} ${lines.get(displayId)}`, String(data["text"] ?? ""), values ?? {}]);
}

let lines = new Map<string, string>();

beforeEach(() => {
  shown = [];
  lines = new Map();
  interrupts = new Set();
  const output = new OrderedOutput({
    stream: () => {},
    display: (content) => keep("new", content),
    updateDisplay: (content) => keep("update", content),
    clearOutput: () => {},
    broadcast: () => {},
  });
  const onInterrupt = (tidy: () => void): (() => void) => {
    interrupts.add(tidy);
    return () => void interrupts.delete(tidy);
  };
  progress = createProgress({ output: () => output, onInterrupt });
});

/** The last state of each line. */
function ends(): string[] {
  const last = new Map(shown.map(([line, text]) => [line.replace(/^\w+ /u, ""), text]));
  return [...last.values()];
}

function swallow(work: () => void): void {
  try {
    work();
  } catch {
    // The error is the loop's; these tests look at the bar.
  }
}

async function* items(): AsyncGenerator<number> {
  yield 1;
  yield 2;
}

function* broken(): Generator<number> {
  yield 1;
  throw new Error("source");
}

describe("progress", () => {
  it("hands every item on, and shows the beginning and the end", () => {
    expect([...progress(["a", "b"])]).toEqual(["a", "b"]);
    expect(shown.map(([line, text]) => [line, text])).toEqual([
      ["new line 1", "0/2 running"],
      ["update line 1", "2/2 done"],
    ]);
  });

  it("counts to a number, and takes the total from length, size or the option", () => {
    expect([...progress(3)]).toEqual([0, 1, 2]);
    expect([...progress(new Set([1, 2]))]).toEqual([1, 2]);
    expect([...progress(new Map([[1, 2]]).values(), { total: 9 })]).toEqual([2]);
    expect([...progress(new Map([[1, 2]]).values())]).toEqual([2]);
    expect(ends()).toEqual(["3/3 done", "2/2 done", "1/9 done", "1/null done"]);
  });

  it("has no total where a source throws when it is asked for its length", () => {
    const endless = {
      get length(): number {
        throw new TypeError("object has no len()");
      },
      [Symbol.iterator]: () => [1, 2].values(),
    };
    expect([...progress(endless)]).toEqual([1, 2]);
    expect(ends()).toEqual(["2/null done"]);
  });

  it("goes through what is asynchronous, with for await", async () => {
    const seen: number[] = [];
    for await (const item of progress(items())) seen.push(item);
    for await (const item of progress([3]) as unknown as AsyncIterable<number>) seen.push(item);
    expect(seen).toEqual([1, 2, 3]);
    expect(ends()).toEqual(["2/null done", "1/1 done"]);
  });

  it("ends as stopped after break and after an error in the body", () => {
    for (const item of progress(5)) if (item === 2) break;
    swallow(() => {
      for (const item of progress(5)) if (item === 3) throw new Error("body");
    });
    expect(ends()).toEqual(["2/5 stopped", "3/5 stopped"]);
  });

  it("ends as failed when what it goes through fails, and passes the error on", () => {
    expect(() => [...progress(broken())]).toThrow("source");
    expect(ends()).toEqual(["1/null failed"]);
  });

  it("ends as interrupted when the cell is, and is not moved any more by what is left of the loop", () => {
    const bar = progress({ total: 3 }).update();
    for (const tidy of interrupts) tidy();
    bar.update().close();
    expect(ends()).toEqual(["1/3 interrupted"]);
    expect(interrupts.size).toBe(0);
  });

  it("is moved by hand where there is no loop", () => {
    {
      using bar = progress({ total: 4 });
      bar.update(4);
    }
    progress({ total: 4 }).update(3).close();
    expect(ends()).toEqual(["4/4 done", "3/4 stopped"]);
  });

  it("shows values as people read them", () => {
    const tensor = { item: () => 0.123456 };
    progress({}).set({ loss: tensor, rate: 1e-7, epoch: 3, name: "a" }).close();
    expect(shown.at(-1)?.[2]).toEqual({ loss: "0.1235", rate: "1e-7", epoch: "3", name: "a" });
  });

  it("reads values when they are shown only, and lets go of them at the end", () => {
    let reads = 0;
    const tensor = { item: () => ++reads };
    const bar = progress({ total: 1000 });
    for (let i = 0; i < 1000; i++) bar.update().set({ loss: tensor });
    bar.close();
    expect(shown.at(-1)?.[2]).toEqual({ loss: String(reads) });
    expect(reads).toBeLessThan(10);
    expect(() => bar.set({ loss: { item: () => 0, numel: () => 3 } })).toThrow(
      "progress: loss is a tensor with 3 elements, expected one.",
    );
  });

  it("tells the rate of now while it runs, and that of the whole at the end", () => {
    const rate = new SmoothRate();
    expect(rate.at(0, 1)).toBeNull();
    for (let second = 2; second <= 10; second++) rate.at(1, second); // ten slow seconds for one step
    expect(rate.at(2, 11)).toBeCloseTo(0.51 / 3.12); // averages of 1, 1 steps and of 2, 9 seconds
    for (let second = 12; second < 40; second++) rate.at(2 + 100 * (second - 11), second);
    expect(rate.at(2902, 40)).toBeCloseTo(100, 0);
    expect(meanRate(2902, 40)).toBeCloseTo(72.55);
    expect(meanRate(0, 40)).toBeNull();
  });

  it("shows no more often than ten times a second, and what is left a little later", async () => {
    const bar = progress({ total: 1e6 });
    for (let i = 0; i < 1000; i++) bar.update();
    expect(shown).toHaveLength(1);
    while (shown.length < 2) await sleep(5);
    expect(ends()).toEqual(["1000/1000000 running"]);
  });

  it("puts the bars inside another one's loop into one line, the last of them stays", () => {
    for (const _ of progress(500)) for (const _inner of progress(2));
    expect(new Set(lines.values()).size).toBe(2);
    expect(ends()).toEqual(["500/500 done", "2/2 done"]);
    expect(shown.length).toBeLessThan(100);
  });

  it("gives bars that run side by side a line each, and lines of their own to those that ask", () => {
    const [first, second] = [progress({ total: 1 }), progress({ total: 1 })];
    const third = progress({ total: 1 });
    for (const bar of [third, second, first]) bar.update().close();
    for (const _ of progress(2)) for (const _inner of progress(1, { leave: true }));
    expect(new Set(lines.values()).size).toBe(6);
  });

  it("leaves nothing behind when asked to", () => {
    for (const _ of progress(2, { leave: false }));
    expect(ends()).toEqual([""]);
  });

  it("begins anew when it is gone through again", () => {
    const bar = progress([1, 2]);
    expect([...bar, ...bar]).toEqual([1, 2, 1, 2]);
    expect(ends()).toEqual(["2/2 done", "2/2 done"]);
  });

  it("is short on the console", () => {
    expect(inspect(progress({ total: 2 }).update())).toBe("progress(1/2, running)");
  });

  it("says what it expects", () => {
    const wrong = progress as unknown as (value: unknown) => Iterable<unknown>; // what TypeScript would refuse
    expect(() => wrong(null)).toThrow("got null");
    expect(() => wrong(true)).toThrow("got boolean");
    expect(() => wrong(-1)).toThrow("0 or more; got -1");
    expect(() => [...wrong({ async *[Symbol.asyncIterator]() {} })]).toThrow("for await");
    expect(() => [...wrong({ total: 3 })]).toThrow("nothing to go through");
  });
});
