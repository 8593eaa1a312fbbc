import torch, { autograd, F, nn, type Tensor } from "../../../runtime/index.ts";
import type { FunctionContext } from "../../../runtime/autograd/context.ts";
import { leaf, type Program } from "./page.ts";

class Cube extends autograd.Function {
  static forward(ctx: FunctionContext, x: Tensor): Tensor {
    ctx.save_for_backward(x);
    return x.pow(3);
  }

  static backward(ctx: FunctionContext, grad: Tensor): Tensor {
    return grad.mul(ctx.saved_tensors[0]!.pow(2).mul(3));
  }
}

/** New tensors, and tensors of another dtype. */
export const creation: Readonly<Record<string, Program>> = {
  "forms of calls in tutorials"({ show, fails }) {
    const x = leaf([1, 2]);
    const cube = Cube.apply;
    const y = cube(x);
    y.sum().backward();
    show(y, x.grad);
    const threes = torch.full({ size: [2], fill_value: 3, dtype: torch.int64 });
    show(torch.ones(2, 3).size({ dim: 1 }), torch.ones(2, 3).stride({ dim: 0 }), threes);
    const options = [{}, { copy: true }, { requires_grad: false }, { requires_grad: true }];
    show(...[x, y].flatMap((t) => options.map((option) => torch.asarray(t, option))));
    show(F.threshold(torch.arange(3), 0, 0.5), F.threshold(torch.arange(3), 1, 20.7));
    const m = torch.tensor([
      [1, 4],
      [3, 2],
    ]);
    const all = torch as unknown as Record<
      "max" | "median" | "mm" | "bmm",
      (all: object) => Tensor & Tensor[]
    >; // everything by name is a form that types leave out
    show(all.max({ input: m }), ...all.max({ input: m, dim: 1 }), all.max({ input: m, other: m.T }));
    show(
      all.median({ input: m, dim: 0 })[0],
      all.mm({ input: m, mat2: m }),
      all.bmm({ input: m.unsqueeze(0), mat2: m.unsqueeze(0) }),
    );
    const upsample = new nn.ConvTranspose1d(1, 1, 3, { stride: 2, padding: 1 });
    const shapes = [[7], [8], [1, 1, 8]].map(
      (size) => upsample(torch.ones(1, 1, 4), { output_size: size }).shape,
    );
    show(...shapes.map((shape) => `[${shape.join(", ")}]`));
    fails(() => upsample(torch.ones(1, 1, 4), { output_size: [9] }));
  },

  creation({ show }) {
    const { bool, float32, float64, int64 } = torch;
    show(torch.zeros(2, 3), torch.ones(2), torch.zeros(2, { dtype: int64 }), torch.ones(2, { dtype: bool }));
    show(torch.full([2], 7), torch.full([2], 1.5), torch.full([], true));
    show(
      torch.arange(5),
      torch.arange(1, 7, 2),
      torch.arange(1, 2, 0.25),
      torch.arange(3, { dtype: float32 }),
    );
    show(torch.linspace(0, 1, 5), torch.linspace(-1, 1, 1), torch.eye(2));
    const counts = torch.tensor([1n, 2n]);
    show(torch.zeros_like(counts), torch.ones_like(counts, { dtype: float64 }), torch.full_like(counts, 3));
    show(torch.tensor([]), torch.tensor([[], []]), torch.tensor([true, false]), torch.tensor(2.5));
  },

  "the default dtype"({ show }) {
    torch.set_default_dtype(torch.float64);
    show(torch.tensor([1.5]).dtype, torch.tensor([1.5]), torch.zeros(2), torch.tensor([1n, 2n]).div(2));
    show(
      torch.tensor([1.5], { dtype: torch.float32 }),
      torch.zeros(0),
      torch.zeros(0, { dtype: torch.float32 }),
    );
    torch.set_default_dtype(torch.float32);
    show(torch.tensor([1.5], { dtype: torch.float64 }));
  },

  conversions({ show }) {
    const x = torch.tensor([-1.7, 0, 2.5]);
    show(x.to(torch.int64), x.int(), x.bool(), x.double(), x.long().float());
    const large = torch.tensor([2n ** 31n + 5n]);
    show(torch.tensor([300n, -1n]).to(torch.uint8), large.to(torch.int32), torch.tensor([true]).float());
    const wide = torch.tensor([2n ** 62n]);
    show(torch.tensor(3n).item(), torch.tensor(2.5).item(), torch.tensor(true).item(), wide.item());
  },
};
