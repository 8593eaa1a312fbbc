"""Programs about `torch.nn.utils`."""

import torch
from torch import nn
from torch.nn import utils
from torch.nn.utils import parametrizations, parametrize

from .page import fails, show


def with_gradients(_=None):
    net = nn.Linear(2, 2)
    net.weight.grad = torch.tensor([[3.0, -4.0], [0.5, 12.0]])
    net.bias.grad = torch.tensor([float(2), -1.0])
    return net


def clipping_gradients():
    for norm_type in (2.0, 1.0, float("inf"), 0.5):
        net = with_gradients()
        show(utils.clip_grad_norm_(net.parameters(), 2.0, norm_type), net.weight.grad, net.bias.grad)
    net = with_gradients()
    show(utils.clip_grad_norm_(net.weight, max_norm=100), net.weight.grad)
    show(utils.clip_grad_value_(net.parameters(), 2.5), net.weight.grad, net.bias.grad)
    net.bias.grad = None
    show(utils.clip_grad_norm_([net.bias], 1.0), utils.get_total_norm([net.weight.grad, torch.ones(3)], 2.0))
    utils.clip_grads_with_norm_(net.parameters(), 1.0, torch.tensor(10.0))
    show(net.weight.grad)
    net.weight.grad[0, 0] = float("nan")
    fails(lambda: utils.clip_grad_norm_(net.parameters(), 1.0, error_if_nonfinite=True))
    show(utils.clip_grad_norm_(net.parameters(), 1.0))


def parameters_as_a_vector():
    net = nn.Sequential(nn.Linear(2, 1), nn.Linear(1, 2, bias=False))
    with torch.no_grad():
        for i, parameter in enumerate(net.parameters()):
            parameter.fill_(i + 1)
    vector = utils.parameters_to_vector(net.parameters())
    show(vector)
    vector.sum().backward()
    show(net[0].weight.grad)
    utils.vector_to_parameters(torch.arange(5.0), net.parameters())
    show(*[parameter.data for parameter in net.parameters()])
    fails(lambda: utils.vector_to_parameters(torch.arange(3.0), net.parameters()))
    fails(lambda: utils.vector_to_parameters([1.0], net.parameters()))


def weights_with_a_length():
    for make in (utils.weight_norm, parametrizations.weight_norm):
        torch.manual_seed(1)
        layers = nn.Linear(3, 2), nn.Linear(3, 2), nn.Linear(3, 2), nn.ConvTranspose1d(2, 3, 2)
        for layer, arguments in zip(layers, ({}, {"dim": None}, {"dim": 1}, {"dim": 0})):
            x = torch.ones(1, 2, 3) if isinstance(layer, nn.ConvTranspose1d) else torch.tensor([[1.0, -2.0, 0.5]])
            before = layer(x)
            assert make(layer, **arguments) is layer
            show([name for name, _ in layer.named_parameters()], [list(p.shape) for p in layer.parameters()], torch.allclose(before, layer(x)))
            layer(x).sum().backward()
            show(*[p.grad for p in layer.parameters()])
            with torch.no_grad():
                next(p for name, p in layer.named_parameters() if name.endswith(("_g", "original0"))).mul_(2)
            show(layer(x), *layer.state_dict())
    show(layers[0])
    show(type(layers[0]).__name__, parametrize.is_parametrized(layers[0]), parametrize.is_parametrized(layers[0], "bias"))
    parametrize.remove_parametrizations(layers[0], "weight")
    show(layers[0], [name for name, _ in layers[0].named_parameters()], type(layers[0]).__name__)
    old = utils.weight_norm(nn.Linear(2, 2))
    fails(lambda: utils.weight_norm(old))
    utils.remove_weight_norm(old)
    show([name for name, _ in old.named_parameters()])
    fails(lambda: utils.remove_weight_norm(old))


def weights_with_a_largest_singular_value():
    for make in (utils.spectral_norm, parametrizations.spectral_norm):
        torch.manual_seed(1)
        for layer, arguments in ((nn.Linear(3, 2), {}), (nn.Conv1d(2, 3, 2), {"n_power_iterations": 3}), (nn.ConvTranspose1d(2, 3, 2), {})):
            x = torch.ones(1, 3) if isinstance(layer, nn.Linear) else torch.ones(1, 2, 3)
            make(layer, **arguments)
            show(layer(x))
            show(layer(x))
            layer.eval()
            show(layer(x), *layer.state_dict())
            layer(x).sum().backward()
            show([name for name, _ in layer.named_parameters()], *[p.grad for p in layer.parameters()])
        show(layer)
    fails(lambda: parametrizations.spectral_norm(nn.Linear(2, 2), n_power_iterations=0))
    fails(lambda: parametrizations.spectral_norm(nn.Linear(2, 2), "nothing"))
    old = utils.spectral_norm(nn.Linear(2, 2))
    fails(lambda: utils.spectral_norm(old))
    fails(lambda: utils.spectral_norm(nn.Linear(2, 2), n_power_iterations=0))
    utils.remove_spectral_norm(old)
    show([name for name, _ in old.named_parameters()], *old.state_dict())
    fails(lambda: utils.remove_spectral_norm(old))


