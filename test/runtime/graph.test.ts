import { expect, test } from "vitest";
import torch from "../../runtime/index.ts";

test("a graph has the functions, the leaves with their gradients, and the shapes between them", () => {
  const a = torch.tensor([1, 2], { requires_grad: true });
  const b = torch.tensor(3, { requires_grad: true });
  const x = torch.tensor([4, 5], { requires_grad: true });
  const z = x.mul(a.add(b));
  z.sum().backward();
  const { nodes, edges } = torch.graph(z, { names: { a, b, x, z } });
  expect(nodes.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    "output z",
    "function MulBackward0",
    "leaf x",
    "function AddBackward0",
    "leaf a",
    "leaf b",
  ]);
  expect(edges).toEqual([
    { from: 1, to: 0, shape: [2] },
    { from: 2, to: 1, shape: [2] },
    { from: 3, to: 1, shape: [2] },
    { from: 4, to: 3, shape: [2] },
    { from: 5, to: 3, shape: [] },
  ]);
  expect(nodes[5]!.tensor!.grad).toEqual({ shape: [], repr: "tensor(9.)" });
});

test("a leaf that is used twice is one node with two edges", () => {
  const x = torch.ones([], { requires_grad: true });
  const { nodes, edges } = torch.graph(x.mul(x));
  expect(nodes.filter(({ kind }) => kind === "leaf")).toHaveLength(1);
  expect(edges).toHaveLength(3);
});

test("a tensor without history is refused with the way to get one", () => {
  expect(() => torch.graph(torch.ones(2))).toThrow("requires_grad: true");
});

test("a snapshot counts what is not finite and does not follow later writes", () => {
  const x = torch.tensor([1, Number.NaN, Infinity, -3]);
  const snapshot = torch.snapshot(x);
  x.zero_();
  expect(snapshot.statistics).toEqual({ min: -3, max: 1, mean: -1, nan: 1, inf: 1 });
  expect([...(snapshot.values as Float32Array)]).toEqual([1, Number.NaN, Infinity, -3]);
});

test("a snapshot of int64 keeps its digits", () => {
  const { statistics, values } = torch.snapshot(torch.tensor([2n ** 60n + 1n]));
  expect([statistics.max, values[0]]).toEqual([2n ** 60n + 1n, 2n ** 60n + 1n]);
});
