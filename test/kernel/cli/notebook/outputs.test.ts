import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { OutputMessage } from "../../../../kernel/client/index.ts";
import { OutputCollector } from "../../../../kernel/cli/notebook/outputs.ts";
import type { Output } from "../../../../kernel/cli/notebook/types.ts";
import { message } from "../fixtures.ts";

const stream = (text: string, name: "stdout" | "stderr" = "stdout"): OutputMessage =>
  message("stream", { name, text });
const display = (text: string, id?: string): OutputMessage =>
  message("display_data", {
    data: { "text/plain": text },
    metadata: {},
    transient: id === undefined ? {} : { display_id: id },
  });
const update = (text: string, id: string): OutputMessage =>
  message("update_display_data", {
    data: { "text/plain": text },
    metadata: {},
    transient: { display_id: id },
  });

/** The outputs of one cell after these messages. */
function fold(...messages: readonly OutputMessage[]): Output[] {
  const collector = new OutputCollector();
  for (const one of messages) collector.accept(0, one);
  return collector.outputs(0);
}

/** Cuts a text into pieces of these lengths and the rest. */
function chunksOf(text: string, lengths: readonly number[]): string[] {
  let rest = text;
  const chunks = lengths.map((length) => {
    const chunk = rest.slice(0, length);
    rest = rest.slice(length);
    return chunk;
  });
  return [...chunks, rest];
}

const textOf = (output: Output | undefined): unknown =>
  output !== undefined && "data" in output ? output.data["text/plain"] : undefined;

describe("OutputCollector", () => {
  test("folding stream text gives the same output however it was cut", () => {
    const terminalText = fc.string({ unit: fc.constantFrom("a", "b", "\n", "\r", "\b", "🙂", "\u001b[31m") });
    fc.assert(
      fc.property(terminalText, fc.array(fc.nat(5)), (text, lengths) => {
        expect(fold(...chunksOf(text, lengths).map((chunk) => stream(chunk)))).toEqual(fold(stream(text)));
      }),
    );
  });

  test("keeps the order of stdout, stderr and displays, and joins only neighbours of one stream", () => {
    const outputs = fold(
      stream("a"),
      stream("b"),
      stream("c", "stderr"),
      stream("d"),
      display("e"),
      stream("f"),
    );
    expect(outputs.map((output) => (output.output_type === "stream" ? output.text : textOf(output)))).toEqual(
      ["ab", "c", "d", "e", "f"],
    );
  });

  test("an update changes every display of its id, in earlier cells too", () => {
    const collector = new OutputCollector();
    collector.accept(0, display("old", "x"));
    collector.accept(0, display("other", "y"));
    collector.accept(1, display("new", "x"));
    collector.accept(2, update("newest", "x"));
    expect(collector.outputs(0).map(textOf)).toEqual(["newest", "other"]);
    expect(collector.outputs(1).map(textOf)).toEqual(["newest"]);
    expect(collector.outputs(2)).toEqual([]);
  });

  test("an update of an id that nobody showed changes nothing", () => {
    expect(fold(display("a", "x"), update("b", "y")).map(textOf)).toEqual(["a"]);
  });

  test("clear_output clears at once without wait", () => {
    expect(fold(stream("a"), message("clear_output", { wait: false }))).toEqual([]);
  });

  test("clear_output with wait clears when the next output comes, and not before", () => {
    const wait = message("clear_output", { wait: true });
    expect(fold(stream("a"), wait)).toHaveLength(1);
    expect(fold(stream("a"), wait, stream("b"))).toEqual([
      { output_type: "stream", name: "stdout", text: "b" },
    ]);
    expect(fold(stream("a"), wait, display("b"), display("c")).map(textOf)).toEqual(["b", "c"]);
  });

  test("keeps the result with its prompt number, and the error with its traceback", () => {
    const collector = new OutputCollector();
    collector.accept(0, message("execute_input", { code: "x", execution_count: 4 }));
    collector.accept(
      0,
      message("execute_result", {
        data: { "text/plain": "7" },
        metadata: {},
        transient: {},
        execution_count: 4,
      }),
    );
    collector.accept(1, message("error", { ename: "TypeError", evalue: "no", traceback: ["a", "b"] }));
    expect(collector.executionCount(0)).toBe(4);
    expect(collector.outputs(0)).toEqual([
      { output_type: "execute_result", execution_count: 4, data: { "text/plain": "7" }, metadata: {} },
    ]);
    expect(collector.outputs(1)).toEqual([
      { output_type: "error", ename: "TypeError", evalue: "no", traceback: ["a", "b"] },
    ]);
  });
});
