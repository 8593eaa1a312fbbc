import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PROGRESS_MIME, renderProgress, type ProgressData } from "../../renderers/progress.ts";
import { elements, textOf, type Element } from "./markup.ts";
import { expectSafe } from "./safe.ts";

/** A bar with the rate that its steps and seconds come to. */
function data(changes: Partial<ProgressData> = {}): ProgressData {
  const { completed = 30, seconds = 10 } = changes;
  return {
    kind: "progress",
    description: "",
    completed: 30,
    total: 120,
    unit: "batch",
    seconds: 10,
    rate: seconds > 0 ? completed / seconds : null,
    values: {},
    state: "running",
    ...changes,
  };
}

function plain(changes: Partial<ProgressData> = {}): unknown {
  return renderProgress(data(changes))["text/plain"];
}

function view(changes: Partial<ProgressData> = {}): Element {
  return expectSafe(String(renderProgress(data(changes))["text/html"]));
}

/** Widths of the boxes that the bar is made of. */
function widths(root: Element): number[] {
  return elements(root).flatMap(({ attributes }) => {
    const width = /width:(\d+)px/u.exec(attributes.get("style") ?? "")?.[1];
    return width === undefined ? [] : [Number(width)];
  });
}

describe("renderProgress", () => {
  test("says how many of how many, how fast and how long still, in text", () => {
    expect(plain()).toBe(" 25% |█████               | 30/120 · 0:10 · 3 batch/s · 0:30 left");
  });

  test("leaves out what nobody knows", () => {
    expect(plain({ total: null })).toBe("30 batch · 0:10 · 3 batch/s");
    expect(plain({ completed: 0, seconds: 0 })).toBe("  0% |                    | 0/120 · 0:00");
  });

  test("shows the description, values, and slow steps by their seconds", () => {
    expect(
      plain({ description: "epoch 1", values: { loss: "0.5" }, completed: 4, total: 4, state: "done" }),
    ).toBe("epoch 1: 100% |████████████████████| 4/4 · 0:10 · 2.5 s/batch · loss 0.5");
  });

  test("writes long times with hours, and large numbers in groups", () => {
    expect(plain({ completed: 7200, total: 14_400, seconds: 7200, unit: "it" })).toBe(
      " 50% |██████████          | 7,200/14,400 · 2:00:00 · 1 it/s · 2:00:00 left",
    );
  });

  test("tells what is left by the rate of now", () => {
    expect(plain({ rate: 1 })).toBe(" 25% |█████               | 30/120 · 0:10 · 1 batch/s · 1:30 left");
  });

  test("says in words how a loop has ended that did not come to its end", () => {
    expect(plain({ state: "interrupted" })).toContain("(interrupted)");
    expect(textOf(view({ state: "stopped" }))).toContain("stopped");
    expect(textOf(view({ state: "done" }))).not.toContain("done");
  });

  test("fills the bar by the share that is done, and wholly when a loop without total has ended", () => {
    expect(widths(view())).toEqual([45, 135]);
    expect(widths(view({ total: null }))).toEqual([180]);
    expect(widths(view({ total: null, state: "done" }))).toEqual([180]);
    expect(widths(view({ completed: 500 }))).toEqual([180]);
    expect(widths(view({ completed: 0, total: 0 }))).toEqual([180]);
  });

  test("carries the data for front ends that draw it themselves", () => {
    expect(renderProgress(data())[PROGRESS_MIME]).toEqual(data());
  });

  test("stays safe markup whatever the texts are", () => {
    fc.assert(
      fc.property(fc.string(), fc.dictionary(fc.string(), fc.string()), (description, values) => {
        expect(textOf(view({ description, values }))).toContain("30/120");
      }),
    );
  });
});
