import torch, { F, type Tensor } from "../../../runtime/index.ts";
import { leaf, type Program } from "./page.ts";

const unaryNames =
  "acosh asinh atanh angle deg2rad rad2deg digamma lgamma erfinv frac i0 logit nan_to_num sgn sinc trunc fix absolute negative " +
  "celu selu hardshrink rrelu relu exp2 log1p square round";
const binaryNames =
  "copysign hypot xlogy fmod remainder logaddexp logaddexp2 ldexp nextafter clamp_min clamp_max float_power true_divide fmax fmin maximum";

function nameOf({ grad_fn: node }: Tensor): string | null {
  return node === null ? null : node.name();
}

/** A function of `torch`, by its name. */
function functionNamed(name: string): (...args: unknown[]) => Tensor {
  // The programs name functions that take and give tensors.
  return (torch as unknown as Record<string, (...args: unknown[]) => Tensor>)[name]!;
}

/** Functions of single elements. */
export const elements: Readonly<Record<string, Program>> = {
  "names of functions of single elements"({ show }) {
    const [x, y] = [leaf([0.25, 0.5]), leaf([1.5, 2])];
    for (const name of unaryNames.split(" "))
      show(name, nameOf(functionNamed(name)(name === "acosh" ? x.clone().add(1) : x)));
    for (const name of binaryNames.split(" ")) show(name, nameOf(functionNamed(name)(x, y)));
    for (const result of [
      torch.xlogy(x, 2),
      torch.xlogy(2, x),
      torch.fmod(x, 2),
      torch.remainder(x, 2),
      torch.clamp_min(x, 0),
      torch.copysign(x, -1),
    ])
      show(nameOf(result));
  },

  "activations in place"({ show, fails }) {
    for (const activation of [
      F.relu,
      F.elu,
      F.celu,
      F.selu,
      F.silu,
      F.mish,
      F.hardswish,
      F.hardsigmoid,
      F.hardtanh,
      F.relu6,
      F.leaky_relu,
      F.rrelu,
    ]) {
      const x = leaf([-1.5, -0.5, 0.5, 2]);
      const y = x.mul(2);
      const z = activation(y, { inplace: true });
      z.sum().backward();
      show(z === y, y.detach(), x.grad);
    }
    fails(() => F.relu(leaf([1]), true));
    const x = torch.tensor([-1, 0.5]);
    show(
      F.elu_(x, 0.5),
      F.threshold_(x, 0, 7),
      torch.sqrt_(x),
      torch.clamp_max_(x, 2),
      F.leaky_relu_(x.sub(2)),
      x,
    );
  },

  "positions where a condition holds"({ show, fails }) {
    const x = torch.tensor([
      [1, -1],
      [0, 2],
    ]);
    show(...torch.where(x.gt(0)));
    show(
      torch.where(x.gt(0), x, 0),
      torch.where(x.gt(0), 1, 0),
      torch.add(2, x),
      torch.sub(2, x, { alpha: 2 }),
      torch.div(1, x.add(3), { rounding_mode: "floor" }),
    );
    fails(() => torch.where(x, x, x));
    fails(() => torch.fmod(2 as never, x));
  },
};
