/** What `npm run build` writes out of the tensor's methods. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Tensor } from "../runtime/index.ts";
import * as operators from "../runtime/ops/methods.ts";

const text = readFileSync(join(import.meta.dirname, "../dist/runtime/tableMethods.d.ts"), "utf8");
const declared = [...text.matchAll(/^ {4}readonly (\w+):/gmu)].map(([, name = ""]) => name);

/** Its items need not be written as positions alone: `runtime/methods.ts` declares it. */
const elsewhere = "index_put_";

describe("The package's declarations of a tensor's methods", () => {
  it("name each operator of the list, and its in-place form, once", () => {
    const expected = Object.entries(operators).flatMap(([name, { inPlace }]) =>
      inPlace ? [name, `${name}_`] : [name],
    );
    expect(declared.toSorted()).toEqual(expected.filter((name) => name !== elsewhere).toSorted());
  });

  it("name nothing that a tensor does not have", () => {
    expect(declared.filter((name) => !(name in Tensor.prototype))).toEqual([]);
  });

  it("document every one of them", () => {
    const documented = [...text.matchAll(/\*\/\n {4}readonly (\w+):/gu)].map(([, name]) => name);
    expect(documented).toEqual(declared);
  });

  it("show in editors as a tensor's", () => {
    expect(text).toContain("interface Tensor {");
  });
});
