import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { globPattern } from "../../../kernel/loop/history/glob.ts";
import { History, HistoryFiles } from "../../../kernel/loop/history/index.ts";

let folder: string;
const logged: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "typetorch-history-"));
  logged.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (): History => new History(new HistoryFiles(folder, (line) => logged.push(line)));

/** A history in which these cells have run. */
function ran(history: History, ...inputs: string[]): History {
  for (const [index, input] of inputs.entries()) history.begin(index + 1, input);
  return history;
}

describe("The history", () => {
  it("gives the latest cells of all sessions, in the order in which they ran", () => {
    ran(open(), "a", "b");
    const history = ran(open(), "c");
    expect(history.query({ hist_access_type: "tail", n: 2 })).toEqual([
      [1, 2, "b"],
      [2, 1, "c"],
    ]);
    expect(history.query({ hist_access_type: "tail", n: 0 })).toEqual([]);
    expect(history.query({ hist_access_type: "tail" })).toHaveLength(3);
  });

  it("gives a range of lines, of a session by its number, of this one, and of those before it", () => {
    ran(open(), "a", "b", "c");
    const history = ran(open(), "d");
    const range = (request: object): unknown => history.query({ hist_access_type: "range", ...request });
    expect(range({ session: 1, start: 2, stop: 3 })).toEqual([[1, 2, "b"]]);
    expect(range({ session: -1, start: 2 })).toEqual([
      [1, 2, "b"],
      [1, 3, "c"],
    ]);
    expect(range({ session: 0 })).toEqual([[2, 1, "d"]]);
    expect(range({})).toEqual([[2, 1, "d"]]);
    expect(range({ session: 9 })).toEqual([]);
  });

  it("finds whole inputs by a pattern, each only once when that is asked for", () => {
    ran(open(), "let x = 1", "x + 1", "let x = 1");
    const history = ran(open(), "let y = 2");
    const search = (request: object): unknown => history.query({ hist_access_type: "search", ...request });
    expect(search({ pattern: "let*" })).toHaveLength(3);
    expect(search({ pattern: "let*", unique: true })).toEqual([
      [1, 3, "let x = 1"],
      [2, 1, "let y = 2"],
    ]);
    expect(search({ pattern: "let*", n: 1 })).toEqual([[2, 1, "let y = 2"]]);
    expect(search({ pattern: "let" })).toEqual([]);
    expect(search({})).toHaveLength(4);
  });

  it("gives outputs where that is asked for, null for cells without one", () => {
    const earlier = ran(open(), "1 + 1", "let x");
    earlier.end(1, "2");
    for (const history of [earlier, open()]) {
      expect(history.query({ hist_access_type: "tail", n: 2, output: true })).toEqual([
        [1, 1, ["1 + 1", "2"]],
        [1, 2, ["let x", null]],
      ]);
    }
  });

  it.each([{}, { hist_access_type: "all" }, { hist_access_type: "search", pattern: 5 }])(
    "answers the request %j with what was expected",
    (request) => {
      expect(open().query(request)).toMatch(/must be .* got/);
    },
  );

  it("of a session that leaves no trace is its own alone", () => {
    const history = ran(new History(null), "a");
    history.end(1, "b");
    expect(history.query({ hist_access_type: "tail", output: true })).toEqual([[1, 1, ["a", "b"]]]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("gives back every input as it was, in a later session", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1, maxLength: 5 }), (inputs) => {
        ran(open(), ...inputs);
        const found = open().query({ hist_access_type: "tail", n: inputs.length });
        expect((found as [number, number, string][]).map(([, , input]) => input)).toEqual(inputs);
      }),
      { numRuns: 30 },
    );
  });
});

describe("The files of the history", () => {
  it("are of one session each, whose number nobody else has, though both began at the same time", () => {
    const [one, other] = [open(), open()];
    expect([one.session, other.session]).toEqual([1, 1]);
    ran(one, "a");
    ran(other, "b");
    expect([one.session, other.session]).toEqual([1, 2]);
    expect(open().query({ hist_access_type: "tail" })).toEqual([
      [1, 1, "a"],
      [2, 1, "b"],
    ]);
  });

  it("are read by their owner alone, and are not made before a cell has run", () => {
    const history = open();
    history.query({ hist_access_type: "tail" });
    expect(readdirSync(folder)).toEqual([]);
    ran(history, "secret");
    const [file] = readdirSync(folder);
    expect(statSync(join(folder, file!)).mode & 0o777).toBe(0o600);
  });

  it("may have broken lines, which are left out", () => {
    ran(open(), "a", "b");
    const [file] = readdirSync(folder);
    appendFileSync(
      join(folder, file!),
      '{"line":3,"in\n\u0000\n5\n{"line":"4","input":"x"}\n{"line":9,"output":"of nothing"}\n',
    );
    appendFileSync(join(folder, file!), '{"line":3,"input":"c"}\n{"line":4,"inp');
    const history = open();
    expect(history.query({ hist_access_type: "tail" })).toEqual([
      [1, 1, "a"],
      [1, 2, "b"],
      [1, 3, "c"],
    ]);
  });

  it("are taken away when there are too many, the oldest first", () => {
    for (let session = 1; session <= 600; session++)
      writeFileSync(join(folder, `session-${String(session).padStart(6, "0")}.jsonl`), "");
    ran(open(), "a");
    const names = readdirSync(folder).toSorted();
    expect(names).toHaveLength(500);
    expect(names.at(-1)).toBe("session-000601.jsonl");
  });

  it("that cannot be written are left alone, with one line that says so, and the session has its own history", () => {
    writeFileSync(join(folder, "file"), "");
    const history = new History(new HistoryFiles(join(folder, "file", "below"), (line) => logged.push(line)));
    ran(history, "a", "b");
    expect(logged).toHaveLength(1);
    expect(history.query({ hist_access_type: "tail" })).toHaveLength(2);
  });
});

describe("A pattern", () => {
  it.each([
    ["a*c", "abbc", true],
    ["a*c", "abbcd", false],
    ["*", "one\ntwo", true],
    ["a?c", "abc", true],
    ["a?c", "ac", false],
    ["[a-c]x", "bx", true],
    ["[!a-c]x", "bx", false],
    ["[]x]", "]", true],
    ["1+1", "1+1", true],
    ["a.c", "abc", false],
    ["[z-a]", "b", false],
    ["[unclosed", "[unclosed", true],
    ["a\\b", "a\\b", true],
  ])("%j fits %j: %j", (glob, text, fits) => {
    expect(globPattern(glob).test(text)).toBe(fits);
  });

  it("is never a broken regular expression, and one without special characters fits itself alone", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string(), (glob, text) => {
        const pattern = globPattern(glob);
        if (/[*?[]/u.test(glob)) return true;
        return pattern.test(glob) && pattern.test(text) === (glob === text);
      }),
    );
    expect(globPattern("[").test("[")).toBe(true);
  });
});
