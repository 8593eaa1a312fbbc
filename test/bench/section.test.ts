import { expect, test } from "vitest";
import { sectionOf, withSection } from "../../bench/section.ts";

const page = "# Results\n\n## A\n\none\n\n### inner\n\ntwo\n\n## B\n\nthree\n";

test("a section reaches to the next of its kind, with what is below it", () => {
  expect(sectionOf(page, "A")).toBe("## A\n\none\n\n### inner\n\ntwo");
  expect(sectionOf(page, "B")).toBe("## B\n\nthree");
  expect(sectionOf(page, "C")).toBeNull();
});

test("a section is written in the place of the one that is there, and otherwise at the end", () => {
  expect(withSection(page, "A", "## A\n\n$& new\n")).toBe("# Results\n\n## A\n\n$& new\n\n## B\n\nthree\n");
  expect(withSection(page, "B", "## B\n\nnew")).toBe(page.replace("three", "new"));
  expect(withSection(page, "C", "## C\n\nnew")).toBe(`${page}\n## C\n\nnew\n`);
});
