import torch, { nn, optim, type Tensor } from "../../../runtime/index.ts";
import type { Program } from "./page.ts";

const { prune } = nn.utils;

function quoted(names: Iterable<string>): string {
  return `[${[...names].map((name) => `'${name}'`).join(", ")}]`;
}

function names(module: nn.Module): string {
  return quoted([...module.named_parameters(), ...module.named_buffers()].map(([name]) => name));
}

/** A member that pruning has given a layer. */
function part(layer: nn.Module, name: string): Tensor {
  return Reflect.get(layer, name) as Tensor; // the program has just pruned it
}

class EveryOther extends prune.BasePruningMethod {
  override compute_mask(_: Tensor, default_mask: Tensor): Tensor {
    const mask = default_mask.clone();
    mask.view(-1).index_put_(["::2"], 0);
    return mask;
  }
}

/** Programs about `torch.nn.utils.prune`. */
export const pruning: Readonly<Record<string, Program>> = {
  "single weights are pruned": ({ show }) => {
    const layer = new nn.Linear(4, 3);
    const pruned = prune.random_unstructured(layer, "weight", { amount: 0.3 });
    show(pruned === layer, layer.weight, part(layer, "weight_mask"), names(layer));
    prune.l1_unstructured(layer, "bias", 2);
    show(layer.bias, part(layer, "bias_orig"), quoted(Object.keys(layer.state_dict())), names(layer));
    layer(torch.ones(2, 4)).sum().backward();
    show(part(layer, "weight_orig").grad, part(layer, "bias_orig").grad);
    new optim.SGD(layer.parameters(), { lr: 1 }).step();
    show(layer(torch.ones(1, 4)), layer.weight);
    prune.remove(layer, "weight");
    show(prune.is_pruned(layer), names(layer), layer.weight);
    prune.remove(layer, "bias");
    show(prune.is_pruned(layer), names(layer), layer.bias);
  },
  "channels are pruned": ({ show }) => {
    const layer = new nn.Conv2d(2, 4, 2);
    prune.ln_structured(layer, "weight", { amount: 0.5, n: 2, dim: 0 });
    show(part(layer, "weight_mask").sum([1, 2, 3]));
    prune.random_structured(layer, "weight", 1, 1);
    show(part(layer, "weight_mask").sum([0, 2, 3]), part(layer, "weight_mask").sum([1, 2, 3]));
    prune.random_unstructured(layer, "weight", 3);
    show(part(layer, "weight_mask"), layer(torch.ones(1, 2, 3, 3)));
    prune.ln_structured(new nn.Linear(2, 2), "weight", 1, Infinity, -1);
  },
  "several ways one after the other": ({ show }) => {
    const layer = new nn.Linear(5, 4, { bias: false });
    prune.ln_structured(layer, "weight", 1, { n: 1, dim: 0 });
    prune.l1_unstructured(layer, "weight", 0.5);
    prune.custom_from_mask(layer, "weight", { mask: torch.tensor([1n, 1n, 0n, 1n, 1n]).expand(4, 5) });
    prune.identity(layer, "weight");
    show(layer.weight, part(layer, "weight_mask"));
    const scored = new nn.Linear(3, 2);
    const importance_scores = torch.tensor([
      [6, 5, 4],
      [3, 2, 1],
    ]);
    prune.l1_unstructured(scored, "weight", 2, { importance_scores });
    show(part(scored, "weight_mask"));
  },
  "several layers are pruned as one": ({ show, fails }) => {
    const [first, last] = [new nn.Linear(4, 4), new nn.Linear(4, 2)];
    const net = new nn.Sequential(first, new nn.Tanh(), last);
    const places = [
      [first, "weight"],
      [last, "weight"],
      [last, "bias"],
    ] as const;
    const masks = (): Tensor[] => places.map(([layer, name]) => part(layer, `${name}_mask`));
    prune.global_unstructured(places, prune.L1Unstructured, { amount: 0.25 });
    show(...masks(), quoted(Object.keys(net.state_dict())));
    prune.global_unstructured(places, prune.RandomUnstructured, { amount: 5 });
    show(...masks());
    for (const [module, name] of places) prune.remove(module, name);
    show(net(torch.ones(4)), quoted(Object.keys(net.state_dict())));
    fails(() => prune.global_unstructured(places, prune.RandomStructured, { amount: 0.5 }));
  },
  "ways of ones own": ({ show }) => {
    const layer = new nn.Linear(3, 3);
    EveryOther.apply(layer, "weight");
    show(part(layer, "weight_mask"));
    EveryOther.apply(layer, "weight");
    show(part(layer, "weight_mask"));
    const numbers = torch.arange(6).float();
    show(new EveryOther().prune(numbers), new prune.L1Unstructured({ amount: 2 }).prune(numbers));
  },
  "what cannot be pruned": ({ show, fails }) => {
    const layer = new nn.Linear(2, 2);
    fails(() => prune.l1_unstructured(layer, "weight", 5));
    fails(() => prune.l1_unstructured(layer, "weight", -1));
    fails(() => prune.l1_unstructured(layer, "weight", 1.5));
    fails(() => prune.ln_structured(layer, "bias", { amount: 1, n: 2, dim: 0 }));
    fails(() => prune.ln_structured(layer, "weight", { amount: 1, n: 2, dim: 2 }));
    fails(() => prune.remove(layer, "weight"));
    show(quoted([...layer.named_parameters()].map(([name]) => name).toSorted()), prune.is_pruned(layer));
  },
};
