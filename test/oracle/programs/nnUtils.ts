import torch, { nn, type Tensor } from "../../../runtime/index.ts";
import type { Page, Program } from "./page.ts";

const { utils } = nn;
const { parametrizations, parametrize } = utils;

const namesOf = (members: Iterable<readonly [string, unknown]>): string =>
  `[${[...members].map(([name]) => `'${name}'`).join(", ")}]`;
const gradients = (net: nn.Module): (Tensor | null)[] =>
  [...net.parameters()].map((parameter) => parameter.grad);

function withGradients(): nn.Linear {
  const net = new nn.Linear(2, 2);
  net.weight.grad = torch.tensor([
    [3, -4],
    [0.5, 12],
  ]);
  net.bias!.grad = torch.tensor([2, -1]);
  return net;
}

class Symmetric extends nn.Module {
  override forward(x: Tensor): Tensor {
    return x.triu().add(x.triu(1).t());
  }
}

class Exponential extends nn.Module {
  override forward(x: Tensor): Tensor {
    return x.exp();
  }

  right_inverse(x: Tensor): Tensor {
    return x.log();
  }
}

class Wider extends nn.Module {
  override forward(x: Tensor): Tensor {
    return torch.cat([x, x]);
  }
}

class Doubled extends nn.Module {
  override forward(x: Tensor): Tensor {
    return x.double();
  }
}

type AnyLayer = nn.Module & ((x: Tensor) => Tensor);

function lengths({ show, fails }: Page): void {
  let last: nn.Linear | null = null;
  for (const make of [utils.weight_norm, parametrizations.weight_norm]) {
    torch.manual_seed(1);
    const layers = [new nn.Linear(3, 2), new nn.Linear(3, 2), new nn.Linear(3, 2)] as const;
    const all: readonly AnyLayer[] = [...layers, new nn.ConvTranspose1d(2, 3, 2)];
    const settings = [{}, { dim: null }, { dim: 1 }, { dim: 0 }];
    for (const [place, layer] of all.entries()) {
      const x = place === 3 ? torch.ones([1, 2, 3]) : torch.tensor([[1, -2, 0.5]]);
      const before = layer(x);
      make(layer, settings[place]);
      const shapes = [...layer.parameters()].map((parameter) => parameter.shape);
      show(namesOf(layer.named_parameters()), shapes, torch.allclose(before, layer(x)));
      layer(x).sum().backward();
      show(...gradients(layer));
      const [, length] = [...layer.named_parameters()].find(([name]) => /_g$|original0$/.test(name))!; // just made
      torch.no_grad(() => length.mul_(2));
      show(layer(x), ...Object.keys(layer.state_dict()));
    }
    [last] = layers;
  }
  show(last);
  const layer = last!; // the loop ran
  show(
    layer.constructor.name,
    parametrize.is_parametrized(layer),
    parametrize.is_parametrized(layer, "bias"),
  );
  parametrize.remove_parametrizations(layer, "weight");
  show(layer, namesOf(layer.named_parameters()), layer.constructor.name);
  const old = utils.weight_norm(new nn.Linear(2, 2));
  fails(() => utils.weight_norm(old));
  utils.remove_weight_norm(old);
  show(namesOf(old.named_parameters()));
  fails(() => utils.remove_weight_norm(old));
}

function singularValues({ show, fails }: Page): void {
  for (const make of [utils.spectral_norm, parametrizations.spectral_norm]) {
    torch.manual_seed(1);
    const layers: readonly (() => readonly [AnyLayer, { n_power_iterations?: number }])[] = [
      () => [new nn.Linear(3, 2), {}],
      () => [new nn.Conv1d(2, 3, 2), { n_power_iterations: 3 }],
      () => [new nn.ConvTranspose1d(2, 3, 2), {}],
    ];
    const made = layers.map((layer) => layer());
    for (const [layer, settings] of made) {
      const x = layer instanceof nn.Linear ? torch.ones([1, 3]) : torch.ones([1, 2, 3]);
      make(layer, settings);
      show(layer(x));
      show(layer(x));
      layer.eval();
      show(layer(x), ...Object.keys(layer.state_dict()));
      layer(x).sum().backward();
      show(namesOf(layer.named_parameters()), ...gradients(layer));
    }
    show(made[2]![0]);
  }
  fails(() => parametrizations.spectral_norm(new nn.Linear(2, 2), { n_power_iterations: 0 }));
  fails(() => parametrizations.spectral_norm(new nn.Linear(2, 2), "nothing"));
  const old = utils.spectral_norm(new nn.Linear(2, 2));
  fails(() => utils.spectral_norm(old));
  fails(() => utils.spectral_norm(new nn.Linear(2, 2), { n_power_iterations: 0 }));
  utils.remove_spectral_norm(old);
  show(namesOf(old.named_parameters()), ...Object.keys(old.state_dict()));
  fails(() => utils.remove_spectral_norm(old));
}

