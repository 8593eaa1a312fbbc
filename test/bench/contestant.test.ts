import { describe, expect, test } from "vitest";
import { Contestant } from "../../bench/contestants/contestant.ts";
import type { Failure } from "../../bench/contestants/protocol.ts";
import { measureRow, quickEffort } from "../../bench/measure.ts";
import { row } from "../../bench/rows/snippets.ts";

/** A contestant of a few lines of JavaScript: what it says first, and `answer(request)`. */
async function start(greeting: object, answer: string): Promise<Contestant | Failure> {
  const program = `console.log(JSON.stringify(${JSON.stringify(greeting)}));
    const answer = ${answer};
    require("node:readline").createInterface(process.stdin).on("line", (line) => console.log(JSON.stringify(answer(JSON.parse(line)))));`;
  return Contestant.start({ name: "PyTorch", program: process.execPath, arguments: ["-e", program] });
}

async function ready(answer: string): Promise<Contestant> {
  const contestant = await start({ ready: "1.0" }, answer);
  if (contestant instanceof Contestant) return contestant;
  throw new Error(contestant.failed);
}

describe("a contestant", () => {
  test("says its version, and answers", async () => {
    const contestant = await ready("(request) => ({ microseconds: request.repeat * 2 })");
    expect(contestant.version).toBe("1.0");
    expect(await contestant.run(21)).toEqual({ microseconds: 42 });
    contestant.stop();
  });

  test("that cannot start says why", async () => {
    expect(await start({ failed: "No module named 'torch'" }, "0")).toEqual({
      failed: "No module named 'torch'",
    });
    const missing = { name: "PyTorch", program: "no-such-python", arguments: [] } as const;
    expect(await Contestant.start(missing)).toEqual({ failed: "spawn no-such-python ENOENT" });
  });

  test("that breaks down is quoted", async () => {
    const contestant = await ready("() => { throw new TypeError('out of cheese'); }");
    expect(await contestant.run(1)).toEqual({
      failed: "its process ended with code 1: TypeError: out of cheese",
    });
    contestant.stop();
  });

  test("that crashes loses the row and is there for the next", async () => {
    const contestant = await ready(
      "(request) => request.request === 'prepare' ? { prepared: true } : process.exit(3)",
    );
    expect(await contestant.run(1)).toEqual({ failed: "its process ended with code 3" });
    expect(await contestant.prepare({ prepare: "", body: "" })).toBeNull();
    contestant.stop();
  });
});

describe("measuring a row", () => {
  const empty = ["", "0"] as const;
  const some = row("some", [], { typetorch: empty, pytorch: empty });

  test("repeats the body until a measurement is long enough, and counts for one run of it", async () => {
    const contestant = await ready(
      "({ request, repeat }) => request === 'prepare' ? { prepared: true } : { microseconds: 7 * repeat }",
    );
    const { PyTorch } = await measureRow(some, [contestant], quickEffort);
    expect(PyTorch).toEqual({ median: 7, best: 7, spread: 0, rounds: quickEffort.rounds });
    contestant.stop();
  });

  test("reports a contestant that lacks something, and measures the others", async () => {
    const lacking = await ready("() => ({ failed: 'x.sort is not a function' })");
    expect(await measureRow(some, [lacking], quickEffort)).toEqual({
      PyTorch: { failed: "x.sort is not a function" },
    });
    lacking.stop();
  });
});
