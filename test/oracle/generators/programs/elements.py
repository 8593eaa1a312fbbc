"""Programs about functions of single elements, and whatever else was asked."""

import torch
import torch.nn.functional as F

from .page import fails, leaf, name_of, show


UNARY_NAMES = """
acosh asinh atanh angle deg2rad rad2deg digamma lgamma erfinv frac i0 logit nan_to_num sgn sinc trunc fix absolute negative
celu selu hardshrink rrelu relu exp2 log1p square round
""".split()
BINARY_NAMES = """
copysign hypot xlogy fmod remainder logaddexp logaddexp2 ldexp nextafter clamp_min clamp_max float_power true_divide fmax fmin maximum
""".split()


def names_of_functions_of_single_elements():
    x, y = leaf([0.25, 0.5]), leaf([1.5, 2.0])
    for name in UNARY_NAMES:
        show(name, name_of(getattr(torch, name)(x.clone() + 1 if name == "acosh" else x).grad_fn))
    for name in BINARY_NAMES:
        show(name, name_of(getattr(torch, name)(x, y).grad_fn))
    for result in (torch.xlogy(x, 2), torch.xlogy(2, x), torch.fmod(x, 2), torch.remainder(x, 2), torch.clamp_min(x, 0), torch.copysign(x, -1)):
        show(name_of(result.grad_fn))


def activations_in_place():
    for function in (F.relu, F.elu, F.celu, F.selu, F.silu, F.mish, F.hardswish, F.hardsigmoid, F.hardtanh, F.relu6, F.leaky_relu, F.rrelu):
        x = leaf([-1.5, -0.5, 0.5, 2.0])
        y = x * 2
        z = function(y, inplace=True)
        z.sum().backward()
        show(z is y, y.detach(), x.grad)
    fails(lambda: F.relu(leaf([1.0]), True))
    x = torch.tensor([-1.0, 0.5])
    show(F.elu_(x, 0.5), F.threshold_(x, 0, 7), torch.sqrt_(x), torch.clamp_max_(x, 2), F.leaky_relu_(x - 2), x)


def positions_where_a_condition_holds():
    x = torch.tensor([[1.0, -1.0], [0.0, 2.0]])
    show(*torch.where(x > 0))
    show(torch.where(x > 0, x, 0), torch.where(x > 0, 1, 0), torch.add(2, x), torch.sub(2, x, alpha=2), torch.div(1, x + 3, rounding_mode="floor"))
    fails(lambda: torch.where(x, x, x))
    fails(lambda: torch.fmod(2, x))


def positions_beside_values():
    x = torch.tensor([[[1.0, 3.0, 2.0, 5.0, 4.0, 0.0]]])
    image, volume = x.reshape(1, 1, 2, 3), x.reshape(1, 1, 1, 2, 3)
    show(*F.max_pool1d_with_indices(x, 2), *torch.max_pool1d_with_indices(x, 3, 1), *F.max_pool2d_with_indices(image, 2, 1))
    show(*F.max_pool3d_with_indices(volume, [1, 2, 2], [1, 1, 1]), *F.adaptive_max_pool3d_with_indices(volume, 1))
    show(*torch.adaptive_max_pool1d(x, 2), *F.adaptive_max_pool1d_with_indices(x, 3), *F.adaptive_max_pool2d_with_indices(image, [1, None]))
    show(*F.fractional_max_pool2d_with_indices(image, [1, 2], output_size=2))
    show(*F.fractional_max_pool3d_with_indices(x.reshape(1, 1, 3, 2, 1).expand(1, 1, 3, 2, 2), 1, output_size=1))


def convolutions_of_other_forms():
    x = torch.arange(12.0).reshape(3, 2, 2).requires_grad_()
    weight = torch.arange(8.0).reshape(2, 2, 2).requires_grad_()
    y = torch.conv_tbc(x, weight, torch.ones(2), 1)
    y.sum().backward()
    show(y.detach(), x.grad, weight.grad)
    show(torch.convolution(x.detach(), weight.detach(), None, [1], [1], [1], False, [0], 1))
    show(torch.convolution(x.detach(), weight.detach(), torch.ones(2), [2], [0], [1], True, [1], 1))
    fails(lambda: torch.conv_tbc(x, weight[:, :1], torch.ones(2)))
    fails(lambda: torch.conv_tbc(x[0], weight, torch.ones(2)))


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * 3 * x**2


def forms_of_calls_in_tutorials():
    x = leaf([1.0, 2.0])
    cube = Cube.apply
    y = cube(x)
    y.sum().backward()
    show(y, x.grad)
    show(torch.ones(2, 3).size(dim=1), torch.ones(2, 3).stride(dim=0), torch.full(size=(2,), fill_value=3, dtype=torch.long))
    show(*[torch.asarray(t, **options) for t in (x, y) for options in ({}, {"copy": True}, {"requires_grad": False}, {"requires_grad": True})])
    show(F.threshold(torch.arange(3), 0, 0.5), F.threshold(torch.arange(3), 1, 20.7))
    m = torch.tensor([[1.0, 4.0], [3.0, 2.0]])
    show(torch.max(input=m), *torch.max(input=m, dim=1), torch.max(input=m, other=m.T))
    show(torch.median(input=m, dim=0)[0], torch.mm(input=m, mat2=m), torch.bmm(input=m[None], mat2=m[None]))
    upsample = torch.nn.ConvTranspose1d(1, 1, 3, stride=2, padding=1)
    show(*[list(upsample(torch.ones(1, 1, 4), output_size=size).shape) for size in ([7], [8], [1, 1, 8])])
    fails(lambda: upsample(torch.ones(1, 1, 4), output_size=[9]))
