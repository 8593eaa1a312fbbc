"""Functions with a derivative of the user's."""

import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from ..programs.page import fails, leaf, name_of, show


class Exp(Function):
    @staticmethod
    def forward(ctx, x):
        result = x.exp()
        ctx.save_for_backward(result)
        show(torch.is_grad_enabled(), *ctx.needs_input_grad)
        return result

    @staticmethod
    def backward(ctx, g):
        (result,) = ctx.saved_tensors
        return g * result


def a_custom_function():
    x = leaf([0.0, 1.0])
    y = Exp.apply(x)
    show(y, y.grad_fn.name())
    y.sum().backward()
    show(x.grad)
    fails(lambda: y.sum().backward())
    (first,) = torch.autograd.grad(Exp.apply(x).sum(), x, create_graph=True)
    show(*torch.autograd.grad(first.sum(), x))
    with torch.no_grad():
        show(Exp.apply(x).requires_grad)
    show(Exp.apply(torch.ones(1)))


class Scale(Function):
    @staticmethod
    def forward(ctx, x, factor, other):
        ctx.factor = factor
        return x * factor, other + 1, "text"

    @staticmethod
    def backward(ctx, *grads):
        show(*grads)
        show(*ctx.needs_input_grad)
        return grads[0] * ctx.factor, None, grads[1]


def a_custom_function_of_several_results():
    x = leaf([1.0, 2.0])
    a, b, c = Scale.apply(x, 3, torch.ones(2))
    show(a, b, c, a.grad_fn is b.grad_fn, b.output_nr)
    a.sum().backward()
    show(x.grad)


def custom(forward, backward):
    return type("Custom", (Function,), {"forward": staticmethod(forward), "backward": staticmethod(backward)})


def gradients_of_custom_functions_that_do_not_fit():
    x = leaf([1.0, 2.0])

    def attempt(give, *args):
        custom(lambda ctx, *args: args[0] * 2, lambda ctx, g: give(g)).apply(*args).sum().backward()

    fails(lambda: attempt(lambda g: (g, g), x))
    fails(lambda: attempt(lambda g: g, x, 3))
    fails(lambda: attempt(lambda g: (g, g), x, 3))
    fails(lambda: attempt(lambda g: 3, x))
    fails(lambda: attempt(lambda g: torch.ones(3), x))
    fails(lambda: attempt(lambda g: (), x))
    attempt(lambda g: (g, None), x)
    attempt(lambda g: None, x)
    attempt(lambda g: torch.ones(3, 2), x)
    attempt(lambda g: g.double(), x)
    show(x.grad, x.grad.dtype)


class AddOne(Function):
    @staticmethod
    def forward(ctx, x):
        x.add_(1)
        ctx.mark_dirty(x)
        return x

    @staticmethod
    def backward(ctx, g):
        return g * 7


def a_custom_function_that_writes():
    x = leaf([1.0, 2.0])
    y = x * 1
    show(AddOne.apply(y) is y, y, name_of(y.grad_fn))
    y.sum().backward()
    show(x.grad)
    fails(lambda: AddOne.apply(x))
    z = x * 1
    AddOne.apply(z[:1])
    x.grad = None
    z.sum().backward()
    show(name_of(z.grad_fn), x.grad)

    def forgetful(ctx, value):
        value.add_(1)
        ctx.mark_dirty(value)
        return value * 2

    fails(lambda: custom(forgetful, lambda ctx, g: g).apply(x * 1))


def a_custom_function_that_gives_its_argument():
    x = leaf([1.0, 2.0])
    same = custom(lambda ctx, value: value, lambda ctx, g: g * 5)
    y = same.apply(x)
    show(y is x, y._is_view())
    fails(lambda: y.add_(1))
    y.sum().backward()
    show(x.grad)
    turned = custom(lambda ctx, value: value.view(2, 1), lambda ctx, g: g.view(2)).apply(x * 1)
    fails(lambda: turned.add_(1))
    turned.sum().backward()
    show(x.grad)


