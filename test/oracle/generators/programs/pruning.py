"""Programs about `torch.nn.utils.prune`."""

import torch
from torch import nn
from torch.nn.utils import prune

from .page import fails, show


def names(module: nn.Module) -> list:
    return [name for name, _ in module.named_parameters()] + [name for name, _ in module.named_buffers()]


def single_weights_are_pruned():
    layer = nn.Linear(4, 3)
    show(prune.random_unstructured(layer, "weight", amount=0.3) is layer, layer.weight, layer.weight_mask, names(layer))
    prune.l1_unstructured(layer, "bias", amount=2)
    show(layer.bias, layer.bias_orig, list(layer.state_dict()), names(layer))
    layer(torch.ones(2, 4)).sum().backward()
    show(layer.weight_orig.grad, layer.bias_orig.grad)
    torch.optim.SGD(layer.parameters(), lr=1.0).step()
    show(layer(torch.ones(1, 4)), layer.weight)
    prune.remove(layer, "weight")
    show(prune.is_pruned(layer), names(layer), layer.weight)
    prune.remove(layer, "bias")
    show(prune.is_pruned(layer), names(layer), layer.bias)


def channels_are_pruned():
    layer = nn.Conv2d(2, 4, 2)
    prune.ln_structured(layer, "weight", amount=0.5, n=2, dim=0)
    show(layer.weight_mask.sum((1, 2, 3)))
    prune.random_structured(layer, "weight", amount=1, dim=1)
    show(layer.weight_mask.sum((0, 2, 3)), layer.weight_mask.sum((1, 2, 3)))
    prune.random_unstructured(layer, "weight", 3)
    show(layer.weight_mask, layer(torch.ones(1, 2, 3, 3)))
    prune.ln_structured(nn.Linear(2, 2), "weight", 1, float("inf"), -1)


def several_ways_one_after_the_other():
    layer = nn.Linear(5, 4, bias=False)
    prune.ln_structured(layer, "weight", amount=1, n=1, dim=0)
    prune.l1_unstructured(layer, "weight", amount=0.5)
    prune.custom_from_mask(layer, "weight", torch.tensor([1, 1, 0, 1, 1]).expand(4, 5))
    prune.identity(layer, "weight")
    show(layer.weight, layer.weight_mask)
    layer = nn.Linear(3, 2)
    prune.l1_unstructured(layer, "weight", 2, importance_scores=torch.tensor([[6.0, 5.0, 4.0], [3.0, 2.0, 1.0]]))
    show(layer.weight_mask)


def several_layers_are_pruned_as_one():
    net = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 2))
    places = [(net[0], "weight"), (net[2], "weight"), (net[2], "bias")]
    prune.global_unstructured(places, pruning_method=prune.L1Unstructured, amount=0.25)
    show(net[0].weight_mask, net[2].weight_mask, net[2].bias_mask, list(net.state_dict()))
    prune.global_unstructured(places, pruning_method=prune.RandomUnstructured, amount=5)
    show(net[0].weight_mask, net[2].weight_mask, net[2].bias_mask)
    for module, name in places:
        prune.remove(module, name)
    show(net(torch.ones(4)), list(net.state_dict()))
    fails(lambda: prune.global_unstructured(places, pruning_method=prune.RandomStructured, amount=0.5))


class EveryOther(prune.BasePruningMethod):
    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t, default_mask):
        mask = default_mask.clone()
        mask.view(-1)[::2] = 0
        return mask


def ways_of_ones_own():
    layer = nn.Linear(3, 3)
    EveryOther.apply(layer, "weight")
    show(layer.weight_mask)
    EveryOther.apply(layer, "weight")
    show(layer.weight_mask)
    show(EveryOther().prune(torch.arange(6.0)), prune.L1Unstructured(amount=2).prune(torch.arange(6.0)))


def what_cannot_be_pruned():
    layer = nn.Linear(2, 2)
    fails(lambda: prune.l1_unstructured(layer, "weight", amount=5))
    fails(lambda: prune.l1_unstructured(layer, "weight", amount=-1))
    fails(lambda: prune.l1_unstructured(layer, "weight", amount=1.5))
    fails(lambda: prune.ln_structured(layer, "bias", amount=1, n=2, dim=0))
    fails(lambda: prune.ln_structured(layer, "weight", amount=1, n=2, dim=2))
    fails(lambda: prune.remove(layer, "weight"))
    show(sorted(names(layer)), prune.is_pruned(layer))
