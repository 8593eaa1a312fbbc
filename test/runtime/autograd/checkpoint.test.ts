/** The numbers are PyTorch 2.13's. */
import { expect, test, vi } from "vitest";
import torch, { nn, type Tensor } from "../../../runtime/index.ts";

const { checkpoint, checkpoint_sequential } = torch.utils.checkpoint;

/** A network with random numbers in it, and its input. */
function made(): { readonly model: nn.Sequential; readonly x: Tensor } {
  torch.manual_seed(0);
  const model = new nn.Sequential(
    new nn.Linear(4, 8),
    new nn.Dropout(0.5),
    new nn.Tanh(),
    new nn.Linear(8, 2),
  );
  const x = torch.randn(3, 4, { requires_grad: true });
  torch.manual_seed(1);
  return { model, x };
}

test("a checkpoint computes what the function does, and PyTorch's gradients with the same random numbers", () => {
  const { model, x } = made();
  const y = checkpoint(model, x, { use_reentrant: false });
  expect(y.sum().item()).toBeCloseTo(-0.2095, 3);
  y.sum().backward();
  const gradient = [-0.0176, 0.0308, 0.2472, -0.4396];
  (x.grad!.tolist() as number[][])[0]!.forEach((value, i) => expect(value).toBeCloseTo(gradient[i]!, 3));
  expect(torch.rand(1).item()).toBeCloseTo(0.3556, 4);
});

test("a checkpoint runs its function again for backward, once, and keeps no tensors of it before", () => {
  const block = vi.fn<(a: Tensor, b: Tensor) => Tensor>((a, b) => a.exp().mul(b).sin());
  const [a, b] = [torch.tensor([0.5], { requires_grad: true }), torch.tensor([2], { requires_grad: true })];
  const y = checkpoint(block, a, b, { use_reentrant: false });
  expect(block).toHaveBeenCalledTimes(1);
  const [first] = torch.autograd.grad(y, [a, b], { create_graph: true });
  expect(block).toHaveBeenCalledTimes(2);
  const plain = block(a, b);
  const [expected] = torch.autograd.grad(plain, [a, b], { create_graph: true });
  if (first === undefined || expected === undefined) throw new Error("two gradients were asked for");
  expect(first.item()).toBeCloseTo(expected.item(), 6);
  expect(torch.autograd.grad(first, a)[0]!.item()).toBeCloseTo(
    torch.autograd.grad(expected, a)[0]!.item(),
    5,
  );
});

test("without recording a checkpoint is a call", () => {
  const block = vi.fn<(a: Tensor) => Tensor>((a) => a.exp());
  expect(torch.no_grad(() => checkpoint(block, torch.zeros(1)).item())).toBe(1);
  expect(block).toHaveBeenCalledTimes(1);
});

test("a sequence in checkpoints gives what it gives without them", () => {
  const { model, x } = made();
  const y = checkpoint_sequential(model, 2, x, { use_reentrant: false });
  expect(y.sum().item()).toBeCloseTo(-0.2095, 3);
  y.sum().backward();
  expect(x.grad!.narrow(1, 0, 1).flatten().tolist()[0]).toBeCloseTo(-0.0176, 3);
});

test("a function that does something else the second time is refused", () => {
  let calls = 0;
  const block = (a: Tensor): Tensor => (calls++ === 0 ? a.exp().sin().cos() : a.exp());
  const y = checkpoint(block, torch.ones(2, { requires_grad: true }));
  expect(() => y.sum().backward()).toThrow("different number of tensors");
});