def results_without_gradient():
    x = leaf([1.0, 3.0])

    def forward(ctx, value):
        largest, where, mask = value.max(), value.argmax(), value > 1
        ctx.mark_non_differentiable(where, mask)
        ctx.set_materialize_grads(False)
        return largest, where, mask, value * 1

    def backward(ctx, *grads):
        show(*grads)
        return torch.ones(2) * grads[0]

    results = custom(forward, backward).apply(x)
    show(*[result.requires_grad for result in results])
    results[0].backward()
    show(x.grad)


class Power(Function):
    @staticmethod
    def forward(x, exponent):
        return x**exponent

    @staticmethod
    def setup_context(ctx, inputs, output):
        x, ctx.exponent = inputs
        ctx.save_for_backward(x, None)
        show(output)

    @staticmethod
    def backward(ctx, g):
        x, nothing = ctx.saved_tensors
        show(nothing)
        return g * ctx.exponent * x ** (ctx.exponent - 1), None


def a_custom_function_with_setup_context():
    x = leaf([1.0, 2.0])
    Power.apply(x, 3).sum().backward()
    show(x.grad)


def saved_tensors_of_custom_functions_are_checked():
    x = leaf([1.0, 2.0])

    def forward(ctx, value):
        ctx.save_for_backward(value)
        return value * 2

    keeping = custom(forward, lambda ctx, g: ctx.saved_tensors[0] * g)
    y = x * 1
    z = keeping.apply(y)
    y.add_(1)
    fails(lambda: z.sum().backward())

    def wrong(ctx, value):
        ctx.save_for_backward(3)
        return value * 2

    fails(lambda: custom(wrong, lambda ctx, g: g).apply(x))
    fails(lambda: type("Empty", (Function,), {}).apply(x))
    fails(lambda: type("Half", (Function,), {"forward": staticmethod(lambda ctx, value: value * 2)}).apply(x).sum().backward())


def functions_that_are_differentiated_once():
    x = leaf([1.0, 2.0])

    def forward(ctx, value):
        ctx.save_for_backward(value)
        return value**2

    once = custom(forward, once_differentiable(lambda ctx, g: g * 2 * ctx.saved_tensors[0]))
    once.apply(x).sum().backward()
    show(x.grad)
    start = torch.ones(2, requires_grad=True)
    (first,) = torch.autograd.grad(once.apply(x), x, start, create_graph=True)
    show(first.requires_grad)
    fails(lambda: first.sum().backward())


def straight_through():
    x = leaf([0.2, 0.7])
    rounded = custom(lambda ctx, value: value.round(), lambda ctx, g: g).apply(x)
    (rounded * torch.tensor([2.0, 3.0])).sum().backward()
    show(rounded.detach(), x.grad)


def anomalies_are_found():
    x = leaf([-1.0, 4.0])
    with torch.autograd.detect_anomaly():
        y = x.sqrt().sum()
        fails(lambda: y.backward())
    show(torch.is_anomaly_enabled())
    x.grad = None
    x.sqrt().sum().backward()
    show(x.grad)
    torch.autograd.set_detect_anomaly(True)
    show(torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled())
    fails(lambda: x.sqrt().sum().backward())
    torch.autograd.set_detect_anomaly(False)
    with torch.autograd.detect_anomaly(check_nan=False):
        x.sqrt().sum().backward()


def gradients_are_checked():
    x = torch.tensor([0.5, 1.5], dtype=torch.float64, requires_grad=True)
    show(torch.autograd.gradcheck(lambda value: value.sin() * value, (x,)), torch.autograd.gradgradcheck(lambda value: value**3, (x,)))
    wrong = custom(lambda ctx, value: value * 2, lambda ctx, g: g * 3)
    fails(lambda: torch.autograd.gradcheck(wrong.apply, (x,)))
    show(torch.autograd.gradcheck(wrong.apply, (x,), raise_exception=False))
    fails(lambda: torch.autograd.gradcheck(lambda value: value, (x.detach(),)))
