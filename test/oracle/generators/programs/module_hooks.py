"""Programs about hooks of modules."""

import torch
from torch import nn
from torch.nn.modules import module as modules

from .page import fails, show


class Pair(nn.Module):
    def forward(self, x, y=None, scale=1.0):
        return x * scale, y


def hooks_before_and_after_a_call():
    net = nn.Linear(2, 2)
    nn.init.ones_(net.weight)
    nn.init.zeros_(net.bias)
    x = torch.tensor([[1.0, 2.0]])
    doubling = net.register_forward_pre_hook(lambda module, args: args[0] * 2)
    show(net(x))
    adding = net.register_forward_pre_hook(lambda module, args: (args[0] + 1,), prepend=True)
    show(net(x))
    doubling.remove()
    show(net(x))
    adding.remove()
    adding.remove()
    after = net.register_forward_hook(lambda module, args, output: output - args[0].sum())
    net.register_forward_hook(lambda module, args, output: show("second", output))
    net.register_forward_hook(lambda module, args, output: show("first", output), prepend=True)
    show(net(x))
    after.remove()
    show(net(x))


def hooks_with_arguments_by_name():
    net = Pair()
    x = torch.ones(2)
    show(net(x, scale=3.0))
    net.register_forward_pre_hook(lambda module, args: show(len(args)))
    handle = net.register_forward_pre_hook(lambda module, args, kwargs: (args, {"scale": kwargs["scale"] + 1}), with_kwargs=True)
    net.register_forward_hook(lambda module, args, kwargs, output: show(len(args), kwargs["scale"], output[0]), with_kwargs=True)
    show(net(x, scale=3.0))
    handle.remove()
    net.register_forward_pre_hook(lambda module, args, kwargs: args, with_kwargs=True)
    fails(lambda: net(x, scale=3.0))


def hooks_that_always_run():
    class Failing(nn.Module):
        def forward(self, x):
            raise ValueError("it fails")

    net = Failing()
    net.register_forward_hook(lambda module, args, output: show("never"))
    net.register_forward_hook(lambda module, args, output: show("always", output), always_call=True)
    fails(lambda: net(torch.ones(1)))
    net = nn.Linear(1, 1)
    net.register_forward_hook(lambda module, args, output: show("once"), always_call=True)

    def stop(module, args, output):
        raise ValueError("it stops")

    net.register_forward_hook(stop)
    fails(lambda: net(torch.ones(1)))


def hooks_of_gradients_of_a_module():
    net = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.fill_(0.5)
    handle = net[2].register_full_backward_hook(lambda module, grad_input, grad_output: show("last", grad_input, grad_output))
    net[0].register_full_backward_hook(lambda module, grad_input, grad_output: show("first", grad_input, grad_output))
    net[1].register_full_backward_hook(lambda module, grad_input, grad_output: (grad_input[0] * 10,))
    net[2].register_full_backward_pre_hook(lambda module, grad_output: show("before", grad_output))
    net[2].register_full_backward_pre_hook(lambda module, grad_output: (grad_output[0] * 3,), prepend=True)
    x = torch.tensor([[1.0, 2.0]], requires_grad=True)
    net(x).sum().backward()
    show(x.grad, net[0].weight.grad, net[2].weight.grad)
    handle.remove()
    net.zero_grad()
    # Without an input that requires grad, the first layer's hook sees the gradient of its output.
    net(x.detach()).sum().backward()
    show(net[0].weight.grad)


def hooks_of_gradients_of_several_tensors():
    net = Pair()
    net.register_full_backward_hook(lambda module, grad_input, grad_output: show(grad_input, grad_output))
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    first, second = net(x, 3)
    show(second, type(first.grad_fn).__name__)
    first.sum().backward()
    y = torch.tensor([5.0], requires_grad=True)
    first, second = net(x, y)
    second.sum().backward()
    show(x.grad, y.grad)
    fails(lambda: net(x)[0].add_(1))


def hooks_of_gradients_that_give_too_much():
    net = nn.Linear(1, 1)
    net.register_full_backward_hook(lambda module, grad_input, grad_output: (grad_input[0], grad_input[0]))
    fails(lambda: net(torch.ones(1, requires_grad=True)).sum().backward())
    net = nn.Linear(1, 1)
    net.register_full_backward_pre_hook(lambda module, grad_output: (grad_output[0], grad_output[0]))
    fails(lambda: net(torch.ones(1, requires_grad=True)).sum().backward())
    net = nn.Linear(1, 1)
    net.register_full_backward_hook(lambda module, grad_input, grad_output: (grad_output[0],))
    fails(lambda: net(torch.ones(1)).sum().backward())


def hooks_of_all_modules():
    net = nn.Sequential(nn.Linear(1, 1), nn.Tanh())
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.fill_(0.5)
    net[1].register_forward_pre_hook(lambda module, args: show("own"))
    handles = [
        modules.register_module_forward_pre_hook(lambda module, args: show("before", type(module).__name__)),
        modules.register_module_forward_hook(lambda module, args, output: show("after", type(module).__name__, output.shape[0])),
        modules.register_module_full_backward_pre_hook(lambda module, grad_output: show("backward", type(module).__name__)),
        modules.register_module_full_backward_hook(lambda module, grad_input, grad_output: show("behind", type(module).__name__, grad_output[0])),
    ]
    net(torch.ones(1, requires_grad=True)).sum().backward()
    for handle in handles:
        handle.remove()
    show(net(torch.ones(1)))
