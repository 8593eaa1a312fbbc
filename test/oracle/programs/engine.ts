import torch, { autograd } from "../../../runtime/index.ts";
import { leaf, type Program } from "./page.ts";

/** What `backward` and `grad` do. */
export const engine: Readonly<Record<string, Program>> = {
  polynomial({ show }) {
    const x = leaf(2);
    const y = x.pow(2).add(x.mul(3)).add(5);
    show(y);
    y.backward();
    show(x.grad);
  },

  "product of a sum"({ show }) {
    const [a, b, x] = [leaf(2), leaf(3), leaf(4)];
    const z = x.mul(a.add(b));
    z.backward();
    show(z, a.grad, b.grad, x.grad);
  },

  "gradients accumulate until they are cleared"({ show }) {
    const x = leaf([1, 2]);
    x.mul(x).sum().backward();
    show(x.grad);
    x.mul(x).sum().backward();
    show(x.grad);
    x.grad = null;
    x.mul(3).sum().backward();
    show(x.grad);
  },

  "a graph is freed by backward"({ fails }) {
    const x = leaf([1, 2]);
    const y = x.mul(x).sum();
    y.backward();
    fails(() => y.backward());
  },

  "retain graph keeps the graph"({ show }) {
    const x = leaf([1, 2]);
    const y = x.mul(x).sum();
    y.backward({ retain_graph: true });
    y.backward();
    show(x.grad);
  },

  "a graph that saved nothing can be walked again"({ show }) {
    const x = leaf([1, 2]);
    const y = x.add(1).sum();
    y.backward();
    y.backward();
    show(x.grad);
  },

  "backward of many elements needs a gradient"({ show, fails }) {
    const x = leaf([1, 2, 3]);
    const y = x.mul(2);
    fails(() => y.backward());
    y.backward(torch.tensor([1, 10, 100]));
    show(x.grad);
    fails(() => x.mul(2).backward(torch.tensor([1, 2])));
  },

  "backward needs something that requires a gradient"({ fails }) {
    fails(() => torch.tensor(1).backward());
    fails(() => torch.tensor([1]).mul(2).sum().backward());
  },

  "a result keeps no gradient unless it is asked to"({ show }) {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    const z = x.mul(3);
    z.retain_grad();
    y.mul(z).sum().backward();
    show(z.grad, x.grad);
  },

  "a tensor used twice gets both gradients"({ show }) {
    const x = leaf(3);
    const y = x.mul(2);
    y.mul(y).add(y).backward();
    show(x.grad);
  },

  "broadcast gradients are summed"({ show }) {
    const [row, column, number] = [leaf([1, 2, 3]), leaf([[1], [2]]), leaf(2)];
    row.add(column).mul(number).sum().backward();
    show(row.grad);
    show(column.grad);
    show(number.grad);
  },

  "gradients flow through views"({ show }) {
    const x = leaf([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    x.t()
      .reshape(6)
      .index("1:4")
      .mul(torch.tensor([1, 10, 100]))
      .sum()
      .backward();
    show(x.grad);
  },

  "gradients flow through a view that is written"({ show }) {
    const x = leaf([1, 2, 3]);
    const y = x.mul(1);
    y.index("0:2").mul_(10);
    show(y);
    y.mul(y).sum().backward();
    show(x.grad);
  },

  "gradients of integers stop"({ show }) {
    const x = leaf([1.5, 2.5]);
    show(x.argmax(), x.gt(2).requires_grad, x.long().requires_grad);
  },

  "grad returns gradients and leaves grad alone"({ show, fails }) {
    const [x, y] = [leaf(2), leaf(3)];
    show(...autograd.grad(x.mul(y), [x, y]));
    show(x.grad);
    fails(() => autograd.grad(x.mul(2), [y]));
    show(...autograd.grad(x.mul(2), [x, y], { allow_unused: true }));
  },

  "derivatives of derivatives"({ show }) {
    const x = leaf(2);
    const [first] = autograd.grad(x.pow(4), x, { create_graph: true });
    const [second] = autograd.grad(first!, x, { create_graph: true });
    const [third] = autograd.grad(second!, x);
    show(first!.detach(), second!.detach(), third);
  },

  "backward with create graph"({ show }) {
    const x = leaf([1, 2]);
    x.pow(3).sum().backward({ create_graph: true });
    show(x.grad!.requires_grad, x.grad!.detach());
  },
};