function orthogonal({ show, fails }: Page): void {
  torch.manual_seed(1);
  for (const [columns, rows] of [
    [3, 3],
    [4, 2],
    [2, 4],
  ] as const)
    for (const orthogonal_map of [null, "matrix_exp", "cayley", "householder"] as const) {
      const layer = parametrizations.orthogonal(new nn.Linear(columns, rows), { orthogonal_map });
      show(layer.weight.abs().gt(1e-4), layer.weight);
      layer(torch.arange(columns, { dtype: torch.float32 }))
        .sum()
        .backward();
      const { original } = layer.parametrizations["weight"]!;
      torch.no_grad(() => original.sub_(original.grad!));
      show(layer.weight);
    }
  const plain = parametrizations.orthogonal(new nn.Linear(3, 2), { use_trivialization: false });
  show(plain, plain.weight, namesOf(plain.named_buffers()));
  const layer = parametrizations.orthogonal(new nn.Linear(3, 3));
  Reflect.set(layer, "weight", torch.eye(3));
  show(layer.weight, ...Object.keys(layer.state_dict()));
  fails(() => parametrizations.orthogonal(new nn.Linear(3, 3), "bias"));
  // The compiler refuses it, too.
  fails(() => parametrizations.orthogonal(new nn.Linear(3, 3), { orthogonal_map: "other" as "cayley" }));
}

function computed({ show, fails }: Page): void {
  const layer = new nn.Linear(2, 2);
  torch.no_grad(() =>
    layer.weight.copy_(
      torch.tensor([
        [1, 2],
        [3, 4],
      ]),
    ),
  );
  const { weight } = layer;
  const { weight: list } = parametrize.register_parametrization(layer, "weight", new Symmetric())
    .parametrizations as unknown as Record<string, nn.utils.parametrize.ParametrizationList>;
  show(layer.weight, list!.original === weight, layer);
  layer(torch.ones(2)).sum().backward();
  show(
    weight.grad,
    ...[...layer.named_parameters()].map(([name]) => name),
    ...Object.keys(layer.state_dict()),
  );
  parametrize.register_parametrization(layer, "weight", new Exponential());
  show(layer.weight, list!.length);
  fails(() => Reflect.set(layer, "weight", torch.ones([2, 2])));
  parametrize.remove_parametrizations(layer, "weight", { leave_parametrized: false });
  show(layer.weight, layer.weight === weight);
  const again = parametrize.register_parametrization(layer, "weight", new Exponential());
  show(layer.weight, again.parametrizations["weight"]!.original);
  Reflect.set(layer, "weight", torch.full([2, 2], 5, { dtype: torch.float32 }));
  show(layer.weight, again.parametrizations["weight"]!.original);
  show(parametrize.cached(() => layer.weight === layer.weight));
  // oxlint-disable-next-line no-self-compare -- it is computed each time
  show(layer.weight === layer.weight);
  parametrize.remove_parametrizations(layer, "weight");
  show(layer.weight, layer.weight === weight);
  fails(() => parametrize.remove_parametrizations(layer, "weight"));
  fails(() => parametrize.register_parametrization(layer, "nothing", new Symmetric()));
  fails(() => parametrize.register_parametrization(layer, "weight", new Wider()));
  fails(() => parametrize.register_parametrization(layer, "weight", new Doubled()));
  const norm = new nn.BatchNorm1d(2);
  parametrize.register_parametrization(norm, "running_var", new Exponential());
  show(
    norm.running_var,
    ...Object.keys(norm.state_dict()),
    ...[...norm.named_buffers()].map(([name]) => name),
  );
  parametrize.register_parametrization(layer, "weight", new Wider(), { unsafe: true });
  show(layer.weight.shape[0]);
  fails(() => parametrize.register_parametrization(layer, "weight", new Wider()));
}

