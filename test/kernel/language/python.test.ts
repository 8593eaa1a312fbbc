import { describe, expect, it } from "vitest";
import { parseCell } from "../../../kernel/language/parse.ts";
import { insteadOfPythonName } from "../../../kernel/language/python.ts";

describe("A cell of Python", () => {
  it.each([
    ["import torch", "import torch, { nn, optim }"],
    ["import torch\nx = torch.ones(2)", "import torch, { nn, optim }"],
    ["from torch import nn", "import torch, { nn, optim }"],
    ["with torch.no_grad():\n    y = 1", "torch.no_grad(() => { … })"],
    ["def forward(self, x):\n    return x", "forward(x: Tensor)"],
    ["class Net(nn.Module):\n    pass", "class Net extends nn.Module"],
    ["for i in range(3):\n    f(i)", "for (let i = 0; i < 3; i++)"],
    ["for x in xs:\n    f(x)", "for (const item of list)"],
    ["if x > 3:\n    f(x)", "if (condition) {"],
    ["squares = [i * i for i in xs]", "list.map("],
    ['console.log(f"loss {x}")', "`loss: ${"],
    ["x[0, :]", 'x.index("0, 1:3")'],
    ["const f = lambda x: x", "(x) => x.mul(2)"],
    ["const y = a if b else c", "condition ? x : y"],
    ["const y = a @ b", "x.matmul(y)"],
    ["x = 1  # one", "// a comment"],
    ["x is not None", "x === null"],
    ["assert x", "throw new Error"],
  ])("is told what to write instead: %s", (source, instead) => {
    expect(() => parseCell(source, "Cell[1]")).toThrow(`Python writes it so; here it is: `);
    expect(() => parseCell(source, "Cell[1]")).toThrow(instead);
  });

  it("is not seen in TypeScript that does not parse", () => {
    for (const source of ["const x = ;", "f(1, 2", "if (x) { y", "const o = { a: 1, b: [1, 2 };"])
      expect(() => parseCell(source, "Cell[1]")).not.toThrow(/Python/u);
  });

  it("has names that are called, parts of modules, and constants", () => {
    expect(insteadOfPythonName("print", "(x)")).toContain("console.log(x)");
    expect(insteadOfPythonName("np", ".array([1])")).toContain("tensor");
    expect(insteadOfPythonName("None", ";")).toContain("null");
    expect([insteadOfPythonName("input", ".shape"), insteadOfPythonName("toString", "()")]).toEqual([
      null,
      null,
    ]);
  });
});
