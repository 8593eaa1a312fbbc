/** The ways to write a call: `npm run types` checks that the compiler takes them, running them that the runtime does. */
import { expect, expectTypeOf, test } from "vitest";
import torch, { F, type Tensor } from "../../runtime/index.ts";

const x = torch.tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
const y = torch.ones(2, 3);
const positions = torch.tensor([[0n], [1n]]);

function into(): Tensor {
  return torch.empty([0]);
}

test("a result can be written into a tensor of the caller", () => {
  const written: Tensor[] = [
    torch.add(x, y, { out: into() }),
    torch.add(x, y, { alpha: 2, out: into() }),
    torch.mul(x, 2, { out: into() }),
    torch.div(x, y, { rounding_mode: "floor", out: into() }),
    torch.pow(x, 2, { out: into() }),
    torch.gt(x, y, { out: torch.empty([0], { dtype: torch.bool }) }),
    torch.matmul(x, y.t(), { out: into() }),
    torch.exp(x, { out: into() }),
    torch.abs(x, { out: into() }),
    torch.clamp(x, 0, 1, { out: into() }),
    torch.sum(x, 1, { out: into() }),
    torch.mean(x, 1, { keepdim: true, out: into() }),
    torch.cumsum(x, 1, { out: into() }),
    torch.softmax(x, 1, { out: into() }),
    torch.addcmul(x, x, y, { value: 2, out: into() }),
    torch.gather(x, 1, positions, { out: into() }),
    torch.cat([x, y], { dim: 1, out: into() }),
    torch.stack([x, y], 0, { out: into() }),
  ];
  expect(written.every((result) => result.numel() > 0)).toBe(true);
});

test("arguments come by position, and the last ones by name", () => {
  const pairs: readonly (readonly [Tensor, Tensor])[] = [
    [x.add({ other: y }), x.add(y)],
    [x.add({ other: y, alpha: 2 }), x.add(y, { alpha: 2 })],
    [torch.pow(x, { exponent: 2 }), x.pow(2)],
    [x.matmul({ other: y.t() }), x.matmul(y.t())],
    [x.transpose({ dim0: 0, dim1: 1 }), x.t()],
    [x.transpose(0, { dim1: 1 }), x.t()],
    [x.masked_fill({ mask: x.gt(2), value: 0 }), x.masked_fill(x.gt(2), 0)],
    [x.index_select(1, { index: torch.tensor([0n]) }), x.narrow(1, 0, 1)],
    [x.narrow({ dim: 1, start: 0, length: 1 }), x.narrow(1, 0, 1)],
    [x.flip({ dims: [0] }), x.flip(0)],
    [x.repeat_interleave({ repeats: 2, dim: 1 }), x.repeat_interleave(2, 1)],
    [x.logical_and({ other: y }), x.logical_and(y)],
  ];
  for (const [named, plain] of pairs) expect(named.equal(plain)).toBe(true);
});

test("all arguments come by name", () => {
  const pairs: readonly (readonly [Tensor, Tensor])[] = [
    [torch.add({ input: x, other: y, alpha: 2 }), x.add(y, { alpha: 2 })],
    [torch.mul({ input: x, other: 3 }), x.mul(3)],
    [torch.pow({ input: x, exponent: 2 }), x.pow(2)],
    [torch.relu({ input: x }), x.relu()],
    [torch.sum({ input: x, dim: 1 }), x.sum(1)],
    [torch.std({ input: x, dim: 1, correction: 0 }), x.std(1, { correction: 0 })],
    [torch.argmax({ input: x, dim: 1 }), x.argmax(1)],
    [torch.clamp({ input: x, min: 2 }), x.clamp(2)],
    [torch.matmul({ input: x, other: y.t() }), x.matmul(y.t())],
    [torch.transpose({ input: x, dim0: 0, dim1: 1 }), x.t()],
    [torch.cat({ tensors: [x, y], dim: 1 }), torch.cat([x, y], 1)],
    [torch.max({ input: x, dim: 1 }).values, x.amax(1)],
    [torch.where({ condition: x.gt(2), input: x, other: 0 }), torch.where(x.gt(2), x, 0)],
    [torch.linalg.norm({ A: x, ord: 1, dim: 1 }), torch.linalg.norm(x, 1, 1)],
    [F.linear({ input: x, weight: y, bias: null }), F.linear(x, y)],
    [F.mse_loss({ input: x, target: y, reduction: "sum" }), F.mse_loss(x, y, { reduction: "sum" })],
    [F.cross_entropy(x, { target: torch.tensor([0n, 2n]) }), F.cross_entropy(x, torch.tensor([0n, 2n]))],
    [F.layer_norm(x, [3], { eps: 0.5 }), F.layer_norm(x, { normalized_shape: [3], eps: 0.5 })],
  ];
  for (const [named, plain] of pairs) expect(named.equal(plain)).toBe(true);
  expectTypeOf(torch.mul({ input: torch.zeros(2, 1), other: torch.zeros(3) })).toEqualTypeOf<
    Tensor<[2, 3], "float32">
  >();
});

