/** What the compiler knows of shapes and dtypes. `npm run types` checks these lines; running them checks that the values agree. */
import { expect, expectTypeOf, test } from "vitest";
import torch, { nn, optim, Tensor, type Shape } from "../../runtime/index.ts";

test("data gives its shape and dtype", () => {
  const matrix = torch.tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expectTypeOf(matrix).toEqualTypeOf<Tensor<[2, 3], "float32">>();
  expectTypeOf(torch.tensor([0n, 1n])).toEqualTypeOf<Tensor<[2], "int64">>();
  expectTypeOf(torch.tensor([true, false])).toEqualTypeOf<Tensor<[2], "bool">>();
  expectTypeOf(torch.tensor(1, { dtype: torch.float64 })).toEqualTypeOf<Tensor<[], "float64">>();
  expect([matrix.shape, matrix.dtype.name]).toEqual([[2, 3], "float32"]);
});

function home(device: torch.device): string {
  return device.type;
}

test("torch.device is a type as well as a function", () => {
  expect(home(torch.device("cpu"))).toBe("cpu");
  expect(home(torch.zeros(1).device)).toBe("cpu");
});

test("sizes give a shape, as an array and as separate numbers", () => {
  expectTypeOf(torch.zeros([2, 3])).toEqualTypeOf<Tensor<readonly [2, 3], "float32">>();
  expectTypeOf(torch.zeros(2, 3)).toEqualTypeOf<Tensor<readonly [2, 3], "float32">>();
  expectTypeOf(torch.zeros([2, 3], { dtype: torch.int64 })).toEqualTypeOf<Tensor<readonly [2, 3], "int64">>();
  expectTypeOf(torch.rand(2, 3, { requires_grad: true })).toEqualTypeOf<Tensor<[2, 3], "float32">>();
});

test("elementwise results have the broadcast shape", () => {
  const sum = torch.zeros([2, 3]).add(torch.ones([3]));
  expectTypeOf(sum).toEqualTypeOf<Tensor<[2, 3], "float32">>();
  const column = torch.zeros([2, 1]).mul(torch.ones([1, 4]));
  expectTypeOf(column).toEqualTypeOf<Tensor<[2, 4], "float32">>();
  expectTypeOf(torch.zeros([2]).mul(2.5)).toExtend<Tensor<Shape, "float32">>();
  expect(column.shape).toEqual([2, 4]);
});

test("products of matrices have their outer sizes, and transposes are turned", () => {
  const product = torch.zeros([2, 3]).matmul(torch.zeros([3, 5]));
  expectTypeOf(product).toEqualTypeOf<Tensor<[2, 5], "float32">>();
  expectTypeOf(torch.zeros([2, 3]).t()).toEqualTypeOf<Tensor<[3, 2], "float32">>();
  expect(product.shape).toEqual([2, 5]);
});

test("reductions of everything are scalars, comparisons are bool", () => {
  expectTypeOf(torch.zeros([2, 3]).sum()).toEqualTypeOf<Tensor<[], "float32">>();
  expectTypeOf(torch.zeros([2, 3]).gt(0)).toExtend<Tensor<[2, 3], "bool">>();
  expectTypeOf(torch.zeros([2, 3]).argmax()).toEqualTypeOf<Tensor<Shape, "int64">>();
});

test("an element is a number unless the dtype says otherwise", () => {
  const loss: Tensor = torch.ones(2).sum();
  expectTypeOf(loss.item()).toEqualTypeOf<number>();
  expectTypeOf(torch.tensor(true).item()).toEqualTypeOf<boolean>();
  expectTypeOf(torch.tensor(1n).item()).toEqualTypeOf<number>();
  expect(loss.item().toFixed(1)).toBe("2.0");
});

test("a variable may become a tensor of another shape and dtype", () => {
  let x = torch.zeros(2, 3);
  const wide: Tensor = x;
  x = x.view(-1);
  x = x.long();
  x = wide;
  x = torch.zeros(4).gt(0);
  const exact: Tensor<[2, 3], "float32"> = x;
  let rows = [torch.zeros(2), torch.ones(3, 4)];
  rows = [...wide.unbind()];
  // @ts-expect-error -- a tensor is no text
  const text: string = wide;
  // @ts-expect-error -- a number is no tensor
  x = 1;
  expect([exact.shape, rows.length, Object.is(text, wide)]).toEqual([[4], 2, true]);
});

test("sizes are numbers that can be taken apart, and may be compared with any", () => {
  const [rows, columns] = torch.zeros(2, 3).shape;
  expectTypeOf(rows * columns).toEqualTypeOf<number>();
  let x = torch.zeros(2, 3);
  x = x.flatten();
  expect(x.dtype === torch.int64).toBe(false);
  expect([x.shape.length === 1, x.shape[0] === 6, x.size().length === 1]).toEqual([true, true, true]);
});