def orthogonal_weights():
    torch.manual_seed(1)
    for sizes in ((3, 3), (4, 2), (2, 4)):
        for orthogonal_map in (None, "matrix_exp", "cayley", "householder"):
            layer = parametrizations.orthogonal(nn.Linear(*sizes), orthogonal_map=orthogonal_map)
            show(layer.weight.abs() > 1e-4, layer.weight)
            layer(torch.arange(float(sizes[0]))).sum().backward()
            with torch.no_grad():
                layer.parametrizations.weight.original -= layer.parametrizations.weight.original.grad
            show(layer.weight)
    layer = parametrizations.orthogonal(nn.Linear(3, 2), use_trivialization=False)
    show(layer, layer.weight, [name for name, _ in layer.named_buffers()])
    layer = parametrizations.orthogonal(nn.Linear(3, 3))
    layer.weight = torch.eye(3)
    show(layer.weight, *layer.state_dict())
    fails(lambda: parametrizations.orthogonal(nn.Linear(3, 3), "bias"))
    fails(lambda: parametrizations.orthogonal(nn.Linear(3, 3), orthogonal_map="other"))


class Symmetric(nn.Module):
    def forward(self, x):
        return x.triu() + x.triu(1).T


class Exponential(nn.Module):
    def forward(self, x):
        return x.exp()

    def right_inverse(self, x):
        return x.log()


class Wider(nn.Module):
    def forward(self, x):
        return torch.cat([x, x])


class Doubled(nn.Module):
    def forward(self, x):
        return x.double()


def weights_that_are_computed():
    layer = nn.Linear(2, 2)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    weight = layer.weight
    parametrize.register_parametrization(layer, "weight", Symmetric())
    show(layer.weight, layer.parametrizations.weight.original is weight, layer)
    layer(torch.ones(2)).sum().backward()
    show(weight.grad, *[name for name, _ in layer.named_parameters()], *layer.state_dict())
    parametrize.register_parametrization(layer, "weight", Exponential())
    show(layer.weight, len(layer.parametrizations.weight))
    fails(lambda: setattr(layer, "weight", torch.ones(2, 2)))
    parametrize.remove_parametrizations(layer, "weight", leave_parametrized=False)
    show(layer.weight, layer.weight is weight)
    parametrize.register_parametrization(layer, "weight", Exponential())
    show(layer.weight, layer.parametrizations.weight.original)
    layer.weight = torch.full((2, 2), 5.0)
    show(layer.weight, layer.parametrizations.weight.original)
    with parametrize.cached():
        show(layer.weight is layer.weight)
    show(layer.weight is layer.weight)
    parametrize.remove_parametrizations(layer, "weight")
    show(layer.weight, layer.weight is weight)
    fails(lambda: parametrize.remove_parametrizations(layer, "weight"))
    fails(lambda: parametrize.register_parametrization(layer, "nothing", Symmetric()))
    fails(lambda: parametrize.register_parametrization(layer, "weight", Wider()))
    fails(lambda: parametrize.register_parametrization(layer, "weight", Doubled()))
    norm = nn.BatchNorm1d(2)
    parametrize.register_parametrization(norm, "running_var", Exponential())
    show(norm.running_var, *norm.state_dict(), *[name for name, _ in norm.named_buffers()])
    parametrize.register_parametrization(layer, "weight", Wider(), unsafe=True)
    show(layer.weight.shape[0])
    fails(lambda: parametrize.register_parametrization(layer, "weight", Wider()))


def layers_with_their_normalisation():
    torch.manual_seed(1)
    for layer, norm, x in (
        (nn.Conv2d(2, 3, 2, bias=False), nn.BatchNorm2d(3), torch.rand(2, 2, 3, 3)),
        (nn.Conv1d(2, 3, 2), nn.BatchNorm1d(3, affine=False), torch.rand(2, 2, 3)),
        (nn.Linear(2, 3), nn.BatchNorm1d(3), torch.rand(4, 2)),
    ):
        norm(layer(x))
        if norm.weight is not None:
            with torch.no_grad():
                norm.weight.copy_(torch.tensor([0.5, 1.0, 2.0]))
                norm.bias.copy_(torch.tensor([1.0, 2.0, 3.0]))
        layer.eval()
        norm.eval()
        if isinstance(layer, nn.Linear):
            fused = utils.fuse_linear_bn_eval(layer, norm)
        elif norm.weight is None:
            fused = utils.fuse_conv_bn_eval(layer, norm)
        else:
            fused = utils.fuse_conv_bn_eval(layer, norm)
        show(torch.allclose(fused(x), norm(layer(x)), atol=1e-6), fused.weight, fused.bias, fused is layer)
    fails(lambda: utils.fuse_conv_bn_eval(nn.Conv2d(1, 1, 1), nn.BatchNorm2d(1)))


def modules_without_state_of_their_own():
    net = nn.Sequential(nn.Linear(2, 1), nn.Tanh())
    weights = {"0.weight": torch.ones(1, 2), "0.bias": torch.zeros(1)}
    show(torch.func.functional_call(net, weights, torch.ones(2)))
    fails(lambda: torch.func.functional_call(net, {"0.weight": torch.ones(1, 2)}, torch.ones(2), strict=True))
    fails(lambda: torch.func.functional_call(net, weights | {"2.weight": torch.ones(1)}, torch.ones(2), strict=True))
    tied = nn.Sequential(nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False))
    tied[1].weight = tied[0].weight
    show(torch.func.functional_call(tied, {"0.weight": torch.ones(2, 2)}, torch.ones(2)))
    with torch.no_grad():
        tied[0].weight.fill_(3)
    show(torch.func.functional_call(tied, {"0.weight": torch.ones(2, 2)}, torch.ones(2), tie_weights=False))
    fails(lambda: torch.func.functional_call(tied, {"0.weight": torch.ones(2, 2), "1.weight": torch.zeros(2, 2)}, torch.ones(2)))
    show(tied[0].weight is tied[1].weight)
