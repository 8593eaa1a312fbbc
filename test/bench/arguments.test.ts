import { describe, expect, test } from "vitest";
import { readArguments, UsageError } from "../../bench/arguments.ts";

const read = (line: string): ReturnType<typeof readArguments> =>
  readArguments(line === "" ? [] : line.split(" "), ["pointwise", "memory"]);

describe("the benchmark's command line", () => {
  test("without words asks for everything, on this Node, and for the results file", () => {
    expect(read("")).toEqual({
      rows: [],
      groups: [],
      threads: [1, 2],
      nodes: [process.execPath],
      peers: ["PyTorch", "tfjs-wasm", "tfjs-cpu", "jax-js"],
      quick: false,
      list: false,
      help: false,
      out: "bench/RESULTS.md",
    });
  });

  test("writes no file for a part of the rows, unless one is named", () => {
    expect(read("--row add").out).toBeNull();
    expect(read("--group memory").out).toBeNull();
    expect(read("--quick").out).toBeNull();
    expect(read("--row add --out some.md").out).toBe("some.md");
  });

  test("collects what may be repeated", () => {
    const options = read("--row add --row exp --node a --node b --group pointwise --threads 1,4");
    expect(options.rows).toEqual(["add", "exp"]);
    expect(options.nodes).toEqual(["a", "b"]);
    expect(options.groups).toEqual(["pointwise"]);
    expect(options.threads).toEqual([1, 4]);
  });

  test("knows peers whatever their case, and nobody", () => {
    expect(read("--peers pytorch,TFJS-wasm").peers).toEqual(["PyTorch", "tfjs-wasm"]);
    expect(read("--peers none").peers).toEqual([]);
  });

  test.each([
    ["--threads 0", 'expected whole numbers above 0 separated by commas, like 1,2; got "0"'],
    ["--threads 1,two", 'got "1,two"'],
    ["--group convolutions", 'there is no group "convolutions". There are pointwise, memory'],
    ["--peers numpy", '"numpy" is unknown. There are PyTorch, tfjs-wasm, tfjs-cpu, jax-js'],
    ["--rwo add", "--rwo"],
    ["stray", "stray"],
  ])("explains %s", (line, message) => {
    expect(() => read(line)).toThrow(UsageError);
    expect(() => read(line)).toThrow(message);
    expect(() => read(line)).toThrow("--list"); // the usage follows
  });
});
