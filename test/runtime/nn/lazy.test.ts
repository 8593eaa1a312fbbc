import { expect, test } from "vitest";
import torch, { nn, optim, Tensor } from "../../../runtime/index.ts";

test("parameters stay the same objects, so that an optimizer that was made before keeps them", () => {
  const model = new nn.Sequential(new nn.LazyLinear(4), new nn.ReLU(), new nn.LazyLinear(1));
  const before = [...model.parameters()];
  expect(before.map(String)).toEqual(Array<string>(4).fill("<UninitializedParameter>"));
  expect(before.every((parameter) => parameter instanceof nn.UninitializedParameter)).toBe(true);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.5 });
  const x = torch.ones(2, 3);
  const first = model(x).square().mean();
  first.backward();
  optimizer.step();
  const after = [...model.parameters()];
  expect(after.every((parameter, index) => parameter === before[index])).toBe(true);
  expect(after.map(({ shape }) => shape)).toEqual([[4, 3], [4], [1, 4], [1]]);
  expect(after.some((parameter) => parameter instanceof nn.UninitializedParameter)).toBe(false);
  expect(model(x).square().mean().item()).not.toBe(first.item());
  expect(model[0]!.constructor).toBe(nn.Linear);
});

test("has no shape before the first input, and says how it comes to one", () => {
  const layer = new nn.LazyConv2d(3, 2);
  expect(() => layer.weight.shape).toThrow(
    expect.objectContaining({
      name: "RuntimeError",
      message: expect.stringContaining("Call `forward` to initialize the parameters"),
    }),
  );
  expect(() => layer(torch.randn(2))).toThrow("Expected 3D (unbatched) or 4D (batched) input to LazyConv2d");
  expect(String(new nn.UninitializedBuffer())).toBe("<UninitializedBuffer>");
  const own = new nn.UninitializedParameter();
  own.materialize([2, 3], { dtype: torch.float64 });
  expect([own.shape, own.dtype.name, own.constructor]).toEqual([[2, 3], "float64", nn.Parameter]);
});

test("changes its dtype before the first input", () => {
  const layer = new nn.LazyBatchNorm1d().double();
  const output = layer(torch.randn(3, 2).double());
  expect([output.dtype, layer.weight!.dtype, layer.running_mean!.dtype]).toEqual(
    Array(3).fill(torch.float64),
  );
});

test("runs hooks of its first call, and becomes complete once", () => {
  const layer = new nn.LazyLinear(2);
  const seen: string[] = [];
  layer.register_forward_hook((module, _args, output) => {
    seen.push(`${module.constructor.name} ${output instanceof Tensor ? output.shape.join() : ""}`);
  });
  layer(torch.ones(1, 3));
  const weight = layer.weight.clone();
  layer(torch.ones(4, 3));
  expect(seen).toEqual(["Linear 1,2", "Linear 4,2"]);
  expect(torch.equal(layer.weight, weight)).toBe(true);
});

test("an input that does not fit what was loaded is refused with both shapes", () => {
  const layer = new nn.LazyLinear(2);
  layer.load_state_dict(new nn.Linear(3, 2).state_dict());
  expect(() => layer(torch.ones(1, 4))).toThrow(
    "The sizes inferred from input are not equal to those of self.weight: [2, 4] and [2, 3]",
  );
});

test("a state that does not fit leaves tensors without shapes as they were", () => {
  const net = new nn.Sequential(new nn.LazyLinear(2), new nn.Linear(2, 1));
  const other = new nn.Sequential(new nn.Linear(3, 2), new nn.Linear(2, 3));
  expect(() => net.load_state_dict(other.state_dict())).toThrow("size mismatch for 1.weight");
  expect(String(net[0].weight)).toBe("<UninitializedParameter>");
  expect(net(torch.ones(1, 5)).shape).toEqual([1, 1]);
});

test("a lazy module has its sizes from an input by name too", () => {
  const layer = new nn.LazyLinear(2);
  expect(layer({ input: torch.ones(1, 3) }).shape).toEqual([1, 2]);
  expect(String(layer)).toBe("Linear(in_features=3, out_features=2, bias=True)");
});
