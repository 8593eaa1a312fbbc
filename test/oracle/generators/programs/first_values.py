"""Programs about `torch.nn.init`."""

import warnings

import torch
from torch.nn import init

from .page import fails, show


def first_values():
    for function in (init.uniform_, init.normal_, init.trunc_normal_, init.xavier_uniform_, init.xavier_normal_, init.kaiming_uniform_, init.kaiming_normal_, init.orthogonal_):
        show(function(torch.empty(3, 2)))
        generator = torch.Generator().manual_seed(7)
        before = torch.get_rng_state()
        show(function(torch.empty(2, 3), generator=generator), torch.equal(before, torch.get_rng_state()))
        show(function(torch.empty(2, 3), generator=None).dtype, function(torch.empty(2, 2, 2)))
    show(init.uniform_(torch.empty(2), -3, 5), init.uniform_(torch.empty(2), b=2), init.normal_(torch.empty(2), 5, 0.1))
    show(init.trunc_normal_(torch.empty(6), std=0.02), init.trunc_normal_(torch.empty(6), 1, 0.5, 2.0, 4.0), init.trunc_normal_(torch.empty(4), a=-0.1, b=0.1))
    show(init.trunc_normal_(torch.empty(4, dtype=torch.float64), 0, 1, -1, 0.5))
    show(init.constant_(torch.empty(2), 0.3), init.ones_(torch.empty(1, 2)), init.zeros_(torch.empty(2)))
    show(init.eye_(torch.empty(2, 3)), init.eye_(torch.empty(3, 2)), init.dirac_(torch.empty(4, 2, 3), 2), init.dirac_(torch.empty(2, 2, 2, 3)))
    show(init.sparse_(torch.empty(4, 3), 0.3), init.sparse_(torch.empty(2, 2), sparsity=0.5, std=2.0))
    show(init.orthogonal_(torch.empty(2, 4), 2.0), init.orthogonal_(torch.empty(0, 4)))
    weight = torch.nn.Parameter(torch.empty(2, 2))
    show(init.kaiming_normal_(weight, mode="fan_out", nonlinearity="relu") is weight, weight, weight.requires_grad, weight.grad_fn)
    show(init.kaiming_uniform_(torch.empty(2, 2), 0.2), init.kaiming_uniform_(torch.empty(2, 2), mode="FAN_IN", nonlinearity="tanh"))
    show(init.xavier_uniform_(torch.empty(2, 2), init.calculate_gain("relu")), init.xavier_normal_(torch.empty(2, 2), gain=2.0))


def gains_of_functions():
    for name in ("linear", "conv1d", "conv_transpose3d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"):
        show(f"{init.calculate_gain(name):.6f}")
    show(f"{init.calculate_gain('leaky_relu', 0.2):.6f}", f"{init.calculate_gain(nonlinearity='leaky_relu', param=1):.6f}")
    fails(lambda: init.calculate_gain("gelu"))
    fails(lambda: init.calculate_gain("leaky_relu", "steep"))
    fails(lambda: init.calculate_gain("leaky_relu", True))


def first_values_that_do_not_fit():
    fails(lambda: init.xavier_uniform_(torch.empty(3)))
    fails(lambda: init.kaiming_normal_(torch.empty(3)))
    fails(lambda: init.kaiming_uniform_(torch.empty(3, 3), mode="fan_all"))
    fails(lambda: init.kaiming_uniform_(torch.empty(3, 3), nonlinearity="gelu"))
    fails(lambda: init.orthogonal_(torch.empty(3)))
    fails(lambda: init.eye_(torch.empty(3)))
    fails(lambda: init.eye_(torch.empty(3, 3, 3)))
    fails(lambda: init.sparse_(torch.empty(3), 0.1))
    fails(lambda: init.dirac_(torch.empty(3, 3)))
    fails(lambda: init.dirac_(torch.empty(3, 3, 3), 2))
    fails(lambda: init.uniform_(torch.empty(2), 2, 1))
    fails(lambda: init.normal_(torch.empty(2), 0, -1))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        show(init.kaiming_uniform_(torch.empty(0, 3)), init.kaiming_normal_(torch.empty(3, 0)))
        init.trunc_normal_(torch.empty(2), 5.0, 1.0, -1.0, 1.0)
        init.uniform(torch.empty(2))
        init.xavier_normal(torch.empty(2, 2))
    show(*[f"{warning.category.__name__}: {warning.message}" for warning in caught])