/** `torch.nn.utils`. */
export const nnUtils: Readonly<Record<string, Program>> = {
  "clipping gradients"({ show, fails }) {
    for (const norm_type of [2, 1, "inf", 0.5] as const) {
      const net = withGradients();
      show(utils.clip_grad_norm_(net.parameters(), 2, norm_type), net.weight.grad, net.bias!.grad);
    }
    const net = withGradients();
    show(utils.clip_grad_norm_(net.weight, { max_norm: 100 }), net.weight.grad);
    utils.clip_grad_value_(net.parameters(), 2.5);
    show(null, net.weight.grad, net.bias!.grad);
    net.bias!.grad = null;
    show(utils.clip_grad_norm_([net.bias!], 1), utils.get_total_norm([net.weight.grad!, torch.ones(3)], 2));
    utils.clip_grads_with_norm_(net.parameters(), 1, torch.tensor(10));
    show(net.weight.grad);
    net.weight.grad!.index_put_([0, 0], Number.NaN);
    fails(() => utils.clip_grad_norm_(net.parameters(), 1, { error_if_nonfinite: true }));
    show(utils.clip_grad_norm_(net.parameters(), 1));
  },

  "parameters as a vector"({ show, fails }) {
    const net = new nn.Sequential(new nn.Linear(2, 1), new nn.Linear(1, 2, { bias: false }));
    torch.no_grad(() => {
      let value = 1;
      for (const parameter of net.parameters()) parameter.fill_(value++);
    });
    const vector = utils.parameters_to_vector(net.parameters());
    show(vector);
    vector.sum().backward();
    show(net.get_parameter("0.weight").grad);
    utils.vector_to_parameters(torch.arange(5, { dtype: torch.float32 }), net.parameters());
    show(...[...net.parameters()].map((parameter) => parameter.data));
    fails(() => utils.vector_to_parameters(torch.arange(3, { dtype: torch.float32 }), net.parameters()));
    // The compiler refuses it, too.
    fails(() => utils.vector_to_parameters([1] as unknown as Tensor, net.parameters()));
  },

  "weights with a length": lengths,
  "weights with a largest singular value": singularValues,
  "orthogonal weights": orthogonal,
  "weights that are computed": computed,

  "layers with their normalisation"({ show, fails }) {
    torch.manual_seed(1);
    const conv2 = new nn.Conv2d(2, 3, 2, { bias: false });
    const [norm2, x2] = [new nn.BatchNorm2d(3), torch.rand(2, 2, 3, 3)];
    const conv1 = new nn.Conv1d(2, 3, 2);
    const [norm1, x1] = [new nn.BatchNorm1d(3, { affine: false }), torch.rand(2, 2, 3)];
    const linear = new nn.Linear(2, 3);
    const [norm0, x0] = [new nn.BatchNorm1d(3), torch.rand(4, 2)];
    const rows = [
      [conv2, norm2, x2, () => utils.fuse_conv_bn_eval(conv2, norm2)],
      [conv1, norm1, x1, () => utils.fuse_conv_bn_eval(conv1, norm1)],
      [linear, norm0, x0, () => utils.fuse_linear_bn_eval(linear, norm0)],
    ] as const;
    for (const [layer, norm, x, fuse] of rows) {
      norm(layer(x));
      torch.no_grad(() => {
        norm.weight?.copy_(torch.tensor([0.5, 1, 2]));
        norm.bias?.copy_(torch.tensor([1, 2, 3]));
      });
      layer.eval();
      norm.eval();
      const fused = fuse();
      show(
        torch.allclose(fused(x), norm(layer(x)), { atol: 1e-6 }),
        fused.weight,
        fused.bias,
        (fused as nn.Module) === layer,
      );
    }
    fails(() => utils.fuse_conv_bn_eval(new nn.Conv2d(1, 1, 1), new nn.BatchNorm2d(1)));
  },

  "modules without state of their own"({ show, fails }) {
    const call = torch.func.functional_call;
    const net = new nn.Sequential(new nn.Linear(2, 1), new nn.Tanh());
    const [weight, x] = [torch.ones([1, 2]), torch.ones(2)];
    const weights = { "0.weight": weight, "0.bias": torch.zeros(1) };
    show(call(net, weights, x));
    fails(() => call(net, { "0.weight": weight }, x, null, { strict: true }));
    fails(() => call(net, { ...weights, "2.weight": torch.ones(1) }, x, null, { strict: true }));
    const [first, second] = [new nn.Linear(2, 2, false), new nn.Linear(2, 2, false)];
    const tied = new nn.Sequential(first, second);
    second.weight = first.weight;
    const ones = torch.ones([2, 2]);
    show(call(tied, { "0.weight": ones }, x));
    torch.no_grad(() => first.weight.fill_(3));
    show(call(tied, { "0.weight": ones }, x, null, { tie_weights: false }));
    fails(() => call(tied, { "0.weight": ones, "1.weight": torch.zeros([2, 2]) }, x));
    show(first.weight === second.weight);
  },
};