test("lists of a known depth can be walked, and those of another say theirs", () => {
  expectTypeOf(torch.zeros(2, 3).tolist()).toEqualTypeOf<number[][]>();
  expectTypeOf(torch.zeros(2).gt(0).tolist()).toEqualTypeOf<boolean[]>();
  expectTypeOf(torch.zeros(2).sum().tolist()).toEqualTypeOf<number>();
  const wide: Tensor = torch.zeros(2, 3);
  const doubled: number[][] = wide.tolist().map((row: number[]) => row.map((value) => value * 2));
  const told: number[][] = wide.tolist();
  expect([doubled, told]).toEqual([wide.tolist(), wide.tolist<number[][]>()]);
});

test("gradients and functions are read as in Python, without a check for null", () => {
  const x = torch.ones(2, { requires_grad: true });
  const y = x.mul(2).sum();
  y.backward();
  expect(x.grad.add(1).tolist()).toEqual([3, 3]);
  expect(y.grad_fn.next_functions[0]![0].name()).toBe("MulBackward0");
  const [dx] = torch.autograd.grad({ outputs: x.pow(2).sum(), inputs: [x] });
  expect(dx!.tolist()).toEqual([2, 2]);
  x.grad = null;
  expect(x.grad === null).toBe(true);
  const optimizer: optim.Optimizer = new optim.SGD([x], { lr: 0.5 });
  expect(optimizer.param_groups[0]!["lr"]).toBe(0.5);
});

test("a typed array keeps its elements' type at run time", () => {
  expect(torch.tensor(new Float64Array([0.1, 0.2])).dtype).toBe(torch.float64);
});

test("Tensor alone is any of them, and sizes that nobody wrote down are wide", () => {
  const any: Tensor = torch.tensor([1n, 2n]);
  const size: number = any.numel();
  expectTypeOf(torch.zeros([size, 3]).add(1).shape).toExtend<readonly number[]>();
  const list: number[][] = [[1, 2]];
  expectTypeOf(torch.tensor(list)).toEqualTypeOf<Tensor<Shape, "float32">>();
  expect(any).toBeInstanceOf(Tensor);
});

test("modules know what they are made with, by position and by name", () => {
  const made = [
    new nn.Linear(3, 2),
    new nn.Linear(3, 2, true, { dtype: torch.float64 }),
    new nn.Linear(3, 2, { bias: false }),
    new nn.Linear(3, { out_features: 2 }),
    new nn.Linear({ in_features: 3, out_features: 2, bias: false }),
    new nn.MaxPool2d({ kernel_size: 2, stride: 1 }),
    new nn.Dropout(undefined, true),
  ];
  expect(made.map((module) => module.constructor.name)).toEqual([
    ...Array.from({ length: 5 }, () => "Linear"),
    "MaxPool2d",
    "Dropout",
  ]);
  const wrong = [
    // @ts-expect-error -- out_features is required
    () => new nn.Linear(3),
    // @ts-expect-error -- out_features is required
    () => new nn.Linear(3, { bias: false }),
    // @ts-expect-error -- in_features comes twice
    () => new nn.Linear(3, { in_features: 3, out_features: 2 }),
    // @ts-expect-error -- no such name
    () => new nn.Linear({ in_features: 3, out_features: 2, biass: true }),
    // @ts-expect-error -- no such name
    () => new nn.Conv2d(1, 2, 3, { strid: 2 }),
    // @ts-expect-error -- a number is needed
    () => new nn.Linear("3", 2),
    // @ts-expect-error -- parameters are needed
    () => new optim.SGD({ lr: 0.1 }),
  ];
  for (const call of wrong) expect(call).toThrow(TypeError);
});

function block(norm: new (features: number) => nn.Module, act: new () => nn.Module): nn.Module[] {
  return [new norm(2), new act()];
}

function twice(...args: ConstructorParameters<typeof nn.Conv2d>): nn.Conv2d[] {
  return [new nn.Conv2d(...args), new nn.Conv2d(...args)];
}

test("one of several classes can be made, and classes handed on", () => {
  const first: boolean = new Date().getTime() > 0;
  const model = new nn.Linear(2, 2);
  const pool = new (first ? nn.MaxPool2d : nn.AvgPool2d)(2, { stride: 1 });
  const norm = new (first ? nn.BatchNorm2d : nn.InstanceNorm2d)(2, { affine: true });
  const optimizer = new (first ? optim.SGD : optim.Adam)(model.parameters(), { lr: 1 });
  expect([pool.stride, norm.affine, optimizer.param_groups[0]!.lr]).toEqual([1, true, 1]);
  expect(block(nn.BatchNorm1d, nn.ReLU).map(String)).toHaveLength(2);
  expect(twice(1, 2, 3, { bias: false }).map(({ out_channels }) => out_channels)).toEqual([2, 2]);
});