test("methods that write in place take every form of their operator", () => {
  const limited = x.clone().clamp_(2, 4);
  expect(limited.equal(x.clone().clamp_({ min: 2, max: 4 }))).toBe(true);
  expect(torch.clamp_(x.clone(), 2, 4).equal(limited)).toBe(true);
});

test("methods that are no operators take their arguments by name as well", () => {
  const [i, ones] = [torch.tensor([0n, 1n]), torch.ones(2)];
  const copy = (): Tensor => x.clone();
  const pairs: readonly (readonly [Tensor, Tensor])[] = [
    [copy().transpose_({ dim0: 0, dim1: 1 }), x.t()],
    [copy().swapaxes_(0, { axis1: 1 }), x.t()],
    [copy().index_put_({ indices: [i, i], values: ones }), copy().index_put_([i, i], ones)],
    [copy().index_put_([i, i], ones, { accumulate: false }), copy().index_put_([i, i], ones)],
    [copy().index_put_([i, i], ones, { accumulate: true }), copy().index_put_([i, i], ones, true)],
    [torch.zeros(7, 3).fill_diagonal_(1, { wrap: false }), torch.zeros(7, 3).fill_diagonal_(1)],
    [copy().as_strided_([2], [1], { storage_offset: 1 }), x.as_strided([2], [1], 1)],
    [copy().resize_({ size: [3, 2] }), x.view(3, 2)],
    [copy().resize_as_({ the_template: positions }), x.view(-1).narrow(0, 0, 2).view(2, 1)],
    [copy().set_({ source: y }), y],
    [copy().copy_({ src: y }), y],
    [copy().copy_(y, { non_blocking: true }), y],
    [copy().copy_(y, true), y],
    [x.where({ condition: x.gt(2), other: y }), x.where(x.gt(2), y)],
    [ones.expand_as({ other: torch.zeros(3, 2) }), torch.ones(3, 2)],
    [x.view_as({ other: torch.zeros(3, 2) }), x.view(3, 2)],
    [x.type({ dtype: torch.float64 }), x.double()],
    [copy().map_({ tensor: y, callable: (one, other) => one + other }), x.add(y)],
  ];
  for (const [named, plain] of pairs) expect(named.equal(plain)).toBe(true);
  expect(x.equal({ other: x }) && x.allclose({ other: x, rtol: 1e-3 })).toBe(true);
  expect(x.is_set_to({ tensor: x }) && x.is_same_size({ other: y })).toBe(true);
  // @ts-expect-error -- no such name
  expect(() => copy().transpose_({ dim: 0 })).toThrow(/unexpected keyword argument 'dim'.*dim0, dim1/);
  expect(() => copy().fill_diagonal_(1, { fill_value: 2 } as never)).toThrow("multiple values for argument");
});

