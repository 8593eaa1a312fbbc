import torch, { nn, type Tensor } from "../../../runtime/index.ts";
import { ValueError } from "../../../runtime/index.ts";
import type { Program } from "./page.ts";

const { module: modules } = nn.modules;

class Pair extends nn.Module {
  override forward(
    x: Tensor,
    y: unknown = null,
    { scale = 1 }: { readonly scale?: number } = {},
  ): readonly [Tensor, unknown] {
    // Python's arguments by name may stand in any place.
    const factor = typeof y === "object" && y !== null && "scale" in y ? Number(y.scale) : scale;
    return [x.mul(factor), factor === scale ? y : null];
  }
}

const nameOf = (module: nn.Module): string => module.constructor.name;
const one = (): Tensor => torch.ones(1, { requires_grad: true });

/** A number as Python prints a float. */
const fraction = (value: unknown): string => Number(value).toFixed(1);

function filled<M extends nn.Module>(net: M, value: number): M {
  torch.no_grad(() => {
    for (const parameter of net.parameters()) parameter.fill_(value);
  });
  return net;
}

/** Gradients as Python prints a tuple. */
function tuple(values: readonly unknown[]): string {
  const parts = values.map((value) => (value === null ? "None" : String(value)));
  return `(${parts.join(", ")}${parts.length === 1 ? "," : ""})`;
}

/** Hooks of modules. */
export const moduleHooks: Readonly<Record<string, Program>> = {
  "hooks before and after a call"({ show }) {
    const net = new nn.Linear(2, 2);
    nn.init.ones_(net.weight);
    nn.init.zeros_(net.bias!);
    const x = torch.tensor([[1, 2]]);
    const doubling = net.register_forward_pre_hook((_, args) => args[0].mul(2));
    show(net(x));
    const adding = net.register_forward_pre_hook((_, args) => [args[0].add(1)], { prepend: true });
    show(net(x));
    doubling.remove();
    show(net(x));
    adding.remove();
    adding.remove();
    const after = net.register_forward_hook((_, args, output) => output.sub(args[0].sum()));
    net.register_forward_hook((_, __, output) => show("second", output));
    net.register_forward_hook((_, __, output) => show("first", output), { prepend: true });
    show(net(x));
    after.remove();
    show(net(x));
  },

  "hooks with arguments by name"({ show, fails }) {
    const net = new Pair();
    const x = torch.ones(2);
    show(tuple(net(x, { scale: 3 })));
    net.register_forward_pre_hook((_, args) => show(args.length));
    const handle = net.register_forward_pre_hook(
      (_, args, kwargs) => [args, { scale: Number(kwargs["scale"]) + 1 }],
      { with_kwargs: true },
    );
    net.register_forward_hook(
      (_, args, kwargs, output) => show(args.length, fraction(kwargs["scale"]), output[0]),
      {
        with_kwargs: true,
      },
    );
    show(tuple(net(x, { scale: 3 })));
    handle.remove();
    // The compiler refuses it too.
    net.register_forward_pre_hook(((_: unknown, args: unknown) => args) as never, { with_kwargs: true });
    fails(() => net(x, { scale: 3 }));
  },

  "hooks that always run"({ show, fails }) {
    class Failing extends nn.Module {
      override forward(_: Tensor): Tensor {
        throw new ValueError("it fails");
      }
    }
    const failing = new Failing();
    failing.register_forward_hook(() => show("never"));
    failing.register_forward_hook((_, __, output) => show("always", output), { always_call: true });
    fails(() => failing(torch.ones(1)));
    const net = new nn.Linear(1, 1);
    net.register_forward_hook(() => show("once"), { always_call: true });
    net.register_forward_hook(() => {
      throw new ValueError("it stops");
    });
    fails(() => net(torch.ones(1)));
  },

  "hooks of gradients of a module"({ show }) {
    const layers = [new nn.Linear(2, 2), new nn.ReLU(), new nn.Linear(2, 1)] as const;
    const [first, relu, last] = layers;
    const net = filled(new nn.Sequential(...layers), 0.5);
    const handle = last.register_full_backward_hook((_, inputs, outputs) =>
      show("last", tuple(inputs), tuple(outputs)),
    );
    first.register_full_backward_hook((_, inputs, outputs) => show("first", tuple(inputs), tuple(outputs)));
    relu.register_full_backward_hook((_, inputs) => [inputs[0]!.mul(10)]);
    last.register_full_backward_pre_hook((_, outputs) => show("before", tuple(outputs)));
    last.register_full_backward_pre_hook((_, outputs) => [outputs[0]!.mul(3)], true);
    const x = torch.tensor([[1, 2]], { requires_grad: true });
    net(x).sum().backward();
    show(x.grad, first.weight.grad, last.weight.grad);
    handle.remove();
    net.zero_grad();
    net(x.detach()).sum().backward();
    show(first.weight.grad);
  },

  "hooks of gradients of several tensors"({ show, fails }) {
    const net = new Pair();
    net.register_full_backward_hook((_, inputs, outputs) => show(tuple(inputs), tuple(outputs)));
    const x = torch.tensor([1, 2], { requires_grad: true });
    const [first, second] = net(x, 3);
    show(second, first.grad_fn?.label);
    first.sum().backward();
    const y = torch.tensor([5], { requires_grad: true });
    const [, other] = net(x, y);
    (other as Tensor).sum().backward(); // it is what came in
    show(x.grad, y.grad);
    fails(() => net(x)[0].add_(1));
  },

  "hooks of gradients that give too much"({ fails }) {
    const net = new nn.Linear(1, 1);
    net.register_full_backward_hook((_, inputs) => [inputs[0]!, inputs[0]!]);
    fails(() => net(one()).sum().backward());
    const before = new nn.Linear(1, 1);
    before.register_full_backward_pre_hook((_, outputs) => [outputs[0]!, outputs[0]!]);
    fails(() => before(one()).sum().backward());
    const without = new nn.Linear(1, 1);
    without.register_full_backward_hook((_, __, outputs) => [outputs[0]!]);
    fails(() => without(torch.ones(1)).sum().backward());
  },

  "hooks of all modules"({ show }) {
    const tanh = new nn.Tanh();
    const net = filled(new nn.Sequential(new nn.Linear(1, 1), tanh), 0.5);
    tanh.register_forward_pre_hook(() => show("own"));
    const handles = [
      modules.register_module_forward_pre_hook((module) => show("before", nameOf(module))),
      modules.register_module_forward_hook((module, _, output) =>
        show("after", nameOf(module), (output as Tensor).shape[0]),
      ),
      modules.register_module_full_backward_pre_hook((module) => show("backward", nameOf(module))),
      modules.register_module_full_backward_hook((module, _, outputs) =>
        show("behind", nameOf(module), outputs[0]),
      ),
    ];
    net(one()).sum().backward();
    for (const handle of handles) handle.remove();
    show(net(torch.ones(1)));
  },
};