class Residual extends nn.Module {
  readonly inner: nn.Module;

  constructor(inner: nn.Module) {
    super();
    this.inner = inner;
  }

  override forward(x: Tensor): Tensor {
    return x.add(this.inner(x));
  }
}

test("a module of any class can be called, and one of a known class takes what its class says", () => {
  const residual = new Residual(new nn.Identity());
  expectTypeOf(residual).parameters.toEqualTypeOf<[Tensor]>();
  expect(residual(torch.ones(2)).tolist()).toEqual([2, 2]);
});

test("one of many optimizers is made without knowing which, with what all of them take", () => {
  const parameters = [torch.ones(1, { requires_grad: true })];
  const names = [
    "SGD",
    "Adam",
    "AdamW",
    "RMSprop",
    "Adagrad",
    "Adadelta",
    "Adamax",
    "NAdam",
    "RAdam",
  ] as const;
  for (const name of names) {
    const optimizer = new optim[name](parameters, { lr: 0.25, weight_decay: 0 });
    expect(new optim[name](parameters, 0.25).param_groups[0]!.lr).toBe(0.25);
    expect(optimizer.param_groups[0]!.lr).toBe(0.25);
  }
  const withoutDecay = [optim.SGD, optim.Rprop, optim.LBFGS] as const;
  for (const Chosen of withoutDecay)
    expect(new Chosen(parameters, { lr: 0.25 }).param_groups[0]!.lr).toBe(0.25);
});

const weighted = (params: Record<string, Tensor>, x: Tensor): Tensor => x.mul(params["w"]!).sum();

test("gradients of functions are what the first argument is, and results for many examples tensors of any shape", () => {
  const each = torch.vmap(torch.func.grad(weighted), { in_dims: [null, 0] })(
    { w: torch.ones(2) },
    torch.ones(3, 2),
  );
  expectTypeOf(each).toEqualTypeOf<Record<string, Tensor>>();
  for (const [name, grads] of Object.entries(each)) expect([name, grads.shape]).toEqual(["w", [3, 2]]);
  const sums = torch.vmap((x: Tensor) => x.sum())(torch.ones(3, 2));
  expectTypeOf(sums).toEqualTypeOf<Tensor>();
  expect(sums.tolist<number[]>()).toEqual([2, 2, 2]);
});

test("a backward hook reads gradients as if they were there", () => {
  const layer = new nn.Linear(2, 1);
  const seen: unknown[] = [];
  layer.register_full_backward_hook((module, [grad_input], [grad_output]) => {
    seen.push(module === layer, grad_input === null, grad_output!.detach().shape);
  });
  layer.register_full_backward_hook((_module: nn.Module, grad_input: Tensor[], grad_output: Tensor[]) => {
    seen.push(grad_input.length, grad_output.length);
  });
  layer.register_full_backward_pre_hook((_module, grad_output) => [grad_output[0]!.mul(2)]);
  layer(torch.ones(3, 2, { requires_grad: true }))
    .sum()
    .backward();
  expect(seen).toEqual([true, false, [3, 1], 1, 1]);
});

test("a function without annotations that a transform is given is one of tensors", () => {
  const x = torch.tensor([1, 2]);
  const { func } = torch;
  const gradients = [
    func.grad((t) => t.square().sum())(x),
    func.grad((t, u) => t.mul(u).sum(), { argnums: 1 })(torch.tensor([2, 4]), x),
    func.grad_and_value((t) => t.square().sum())(x)[0],
    func.jacrev((t) => t.square().sum())(x),
    func.jacfwd((t) => t.square().sum())(x),
    func.jvp((t) => t.square(), [x], [torch.ones(2)])[1],
    func.vjp((t) => t.square(), x)[1](torch.ones(2)),
    func.linearize((t) => t.square(), x)[1](torch.ones(2)),
    torch.vmap((t, u) => t.mul(u))(x, torch.tensor([2, 2])),
  ];
  for (const gradient of gradients.flat() as Tensor[]) expect(gradient.tolist()).toEqual([2, 4]);
  expect((func.hessian((t) => t.square().sum())(x) as Tensor).tolist()).toEqual([
    [2, 0],
    [0, 2],
  ]);
  const ofParts = func.grad(({ a, b }: { a: Tensor; b: Tensor }) => a.mul(b).sum());
  expect(ofParts({ a: x, b: x }).a.tolist()).toEqual([1, 2]);
});