test("dimensions and sizes come by name, and NumPy's names as in PyTorch", () => {
  const pairs: readonly (readonly [Tensor, Tensor])[] = [
    [x.sum({ axis: 1, keepdims: true }), x.sum(1, true)],
    [torch.mean(x, { axis: 0 }), x.mean(0)],
    [x.std({ axis: 1 }), x.std(1)],
    [x.max({ axis: 1 }).values, x.amax(1)],
    [torch.min({ input: x, axis: 1, keepdims: true }).values, x.amin(1, true)],
    [x.median({ axis: 1 }).values, x.median(1).values],
    [torch.argmax(x, { axis: 1 }), x.argmax(1)],
    [x.prod({ axis: 1 }), x.prod(1)],
    [x.logsumexp({ axis: 1 }), x.logsumexp(1)],
    [x.softmax({ axis: 1 }), x.softmax(1)],
    [x.cumsum({ axis: 1 }), x.cumsum(1)],
    [x.sort({ axis: 1, descending: true }).values, x.sort(1, true).values],
    [x.unsqueeze({ axis: 1 }), x.unsqueeze(1)],
    [torch.cat([x, y], { axis: 1 }), torch.cat([x, y], 1)],
    [torch.stack([x, y], { axis: 1 }), torch.stack([x, y], 1)],
    [x.count_nonzero({ axis: 0 }), x.count_nonzero(0)],
    [torch.linalg.norm(x, { axis: 1 }), torch.linalg.norm(x, { dim: 1 })],
    [x.chunk({ chunks: 2, axis: 0 })[0]!, x.chunk(2)[0]!],
    [x.split({ split_size: 1 })[1]!, x.split(1)[1]!],
    [torch.softmax({ input: x, dim: 1 }), x.softmax(1)],
    [torch.unsqueeze({ input: x, dim: 1 }), x.unsqueeze(1)],
    [torch.squeeze({ input: x.unsqueeze(1), dim: 1 }), x],
    [torch.tril({ input: x, diagonal: 1 }), x.tril(1)],
    [
      F.conv_transpose1d(x.unsqueeze(0), { weight: torch.ones(2, 1, 2) }),
      F.conv_transpose1d(x.unsqueeze(0), torch.ones(2, 1, 2)),
    ],
    [torch.cumsum({ input: x, axis: 1 }), x.cumsum(1)],
    [torch.logsumexp({ input: x, dim: 1 }), x.logsumexp(1)],
    [torch.cross(x, { other: y, dim: 1 }), torch.cross(x, y, 1)],
    [x.as_strided({ size: [2], stride: [1] }), x.as_strided([2], [1])],
    [x.renorm(2, { dim: 0, maxnorm: 1 }), x.renorm(2, 0, 1)],
    [x.topk(2, 1, true, { sorted: true }).values, x.topk(2).values],
    [torch.addcmul({ input: x, tensor1: y, tensor2: y, value: 2 }), x.addcmul(y, y, { value: 2 })],
    [x.addmm({ mat1: torch.ones(2, 2), mat2: y, beta: 2 }), x.addmm(torch.ones(2, 2), y, { beta: 2 })],
    [torch.addmm(x, torch.ones(2, 2), { mat2: y }), x.addmm(torch.ones(2, 2), y)],
    [
      F.conv1d(x.unsqueeze(0), { weight: torch.ones(1, 2, 2), stride: 1 }),
      F.conv1d(x.unsqueeze(0), torch.ones(1, 2, 2)),
    ],
    [torch.linalg.inv({ A: torch.eye(2) }), torch.linalg.inv(torch.eye(2))],
    [x.view({ size: [3, 2] }), x.view(3, 2)],
    [x.reshape({ shape: [3, 2] }), x.view(3, 2)],
    [x.permute({ dims: [1, 0] }), x.t()],
    [x.repeat({ repeats: [2, 1] }), x.repeat(2, 1)],
    [x.tile({ dims: [2] }), x.tile(2)],
    [x.gather({ dim: 1, index: positions }), x.gather(1, positions)],
    [x.scatter({ dim: 1, index: positions, value: 9 }), x.scatter(1, positions, 9)],
    [x.index_add({ dim: 0, index: torch.tensor([1n, 0n]), source: y }), x.add(y)],
    [
      x.scatter_reduce({ dim: 1, index: positions, src: y, reduce: "amax", include_self: false }),
      x.scatter_reduce(1, positions, y, "amax", { include_self: false }),
    ],
  ];
  for (const [named, plain] of pairs) expect(named.equal(plain)).toBe(true);
});

test("what no form takes is refused by the compiler and when it runs", () => {
  const wrong = [
    // @ts-expect-error -- no such name
    () => torch.add(x, y, { alhpa: 2 }),
    // @ts-expect-error -- no such name
    () => torch.add({ input: x, otther: y }),
    // @ts-expect-error -- other is needed
    () => torch.add(x),
    // @ts-expect-error -- a tensor or a number is needed
    () => torch.add(x, "1"),
    // @ts-expect-error -- a number is needed
    () => x.transpose("0", 1),
    // @ts-expect-error -- dim1 is needed
    () => x.transpose({ dim0: 0 }),
    // @ts-expect-error -- no such name
    () => x.sum({ dims: 1 }),
    // @ts-expect-error -- a tensor is needed
    () => torch.exp(x, { out: 1 }),
    // @ts-expect-error -- a tensor is needed
    () => F.linear(x, 3),
    // @ts-expect-error -- no such name
    () => F.linear({ input: x, wait: y }),
    // @ts-expect-error -- target is needed
    () => F.mse_loss(x),
  ];
  for (const call of wrong) expect(call).toThrow(TypeError);
});
