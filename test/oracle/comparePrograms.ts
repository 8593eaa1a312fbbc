import { afterEach, expect, test, vi } from "vitest";
import torch from "../../runtime/index.ts";
import { Page, type Program } from "./programs/page.ts";

/** What a program printed when PyTorch ran it. */
export interface ProgramAnswers {
  readonly name: string;
  readonly lines: readonly string[];
}

/** Tests that each program prints what PyTorch printed. What they warn of is not shown. */
export function comparePrograms(
  answers: readonly ProgramAnswers[],
  programs: Readonly<Record<string, Program>>,
): void {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test("every program that PyTorch ran is here, and no other", () => {
    expect(Object.keys(programs).toSorted()).toEqual(answers.map(({ name }) => name).toSorted());
  });

  test.each(answers)("the program '$name' prints what PyTorch prints", ({ name, lines }) => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const page = new Page();
    torch.manual_seed(0);
    programs[name]?.(page);
    expect(page.lines).toEqual(lines);
  });
}
