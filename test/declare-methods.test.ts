/** What `npm run build` writes out of the tensor's methods, and of what namespaces hand on. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Tensor } from "../runtime/index.ts";
import * as linalg from "../runtime/linalg.ts";
import * as functional from "../runtime/nn/functional.ts";
import * as special from "../runtime/ops/elementwise/special.ts";
import * as operators from "../runtime/ops/methods.ts";
import * as torch from "../runtime/torch.ts";

function read(name: string): string {
  return readFileSync(join(import.meta.dirname, "../dist/runtime", name), "utf8");
}

const text = read("tableMethods.d.ts");
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

const inherited = [
  "autograd/methods.d.ts",
  "creation/like.d.ts",
  "deviceMethods.d.ts",
  "elementMethods.d.ts",
  "interop.d.ts",
  "methods.d.ts",
  "ops/shaping/layoutMethods.d.ts",
  "randomMethods.d.ts",
  "tableMethods.d.ts",
];

describe("Methods of a tensor", () => {
  it.each(inherited)("are the same for all tensors: none in %s has the type this", (name) => {
    expect(read(name)).not.toMatch(/\): this\b/u);
  });
});

/** Values that are types, too, and names that no constant may have: they are handed on. */
const handedOn = new Set(["device", "var"]);

function isFunction(value: unknown): boolean {
  return typeof value === "function" && !/^class\b/u.test(Function.prototype.toString.call(value));
}

describe.each([
  ["torch.d.ts", torch],
  ["linalg.d.ts", linalg],
  ["nn/functional.d.ts", functional],
  ["ops/elementwise/special.d.ts", special],
])(
  "The package's declarations of the namespace in %s",
  (name, namespace: Readonly<Record<string, unknown>>) => {
    const written = read(name);
    const constants = [...written.matchAll(/^export declare const (\w+): typeof import\(/gmu)].map(
      ([, constant = ""]) => constant,
    );
    const others = [...written.matchAll(/^export (?:\{ \w+ as (\w+) \}|\* as (\w+)) from/gmu)].map(
      ([, alias, whole]) => alias ?? whole ?? "",
    );

    it("name everything that it has", () => {
      const own = [...written.matchAll(/^export declare (?:const|function) (\w+)\b/gmu)].map(
        ([, each = ""]) => each,
      );
      const named = new Set([...constants, ...others, ...own]);
      expect(Object.keys(namespace).filter((each) => !named.has(each))).toEqual([]);
    });

    it("declare its functions there, so that none but the one that is asked for is looked at", () => {
      expect(others.filter((each) => isFunction(namespace[each]) && !handedOn.has(each))).toEqual([]);
    });

    it("say nothing twice", () => {
      const all = [...constants, ...others];
      expect(all.filter((each, index) => all.indexOf(each) !== index)).toEqual([]);
    });
  },
);
