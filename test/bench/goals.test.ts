import { describe, expect, test } from "vitest";
import { goals, judge, limitsOf, limitText, type Goal } from "../../bench/goals.ts";
import { groups } from "../../bench/rows/index.ts";

const goal: Goal = {
  name: "some",
  limits: [
    { of: "geometric mean", most: 1.5 },
    { of: "each", most: 4 },
  ],
  withBlas: [{ of: "each", most: 1 }],
  sinceNode: 24,
};
const wasm = { nodeMajor: 24, blas: false };

function ratios(...values: readonly number[]): { row: string; ratio: number }[] {
  return values.map((ratio, position) => ({ row: `row ${position}`, ratio }));
}

describe("a goal", () => {
  test("is met when all of its limits hold", () => {
    const verdict = judge(goal, ratios(0.5, 3), 0, wasm);
    expect(verdict?.met).toBe(true);
    expect(verdict?.mean).toBeCloseTo(Math.sqrt(1.5), 12);
    expect(verdict?.worst).toEqual({ row: "row 1", ratio: 3 });
  });

  test("is not met by a mean above its limit, nor by one row above another", () => {
    expect(judge(goal, ratios(1.6, 1.5), 0, wasm)?.met).toBe(false);
    expect(judge(goal, ratios(0.1, 4.1), 0, wasm)?.met).toBe(false);
  });

  test("is not met while one of its rows was not measured", () => {
    expect(judge(goal, ratios(1), 1, wasm)?.met).toBe(false);
    expect(judge(goal, [], 2, wasm)).toBeNull();
  });

  test("says nothing about an earlier Node than it is meant for", () => {
    expect(limitsOf(goal, { nodeMajor: 20, blas: false })).toBeNull();
    expect(judge(goal, ratios(9), 0, { nodeMajor: 20, blas: false })?.met).toBeNull();
  });

  test("has other limits with a BLAS", () => {
    expect(judge(goal, ratios(1.2), 0, { nodeMajor: 24, blas: true })?.met).toBe(false);
  });

  test("reads as people write it", () => {
    expect(limitText(goal.limits)).toBe("geometric mean ≤ 1.5, each ≤ 4");
  });
});

describe("the table of goals", () => {
  test("has each goal that a row names, and a row for each goal", () => {
    const named = new Set(groups.flatMap(({ rows }) => rows.flatMap((row) => row.goals)));
    expect([...named].toSorted()).toEqual(goals.map(({ name }) => name).toSorted());
  });
});
