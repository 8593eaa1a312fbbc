import torch, { autograd, type Tensor } from "../../../../runtime/index.ts";
import { leaf, type Program } from "../page.ts";

/** Modes, views and writes in place. */
export const recording: Readonly<Record<string, Program>> = {
  "modes inside of each other"({ show }) {
    const x = leaf([1]);
    const state = (): void =>
      show(torch.is_grad_enabled(), torch.is_inference_mode_enabled(), x.mul(2).requires_grad);
    state();
    torch.no_grad(() => {
      state();
      torch.enable_grad(() => {
        state();
        torch.set_grad_enabled(false, state);
        state();
      });
      state();
    });
    torch.inference_mode(() => {
      state();
      torch.enable_grad(state);
      torch.inference_mode(false, state);
    });
    state();
    torch.set_grad_enabled(false);
    state();
    torch.set_grad_enabled(true);
    state();
  },

  "modes as decorators"({ show }) {
    const x = leaf([1]);
    const double = torch.no_grad()((value: Tensor) => value.mul(2));
    const triple = torch.enable_grad()((value: Tensor) => value.mul(3));
    show(double(x).requires_grad, x.mul(2).requires_grad);
    torch.no_grad(() => show(triple(x).requires_grad));
  },

  "the mode after an error"({ show, fails }) {
    fails(() => torch.no_grad(() => torch.ones(2).add(torch.ones(3))));
    show(torch.is_grad_enabled());
  },

  "tensors of inference mode"({ show, fails }) {
    const x = leaf([1, 2]);
    const { a, view, normal } = torch.inference_mode(() => {
      const made = { a: x.mul(2), view: x.view(2, 1), normal: torch.ones(2) };
      made.a.mul_(2);
      show(made.a.requires_grad, made.view.is_inference());
      fails(() => made.a._version);
      x.add_(1);
      return made;
    });
    show(a.is_inference(), a, x);
    const copy = a.clone();
    fails(() => x.mul(a));
    show(x.add(a).requires_grad, a.mul(2).is_inference());
    fails(() => a.add_(1));
    fails(() => normal.requires_grad_());
    fails(() => view.add_(1));
    show(a.view(2, 1).is_inference(), a.clone().is_inference());
    x.mul(copy).sum().backward();
    show(x.grad);
  },

  "views know their base"({ show }) {
    const x = torch.zeros(2, 3);
    const v = x.index(0);
    show(
      v._is_view(),
      v._base === x,
      v.index("1:")._base === x,
      x._base,
      x.detach()._is_view(),
      x.clone()._is_view(),
    );
  },

  "views made without recording"({ show, fails }) {
    const x = leaf([1, 2]);
    const y = x.mul(1);
    const { v, part } = torch.no_grad(() => ({ v: y.index("0:1"), part: y.unbind()[0]! }));
    show(v.requires_grad, v.grad_fn);
    fails(() => v.add_(1));
    fails(() => part.add_(1));
    torch.no_grad(() => v.add_(1));
    show(y);
    y.mul_(2);
    fails(() => v.grad_fn);
    show(v);
  },

  "several views are not written"({ show, fails }) {
    const x = leaf([
      [1, 2],
      [3, 4],
    ]);
    const [first, second] = x.mul(1).unbind() as [Tensor, Tensor];
    fails(() => first.mul_(2));
    fails(() => second.view(2).mul_(2));
    fails(() => x.mul(1).split(1)[0]!.mul_(2));
    fails(() => x.mul(1).chunk(2)[1]!.zero_());
    const base = x.mul(1);
    const [part] = base.split(1) as [Tensor];
    base.mul_(2);
    fails(() => part.sum().backward());
    torch.no_grad(() => first.mul_(2));
    show(first.detach());
    const plain = torch.ones(2);
    plain.unbind()[0]!.add_(1);
    show(plain);
  },

  "a base that is written through a view"({ show }) {
    const x = leaf([2, 3]);
    const base = torch.zeros(2, 2) as Tensor;
    const v = base.index(0);
    v.mul_(x);
    v.add_(x);
    show(base.grad_fn!.name(), v.grad_fn!.name(), v.requires_grad);
    base.index(1).copy_(x.mul(x));
    show(base);
    base.mul(base).sum().backward();
    show(x.grad);
  },

  "a view of a base that is written"({ show }) {
    const x = leaf([1, 2, 3]);
    const y = x.mul(1);
    const v = y.index("1:");
    y.mul_(x);
    v.mul(2).sum().backward();
    show(x.grad, v.grad_fn!.name());
  },

  "what no derivative reads may be written"({ show, fails }) {
    const [x, w] = [leaf([1, 2]), torch.tensor([3, 4])];
    const y = x.mul(2);
    const results = [y.mul(2), y.mul(w), y.div(2)];
    y.add_(1);
    results[0]!.add(results[1]!).add(results[2]!).sum().backward();
    show(x.grad);
    const [z, q] = [y.mul(w), y.div(w)];
    w.add_(1);
    fails(() => z.sum().backward());
    fails(() => q.sum().backward());
    const s = x.pow(2);
    s.add_(1);
    s.sum().backward();
    show(x.grad);
  },

  "what is written over itself"({ show, fails }) {
    const x = leaf([1, 2]);
    const y = x.mul(1);
    y.add_(y);
    y.sum().backward();
    show(x.grad);
    const z = x.mul(1);
    z.mul_(z);
    fails(() => z.sum().backward());
  },

  "writes that change what is recorded"({ show }) {
    const x = leaf([1, 2]);
    const y = torch.zeros(2) as Tensor;
    y.add_(x);
    show(y.requires_grad, y.is_leaf, y.grad_fn!.name());
    y.zero_();
    show(y.grad_fn!.name());
    y.sum().backward();
    show(x.grad);
  },

  "a leaf is not written"({ show, fails }) {
    const x = leaf([1, 2]);
    fails(() => x.zero_());
    fails(() => x.index(0).fill_(1));
    fails(() => x.view(2, 1).add_(1));
    fails(() => x.expand(2, 2).add_(1));
    x.detach().add_(1);
    show(x, x._version);
  },

  "versions of tensors"({ show }) {
    const x = torch.zeros(2) as Tensor;
    show(x._version, x.add_(1)._version, x.index(0).mul_(2)._version, x._version);
    torch.no_grad(() => x.add_(1));
    show(x._version);
    autograd.graph.increment_version(x);
    show(x._version);
  },

  "copies into parts"({ show }) {
    const [x, y] = [leaf([1, 2, 3]), leaf([5, 6])];
    const z = x.mul(2);
    z.index_put_(["1:"], y);
    z.index_put_([0], 7);
    z.mul(torch.tensor([1, 10, 100]))
      .sum()
      .backward();
    show(z.detach(), x.grad, y.grad);
  },
};
