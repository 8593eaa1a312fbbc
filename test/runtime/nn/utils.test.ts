import fc from "fast-check";
import { describe, expect, test } from "vitest";
import torch, { nn, optim, type Tensor } from "../../../runtime/index.ts";
import { warningsOf } from "../warnings.ts";

const { parametrizations, parametrize } = nn.utils;

describe("nn.utils", () => {
  test("brings the norm of any gradients to the bound at most, and leaves smaller ones alone", () => {
    const values = fc.array(fc.float({ noNaN: true, min: -100, max: 100 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(values, fc.double({ min: 0.1, max: 50, noNaN: true }), (numbers, bound) => {
        const parameter = new nn.Parameter(torch.zeros(numbers.length));
        parameter.grad = torch.tensor(numbers);
        const norm = Number(nn.utils.clip_grad_norm_(parameter, bound).item());
        const after = Number(nn.utils.get_total_norm(parameter.grad).item());
        expect(after).toBeLessThanOrEqual(bound * (1 + 1e-5));
        expect(norm < bound ? Math.abs(after - norm) : 0).toBeLessThan(1e-4 * bound);
      }),
      { numRuns: 50 },
    );
  });

  test("tells of parameters that were gone through already", () => {
    const parameters = new nn.Linear(1, 1).parameters();
    const all = [...parameters];
    const warnings = warningsOf(() => nn.utils.clip_grad_norm_(parameters, 1));
    expect(warnings).toEqual([expect.stringContaining("is an empty generator")]);
    expect(all).toHaveLength(2);
  });

  test("gives parameters the elements of their own vector back", () => {
    const net = new nn.Sequential(new nn.Linear(3, 2), new nn.Linear(2, 1));
    const before = [...net.parameters()].map((parameter) => parameter.tolist());
    const vector = nn.utils.parameters_to_vector(net.parameters()).detach().clone();
    torch.no_grad(() => [...net.parameters()].forEach((parameter) => parameter.zero_()));
    nn.utils.vector_to_parameters(vector, net.parameters());
    expect([...net.parameters()].map((parameter) => parameter.tolist())).toEqual(before);
  });

  test("puts the weights of convolutions of one kind in another order", () => {
    const net = new nn.Sequential(new nn.Conv2d(2, 2, 2), new nn.Conv3d(2, 2, 2));
    nn.utils.convert_conv2d_weight_memory_format(net, torch.channels_last);
    const [flat, deep] = [net.get_parameter("0.weight"), net.get_parameter("1.weight")];
    expect([flat.is_contiguous(), deep.is_contiguous()]).toEqual([false, true]);
    nn.utils.convert_conv3d_weight_memory_format(net, torch.channels_last_3d);
    expect(deep.is_contiguous({ memory_format: torch.channels_last_3d })).toBe(true);
  });

  test("makes modules without drawing numbers", () => {
    torch.manual_seed(3);
    const expected = torch.rand(1).item();
    torch.manual_seed(3);
    expect(nn.utils.skip_init(nn.Linear, 3, 2).weight.shape).toEqual([2, 3]);
    expect(torch.rand(1).item()).toBe(expected);
    // The compiler refuses it too.
    expect(() => nn.utils.skip_init(Map as never)).toThrow("Expected a Module");
  });
});

describe("a parametrized module", () => {
  test("is copied with what it is computed from", () => {
    const layer = parametrizations.weight_norm(new nn.Linear(2, 2));
    const copy = torch.deepcopy(layer);
    torch.no_grad(() => layer.parametrizations["weight"]!.originals()[0]!.mul_(3));
    expect(layer.weight.sub(copy.weight.mul(3)).abs().max().item()).toBeLessThan(1e-6);
    const old = nn.utils.spectral_norm(new nn.Linear(2, 2));
    old(torch.ones(2));
    expect(() => torch.deepcopy(old)).toThrow("Only Tensors created explicitly by the user");
  });

  test("is trained by what it is computed from", () => {
    const layer = parametrizations.weight_norm(new nn.Linear(2, 1));
    const optimizer = new optim.SGD(layer.parameters(), { lr: 0.1 });
    const loss = (): number => {
      const result = layer(torch.ones([1, 2]))
        .sub(3)
        .pow(2)
        .sum();
      optimizer.zero_grad();
      result.backward();
      optimizer.step();
      return Number(result.item());
    };
    const first = loss();
    expect([loss(), loss(), loss()].at(-1)).toBeLessThan(first);
  });

  test("loads the names of the former weight norm", () => {
    const old = nn.utils.weight_norm(new nn.Linear(2, 2));
    const layer = parametrizations.weight_norm(new nn.Linear(2, 2));
    layer.load_state_dict(old.state_dict());
    expect(layer.weight.tolist()).toEqual(old.weight.tolist());
  });

  test("computes each tensor once while it is cached, and anew afterwards", () => {
    let calls = 0;
    class Counting extends nn.Module {
      override forward(x: torch.Tensor): torch.Tensor {
        calls++;
        return x.mul(1);
      }
    }
    const layer = parametrize.register_parametrization(new nn.Linear(1, 1), "weight", new Counting());
    calls = 0;
    parametrize.cached(() => [layer(torch.ones(1)), layer(torch.ones(1))]);
    expect(calls).toBe(1);
    layer(torch.ones(1));
    expect(calls).toBe(2);
    expect(parametrize.type_before_parametrizations(layer)).toBe(nn.Linear);
  });
});

function lengths(layer: nn.Module): number[] {
  return (Reflect.get(layer, "weight_g") as Tensor).flatten().tolist(); // weight_norm has put it there
}

test("lengths of float32 weights are PyTorch's to the last bit", () => {
  torch.manual_seed(5);
  const [linear, , , convolution] = [
    new nn.Linear(7, 20),
    new nn.Conv2d(3, 8, 3),
    new nn.Linear(30, 9),
    new nn.Conv2d(4, 6, 3),
  ];
  const { weight_norm } = nn.utils;
  weight_norm(linear);
  weight_norm(convolution, { dim: 1 });
  // torch.nn.utils.weight_norm of the same layers, in PyTorch 2.13
  expect(lengths(linear)).toEqual([
    0.7380766272544861, 0.65132075548172, 0.6361698508262634, 0.6657348871231079, 0.5507779121398926,
    0.6502533555030823, 0.7065152525901794, 0.4577942192554474, 0.6206176280975342, 0.5868082046508789,
    0.6952078938484192, 0.45045995712280273, 0.5272431373596191, 0.3850719630718231, 0.6656093597412109,
    0.48095571994781494, 0.6675718426704407, 0.5410054922103882, 0.4881814420223236, 0.7378699779510498,
  ]);
  expect(lengths(convolution)).toEqual([
    0.6551685333251953, 0.7563144564628601, 0.7721992135047913, 0.7841150760650635,
  ]);
});
