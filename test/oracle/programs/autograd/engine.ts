import torch, { autograd, type Tensor } from "../../../../runtime/index.ts";
import { leaf, type Program } from "../page.ts";

const vector = (values: number[]): Tensor => torch.tensor(values);

/** How backward is called, and what may be set. */
export const engineArguments: Readonly<Record<string, Program>> = {
  "backward takes its arguments by position"({ show, fails }) {
    const x = leaf([1, 2]);
    const y = x.mul(x);
    y.backward(vector([1, 10]), true);
    show(x.grad);
    y.backward(vector([1, 10]), null, true);
    show(x.grad!.requires_grad, x.grad!.detach());
    y.backward({ gradient: vector([1, 1]) });
    show(x.grad!.detach());
    fails(() => y.backward(vector([1, 1])));
  },

  "backward into some tensors"({ show, fails }) {
    const [x, w, b] = [leaf([1, 2]), leaf([3, 4]), leaf(1)];
    const y = x.mul(w);
    const z = y.add(b).sum();
    z.backward({ inputs: [w, y] });
    show(x.grad, w.grad, b.grad, y.grad, y.retains_grad);
    fails(() => x.mul(w).sum().backward({ inputs: [] }));
    fails(() =>
      x
        .mul(w)
        .sum()
        .backward({ inputs: [vector([1])] }),
    );
    x.mul(w).sum().backward({ inputs: x });
    show(x.grad, w.grad);
  },

  "gradients to start from"({ show, fails }) {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    fails(() => y.backward([1, 2] as never));
    fails(() => y.backward(3 as never));
    y.backward(torch.ones(2, { dtype: torch.float64 }), { retain_graph: true });
    show(x.grad, x.grad!.dtype);
    y.backward(torch.ones(2, { dtype: torch.int64 }));
    show(x.grad);
    fails(() => autograd.backward([x.sum(), x.sum()], [torch.tensor(1)]));
  },

  "backward from several tensors"({ show }) {
    const x = leaf([1, 2]);
    autograd.backward([x.sum(), x.mul(x)], [null, vector([1, 1])]);
    show(x.grad);
    autograd.backward([x.mul(3).sum(), x.mul(4).sum()]);
    show(x.grad);
    autograd.backward(x.mul(x).sum(), { create_graph: true });
    show(x.grad!.requires_grad);
  },

  "grad takes its arguments by position"({ show, fails }) {
    const [x, y] = [leaf([1, 2]), leaf([3])];
    const z = x.mul(x);
    show(...autograd.grad(z, x, torch.ones(2), true));
    show(...autograd.grad([z, x.mul(2)], [x], [torch.ones(2), torch.ones(2)], null, true));
    show(...autograd.grad(x.mul(2).sum(), [x, y], null, null, false, true, true));
    show(...autograd.grad(x.mul(2).sum(), [x, y], { allow_unused: true, materialize_grads: true }));
    show(...autograd.grad(x.mul(2).sum(), [x, y], { materialize_grads: true }));
    fails(() => autograd.grad(x.sum(), [x, y], { allow_unused: false, materialize_grads: true }));
    fails(() => autograd.grad(x.sum(), []));
    fails(() => autograd.grad(x.sum(), torch.ones(2)));
    fails(() => autograd.grad(x.mul(2), x));
    fails(() => autograd.grad(x.mul(2), x, torch.ones(3)));
    fails(() => autograd.grad([x.mul(2), x.mul(3)], x, [torch.ones(2)]));
    fails(() => autograd.grad(torch.ones(1), x));
    show(...autograd.grad(x, x, torch.ones(2)));
  },

  "many gradients at once"({ show, fails }) {
    const x = leaf([1, 2]);
    show(...autograd.grad(x.mul(x), x, torch.eye(2), { is_grads_batched: true }));
    fails(() => autograd.grad(x.mul(x), x, torch.eye(3), { is_grads_batched: true }));
  },

  "gradients of intermediate results"({ show }) {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    const z = y.mul(y).sum();
    show(...autograd.grad(z, [y, x]));
    show(x.grad);
  },

  "a root may be a leaf"({ show }) {
    const x = leaf([1, 2]);
    x.backward(vector([3, 4]));
    show(x.grad);
    const s = leaf(2);
    s.backward();
    show(s.grad);
  },

  "gradients may be set"({ show, fails }) {
    const x = leaf([1, 2]);
    x.grad = torch.ones(2);
    x.mul(2).sum().backward();
    show(x.grad);
    const set = (value: unknown) => () => {
      x.grad = value as Tensor; // what does not fit is what the program is about
    };
    fails(set(3));
    fails(set(torch.ones(3)));
    fails(set(torch.ones(2, { dtype: torch.float64 })));
    fails(set(x));
    show(x.grad);
    x.grad = null;
    show(x.grad);
    const plain = torch.ones(2);
    plain.grad = torch.zeros(2);
    show(plain.grad);
  },

  "data may be exchanged"({ show, fails }) {
    const w = leaf([1, 2]);
    w.mul(w).sum().backward();
    w.data = w.data.sub(w.grad!.data.mul(0.1));
    show(w, w.is_leaf);
    w.data.mul_(2);
    show(w, w.data.requires_grad);
    fails(() => {
      w.data = torch.ones(2, { dtype: torch.int64 });
    });
  },

  "writes into data are not noticed"({ show, fails }) {
    const x = leaf([0.5, 1]);
    const y = x.sigmoid();
    y.data.zero_();
    y.sum().backward();
    show(x.grad);
    const z = x.sigmoid();
    z.detach().zero_();
    fails(() => z.sum().backward());
  },

  "switching requires grad"({ show, fails }) {
    const x = torch.ones(2);
    x.requires_grad = true;
    show(x.requires_grad, x.is_leaf);
    const y = x.mul(2);
    fails(() => {
      y.requires_grad = false;
    });
    y.requires_grad_();
    show(y.requires_grad);
    x.requires_grad_(false);
    show(x.requires_grad, x.mul(2).requires_grad, y.requires_grad);
    fails(() => torch.arange(3, { requires_grad: true }));
    fails(() => torch.zeros(2, { dtype: torch.bool, requires_grad: true }));
  },

  "detaching in place"({ show, fails }) {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    show(y.detach_() === y, y.requires_grad, y.grad_fn, y.is_leaf);
    fails(() => x.mul(2).index("0:1").detach_());
    show(x.detach_().requires_grad);
  },

  "looking into the graph"({ show }) {
    const x = leaf([1, 2]);
    const y = x.exp();
    const z = y.mul(y);
    const node = z.grad_fn!;
    show(node.name(), node.next_functions.length, z.output_nr);
    show(...node.next_functions.map(([next]) => next!.name()), ...node.next_functions.map(([, nr]) => nr));
    const [first, second] = x.mul(1).unbind() as [Tensor, Tensor];
    show(first.grad_fn!.name(), second.output_nr, first.grad_fn === second.grad_fn);
    show(first.add(second).grad_fn!.next_functions[1]![1]);
    y.grad_fn!.metadata["seen"] = 3;
    show(y.grad_fn!.metadata["seen"]);
    const edge = autograd.graph.get_gradient_edge(second);
    show(edge.node.name(), edge.output_nr);
    show(node instanceof autograd.graph.Node);
  },

  "gradients meet in functions of several results"({ show }) {
    const x = leaf([
      [1, 2],
      [3, 4],
    ]);
    const [a, b] = x.unbind() as [Tensor, Tensor];
    a.mul(b).sum().backward();
    show(x.grad);
    x.grad = null;
    const parts = x.mul(x).split([1, 1], 1);
    parts[1]!.sum().backward();
    show(x.grad);
    x.grad = null;
    const chunks = x.chunk(2);
    chunks[0]!.register_hook((g) => g.mul(5));
    chunks[0]!.mul(2).add(chunks[1]!).sum().backward();
    show(x.grad);
    show(chunks[0]!.grad_fn!.name(), parts[0]!.grad_fn!.name(), parts[1]!.output_nr);
  },
};
