import torch, { autograd, type Tensor } from "../../../../runtime/index.ts";
import { leaf, type Program } from "../page.ts";

/** What users attach to gradients and functions. */
export const hooks: Readonly<Record<string, Program>> = {
  "hooks of tensors run in order"({ show }) {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    y.register_hook((g) => show("first", g));
    const second = y.register_hook((g) => g.mul(10));
    y.register_hook((g) => show("third", g));
    y.retain_grad();
    y.sum().backward({ retain_graph: true });
    show(y.grad, x.grad);
    second.remove();
    second.remove();
    y.sum().backward();
    show(y.grad, x.grad);
  },

  "hooks of leaves"({ show }) {
    const x = leaf([1, 2]);
    const handle = x.register_hook((g) => g.mul(2));
    x.mul(3).sum().backward();
    show(x.grad);
    show(...autograd.grad(x.mul(3).sum(), x));
    handle.remove();
    x.mul(3).sum().backward();
    show(x.grad);
  },

  "hooks that do not fit"({ show, fails }) {
    const x = leaf([1, 2]);
    fails(() => torch.ones(2).register_hook((g) => g));
    const withHook = (hook: (g: Tensor) => unknown) => () => {
      const y = x.mul(2);
      y.register_hook(hook as (g: Tensor) => Tensor); // what does not fit is what the program is about
      y.sum().backward();
    };
    fails(withHook(() => 3));
    fails(withHook(() => torch.ones(3)));
    fails(withHook((g) => g.double()));
    fails(() => torch.ones(2).retain_grad());
    show(x.grad);
  },

  "hooks after a gradient has grown"({ show, fails }) {
    const x = leaf([1, 2]);
    const handle = x.register_post_accumulate_grad_hook((p) => show("grown", p.grad));
    x.mul(2).sum().backward();
    x.mul(2).sum().backward();
    handle.remove();
    x.mul(2).sum().backward();
    show(x.grad);
    fails(() => x.mul(2).register_post_accumulate_grad_hook(() => {}));
  },

  "an optimizer step in backward"({ show }) {
    const w = leaf([1, 2]);
    w.register_post_accumulate_grad_hook((p) => {
      torch.no_grad(() => p.sub_(p.grad!.mul(0.1)));
      p.grad = null;
    });
    for (let i = 0; i < 2; i++) w.mul(w).sum().backward();
    show(w, w.grad);
  },

  "hooks of functions"({ show }) {
    const [x, w] = [leaf([1, 2]), leaf([3, 4])];
    let y = x.mul(w);
    y.grad_fn!.register_hook((inputs, outputs) => show("after", ...inputs, ...outputs));
    y.grad_fn!.register_prehook((outputs) => show("before", ...outputs));
    y.register_hook((g) => show("tensor", g));
    y.sum().backward();
    y = x.mul(w);
    y.grad_fn!.register_prehook(([output]) => [output!.mul(2)]);
    y.grad_fn!.register_hook(([input]) => [input!.mul(100), null]);
    x.grad = null;
    w.grad = null;
    y.sum().backward();
    show(x.grad, w.grad);
  },

  "hooks of functions that do not fit"({ fails }) {
    const [x, w] = [leaf([1, 2]), leaf([3, 4])];
    const withHook = (hook: (inputs: readonly (Tensor | null)[]) => unknown) => () => {
      const y = x.mul(w);
      y.grad_fn!.register_hook(hook as () => null); // what does not fit is what the program is about
      y.sum().backward();
    };
    fails(withHook(([input]) => [input]));
    fails(withHook(() => 3));
  },

  "hooks at the end of the graph"({ show }) {
    const x = leaf([1, 2]);
    const [[end]] = x.mul(1).grad_fn!.next_functions as [[autograd.graph.AccumulateGrad, number]];
    show(end.variable === x, end.next_functions.length);
    end.register_hook((_, outputs) => show("after", ...outputs));
    end.register_prehook((outputs) => show("before", ...outputs));
    x.register_hook((g) => show("tensor", g));
    x.mul(2).sum().backward();
  },

  "leaves hear of their gradients when those are complete"({ show }) {
    const [a, b] = [leaf([1]), leaf([2])];
    a.register_hook((g) => show("a", g));
    b.register_hook((g) => show("b", g));
    const y = a.mul(2);
    y.register_hook((g) => show("y", g));
    const z = y.mul(b);
    z.register_hook((g) => show("z", g));
    z.sum().backward();
  },

  "kept gradients follow the last value"({ show }) {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    y.retain_grad();
    y.register_hook((g) => show("old", g));
    y.mul_(3);
    y.register_hook((g) => show("new", g));
    show(y.retains_grad);
    y.sum().backward();
    show(y.grad);
  },

  "one hook for several gradients"({ show }) {
    const { register_multi_grad_hook } = autograd.graph;
    const [a, b, c] = [leaf([1]), leaf([2]), leaf([3])];
    const handle = register_multi_grad_hook([a, b, c], (grads: readonly (Tensor | null)[]) => show(...grads));
    a.mul(b).sum().backward();
    a.mul(b).mul(c).sum().backward();
    handle.remove();
    a.mul(b).sum().backward();
    register_multi_grad_hook([a, b], (g: Tensor) => show("any", g), { mode: "any" });
    a.mul(2).sum().backward();
  },

  "saved tensors are handed to hooks"({ show }) {
    const x = leaf([1, 2]);
    const pack = (t: Tensor): Tensor => {
      show("pack", t.detach());
      return t.mul(10);
    };
    const unpack = (t: Tensor): Tensor => {
      show("unpack", t.detach());
      return t.div(10);
    };
    const y = autograd.graph.saved_tensors_hooks(pack, unpack, () => x.exp());
    y.mul(2).sum().backward();
    show(x.grad);
  },
};
