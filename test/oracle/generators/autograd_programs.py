"""Short programs about what users see of autograd: hooks, modes, custom functions, transforms of functions.

`autograd-programs.test.ts` has the same programs, under the same names, in TypeScript.
"""

import inspect
import warnings
from pathlib import Path

import torch
from torch.autograd import Function, functional
from torch.autograd.function import once_differentiable
from torch.func import functional_call, grad, grad_and_value, hessian, jacfwd, jacrev, jvp, linearize, stack_module_state, vjp

from .encode import write_lines
from .programs import fails, leaf, name_of, run, show


def vector(values):
    return torch.tensor(values)


# The engine's arguments.


def backward_takes_its_arguments_by_position():
    x = leaf([1.0, 2.0])
    y = x * x
    y.backward(vector([1.0, 10.0]), True)
    show(x.grad)
    y.backward(vector([1.0, 10.0]), None, True)
    show(x.grad.requires_grad, x.grad.detach())
    y.backward(gradient=vector([1.0, 1.0]))
    show(x.grad.detach())
    fails(lambda: y.backward(vector([1.0, 1.0])))


def backward_into_some_tensors():
    x, w, b = leaf([1.0, 2.0]), leaf([3.0, 4.0]), leaf(1.0)
    y = x * w
    z = (y + b).sum()
    z.backward(inputs=[w, y])
    show(x.grad, w.grad, b.grad, y.grad, y.retains_grad)
    fails(lambda: (x * w).sum().backward(inputs=[]))
    fails(lambda: (x * w).sum().backward(inputs=[vector([1.0])]))
    (x * w).sum().backward(inputs=x)
    show(x.grad, w.grad)


def gradients_to_start_from():
    x = leaf([1.0, 2.0])
    y = x * 2
    fails(lambda: y.backward([1.0, 2.0]))
    fails(lambda: y.backward(3.0))
    y.backward(torch.ones(2, dtype=torch.float64), retain_graph=True)
    show(x.grad, x.grad.dtype)
    y.backward(torch.ones(2, dtype=torch.int64))
    show(x.grad)
    fails(lambda: torch.autograd.backward([x.sum(), x.sum()], [torch.tensor(1.0)]))


def backward_from_several_tensors():
    x = leaf([1.0, 2.0])
    torch.autograd.backward([x.sum(), x * x], [None, vector([1.0, 1.0])])
    show(x.grad)
    torch.autograd.backward([(x * 3).sum(), (x * 4).sum()])
    show(x.grad)
    torch.autograd.backward((x * x).sum(), create_graph=True)
    show(x.grad.requires_grad)


def grad_takes_its_arguments_by_position():
    x, y = leaf([1.0, 2.0]), leaf([3.0])
    z = x * x
    show(*torch.autograd.grad(z, x, torch.ones(2), True))
    show(*torch.autograd.grad([z, x * 2], [x], [torch.ones(2), torch.ones(2)], None, True))
    show(*torch.autograd.grad((x * 2).sum(), [x, y], None, None, False, True, True))
    show(*torch.autograd.grad((x * 2).sum(), [x, y], allow_unused=True, materialize_grads=True))
    show(*torch.autograd.grad((x * 2).sum(), [x, y], materialize_grads=True))
    fails(lambda: torch.autograd.grad(x.sum(), [x, y], allow_unused=False, materialize_grads=True))
    fails(lambda: torch.autograd.grad(x.sum(), []))
    fails(lambda: torch.autograd.grad(x.sum(), torch.ones(2)))
    fails(lambda: torch.autograd.grad(x * 2, x))
    fails(lambda: torch.autograd.grad(x * 2, x, torch.ones(3)))
    fails(lambda: torch.autograd.grad([x * 2, x * 3], x, [torch.ones(2)]))
    fails(lambda: torch.autograd.grad(torch.ones(1), x))
    show(*torch.autograd.grad(x, x, torch.ones(2)))


def many_gradients_at_once():
    x = leaf([1.0, 2.0])
    show(*torch.autograd.grad(x * x, x, torch.eye(2), is_grads_batched=True))
    fails(lambda: torch.autograd.grad(x * x, x, torch.eye(3), is_grads_batched=True))


def gradients_of_intermediate_results():
    x = leaf([1.0, 2.0])
    y = x * 2
    z = (y * y).sum()
    show(*torch.autograd.grad(z, [y, x]))
    show(x.grad)


def a_root_may_be_a_leaf():
    x = leaf([1.0, 2.0])
    x.backward(vector([3.0, 4.0]))
    show(x.grad)
    s = leaf(2.0)
    s.backward()
    show(s.grad)


# What may be set.


def gradients_may_be_set():
    x = leaf([1.0, 2.0])
    x.grad = torch.ones(2)
    (x * 2).sum().backward()
    show(x.grad)

    def set_grad(value):
        x.grad = value

    fails(lambda: set_grad(3))
    fails(lambda: set_grad(torch.ones(3)))
    fails(lambda: set_grad(torch.ones(2, dtype=torch.float64)))
    fails(lambda: set_grad(x))
    show(x.grad)
    x.grad = None
    show(x.grad)
    plain = torch.ones(2)
    plain.grad = torch.zeros(2)
    show(plain.grad)


def data_may_be_exchanged():
    w = leaf([1.0, 2.0])
    (w * w).sum().backward()
    w.data = w.data - 0.1 * w.grad.data
    show(w, w.is_leaf)
    w.data.mul_(2)
    show(w, w.data.requires_grad)

    def exchange():
        w.data = torch.ones(2, dtype=torch.int64)

    fails(exchange)


def writes_into_data_are_not_noticed():
    x = leaf([0.5, 1.0])
    y = x.sigmoid()
    y.data.zero_()
    y.sum().backward()
    show(x.grad)
    z = x.sigmoid()
    z.detach().zero_()
    fails(lambda: z.sum().backward())


def switching_requires_grad():
    x = torch.ones(2)
    x.requires_grad = True
    show(x.requires_grad, x.is_leaf)
    y = x * 2

    def switch_off():
        y.requires_grad = False

    fails(switch_off)
    y.requires_grad_()
    show(y.requires_grad)
    x.requires_grad_(False)
    show(x.requires_grad, (x * 2).requires_grad, y.requires_grad)
    fails(lambda: torch.arange(3, requires_grad=True))
    fails(lambda: torch.zeros(2, dtype=torch.bool, requires_grad=True))


def detaching_in_place():
    x = leaf([1.0, 2.0])
    y = x * 2
    show(y.detach_() is y, y.requires_grad, y.grad_fn, y.is_leaf)
    fails(lambda: (x * 2)[:1].detach_())
    show(x.detach_().requires_grad)


# Hooks.


def hooks_of_tensors_run_in_order():
    x = leaf([1.0, 2.0])
    y = x * 2
    y.register_hook(lambda g: show("first", g))
    second = y.register_hook(lambda g: g * 10)
    y.register_hook(lambda g: show("third", g))
    y.retain_grad()
    y.sum().backward(retain_graph=True)
    show(y.grad, x.grad)
    second.remove()
    second.remove()
    y.sum().backward()
    show(y.grad, x.grad)


def hooks_of_leaves():
    x = leaf([1.0, 2.0])
    handle = x.register_hook(lambda g: g * 2)
    (x * 3).sum().backward()
    show(x.grad)
    show(*torch.autograd.grad((x * 3).sum(), x))
    handle.remove()
    (x * 3).sum().backward()
    show(x.grad)


def hooks_that_do_not_fit():
    x = leaf([1.0, 2.0])
    fails(lambda: torch.ones(2).register_hook(lambda g: g))

    def with_hook(hook):
        y = x * 2
        y.register_hook(hook)
        y.sum().backward()

    fails(lambda: with_hook(lambda g: 3))
    fails(lambda: with_hook(lambda g: torch.ones(3)))
    fails(lambda: with_hook(lambda g: g.double()))
    fails(lambda: torch.ones(2).retain_grad())
    show(x.grad)


def hooks_after_a_gradient_has_grown():
    x = leaf([1.0, 2.0])
    handle = x.register_post_accumulate_grad_hook(lambda p: show("grown", p.grad))
    (x * 2).sum().backward()
    (x * 2).sum().backward()
    handle.remove()
    (x * 2).sum().backward()
    show(x.grad)
    fails(lambda: (x * 2).register_post_accumulate_grad_hook(lambda p: None))


def an_optimizer_step_in_backward():
    w = leaf([1.0, 2.0])

    def step(p):
        with torch.no_grad():
            p -= 0.1 * p.grad
        p.grad = None

    w.register_post_accumulate_grad_hook(step)
    for _ in range(2):
        (w * w).sum().backward()
    show(w, w.grad)


def hooks_of_functions():
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    y = x * w
    y.grad_fn.register_hook(lambda inputs, outputs: show("after", *inputs, *outputs))
    y.grad_fn.register_prehook(lambda outputs: show("before", *outputs))
    y.register_hook(lambda g: show("tensor", g))
    y.sum().backward()
    y = x * w
    y.grad_fn.register_prehook(lambda outputs: (outputs[0] * 2,))
    y.grad_fn.register_hook(lambda inputs, outputs: (inputs[0] * 100, None))
    x.grad, w.grad = None, None
    y.sum().backward()
    show(x.grad, w.grad)


def hooks_of_functions_that_do_not_fit():
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])

    def with_hook(hook):
        y = x * w
        y.grad_fn.register_hook(hook)
        y.sum().backward()

    fails(lambda: with_hook(lambda inputs, outputs: (inputs[0],)))
    fails(lambda: with_hook(lambda inputs, outputs: 3))


def hooks_at_the_end_of_the_graph():
    x = leaf([1.0, 2.0])
    end = (x * 1).grad_fn.next_functions[0][0]
    show(end.variable is x, len(end.next_functions))
    end.register_hook(lambda inputs, outputs: show("after", *outputs))
    end.register_prehook(lambda outputs: show("before", *outputs))
    x.register_hook(lambda g: show("tensor", g))
    (x * 2).sum().backward()


def leaves_hear_of_their_gradients_when_those_are_complete():
    a, b = leaf([1.0]), leaf([2.0])
    for name, tensor in (("a", a), ("b", b)):
        tensor.register_hook(lambda g, name=name: show(name, g))
    y = a * 2
    y.register_hook(lambda g: show("y", g))
    z = y * b
    z.register_hook(lambda g: show("z", g))
    z.sum().backward()


def kept_gradients_follow_the_last_value():
    x = leaf([1.0, 2.0])
    y = x * 2
    y.retain_grad()
    y.register_hook(lambda g: show("old", g))
    y.mul_(3)
    y.register_hook(lambda g: show("new", g))
    show(y.retains_grad)
    y.sum().backward()
    show(y.grad)


def one_hook_for_several_gradients():
    a, b, c = leaf([1.0]), leaf([2.0]), leaf([3.0])
    handle = torch.autograd.graph.register_multi_grad_hook([a, b, c], lambda grads: show(*grads))
    (a * b).sum().backward()
    (a * b * c).sum().backward()
    handle.remove()
    (a * b).sum().backward()
    torch.autograd.graph.register_multi_grad_hook([a, b], lambda g: show("any", g), mode="any")
    (a * 2).sum().backward()


def saved_tensors_are_handed_to_hooks():
    x = leaf([1.0, 2.0])

    def pack(t):
        show("pack", t.detach())
        return t * 10

    def unpack(t):
        show("unpack", t.detach())
        return t / 10

    with torch.autograd.graph.saved_tensors_hooks(pack, unpack):
        y = x.exp()
    z = y * 2
    z.sum().backward()
    show(x.grad)


# The graph.


def looking_into_the_graph():
    x = leaf([1.0, 2.0])
    y = x.exp()
    z = y * y
    show(z.grad_fn.name(), len(z.grad_fn.next_functions), z.output_nr)
    show(*[name_of(node) for node, _ in z.grad_fn.next_functions], *[number for _, number in z.grad_fn.next_functions])
    first, second = (x * 1).unbind()
    show(name_of(first.grad_fn), second.output_nr, first.grad_fn is second.grad_fn)
    show((first + second).grad_fn.next_functions[1][1])
    y.grad_fn.metadata["seen"] = 3
    show(y.grad_fn.metadata["seen"])
    edge = torch.autograd.graph.get_gradient_edge(second)
    show(name_of(edge.node), edge.output_nr)
    show(isinstance(z.grad_fn, torch.autograd.graph.Node))


def gradients_meet_in_functions_of_several_results():
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    a, b = x.unbind()
    (a * b).sum().backward()
    show(x.grad)
    x.grad = None
    parts = (x * x).split([1, 1], 1)
    parts[1].sum().backward()
    show(x.grad)
    x.grad = None
    chunks = x.chunk(2)
    chunks[0].register_hook(lambda g: g * 5)
    (chunks[0] * 2 + chunks[1]).sum().backward()
    show(x.grad)
    show(name_of(chunks[0].grad_fn), name_of(parts[0].grad_fn), parts[1].output_nr)


# Modes.


def modes_inside_of_each_other():
    x = leaf([1.0])

    def state():
        show(torch.is_grad_enabled(), torch.is_inference_mode_enabled(), (x * 2).requires_grad)

    state()
    with torch.no_grad():
        state()
        with torch.enable_grad():
            state()
            with torch.set_grad_enabled(False):
                state()
            state()
        state()
    with torch.inference_mode():
        state()
        with torch.enable_grad():
            state()
        with torch.inference_mode(False):
            state()
    state()
    torch.set_grad_enabled(False)
    state()
    torch.set_grad_enabled(True)
    state()


def modes_as_decorators():
    x = leaf([1.0])

    @torch.no_grad()
    def double(value):
        return value * 2

    @torch.enable_grad()
    def triple(value):
        return value * 3

    show(double(x).requires_grad, (x * 2).requires_grad)
    with torch.no_grad():
        show(triple(x).requires_grad)


def the_mode_after_an_error():
    fails(lambda: torch.no_grad()(lambda: torch.ones(2) + torch.ones(3))())
    show(torch.is_grad_enabled())


def tensors_of_inference_mode():
    x = leaf([1.0, 2.0])
    with torch.inference_mode():
        a = x * 2
        view = x.view(2, 1)
        a.mul_(2)
        show(a.requires_grad, view.is_inference())
        normal = torch.ones(2)
        fails(lambda: a._version)
        x.add_(1)
    show(a.is_inference(), a, x)
    copy = a.clone()
    fails(lambda: x * a)
    show((x + a).requires_grad, (a * 2).is_inference())
    fails(lambda: a.add_(1))
    fails(lambda: normal.requires_grad_())
    fails(lambda: view.add_(1))
    show(a.view(2, 1).is_inference(), a.clone().is_inference())
    (x * copy).sum().backward()
    show(x.grad)


# Views and writes in place.


def views_know_their_base():
    x = torch.zeros(2, 3)
    v = x[0]
    show(v._is_view(), v._base is x, v[1:]._base is x, x._base, x.detach()._is_view(), x.clone()._is_view())


def views_made_without_recording():
    x = leaf([1.0, 2.0])
    y = x * 1
    with torch.no_grad():
        v = y[:1]
        part = y.unbind()[0]
    show(v.requires_grad, v.grad_fn)
    fails(lambda: v.add_(1))
    fails(lambda: part.add_(1))
    with torch.no_grad():
        v.add_(1)
    show(y)
    y.mul_(2)
    fails(lambda: v.grad_fn)
    show(v)


def several_views_are_not_written():
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    first, second = (x * 1).unbind()
    fails(lambda: first.mul_(2))
    fails(lambda: second.view(2).mul_(2))
    fails(lambda: (x * 1).split(1)[0].mul_(2))
    fails(lambda: (x * 1).chunk(2)[1].zero_())
    base = x * 1
    part = base.split(1)[0]
    base.mul_(2)
    fails(lambda: part.sum().backward())
    with torch.no_grad():
        first.mul_(2)
    show(first.detach())
    plain = torch.ones(2)
    plain.unbind()[0].add_(1)
    show(plain)


def a_base_that_is_written_through_a_view():
    x = leaf([2.0, 3.0])
    base = torch.zeros(2, 2)
    v = base[0]
    v.mul_(x)
    v.add_(x)
    show(name_of(base.grad_fn), name_of(v.grad_fn), v.requires_grad)
    base[1].copy_(x * x)
    show(base)
    (base * base).sum().backward()
    show(x.grad)


def a_view_of_a_base_that_is_written():
    x = leaf([1.0, 2.0, 3.0])
    y = x * 1
    v = y[1:]
    y.mul_(x)
    (v * 2).sum().backward()
    show(x.grad, name_of(v.grad_fn))


def what_is_written_over_itself():
    x = leaf([1.0, 2.0])
    y = x * 1
    y.add_(y)
    y.sum().backward()
    show(x.grad)
    z = x * 1
    z.mul_(z)
    fails(lambda: z.sum().backward())


def writes_that_change_what_is_recorded():
    x = leaf([1.0, 2.0])
    y = torch.zeros(2)
    y.add_(x)
    show(y.requires_grad, y.is_leaf, name_of(y.grad_fn))
    y.zero_()
    show(name_of(y.grad_fn))
    y.sum().backward()
    show(x.grad)


def a_leaf_is_not_written():
    x = leaf([1.0, 2.0])
    fails(lambda: x.zero_())
    fails(lambda: x[0].fill_(1))
    fails(lambda: x.view(2, 1).add_(1))
    fails(lambda: x.expand(2, 2).add_(1))
    x.detach().add_(1)
    show(x, x._version)


def versions_of_tensors():
    x = torch.zeros(2)
    show(x._version, x.add_(1)._version, x[0].mul_(2)._version, x._version)
    with torch.no_grad():
        x.add_(1)
    show(x._version)
    torch.autograd.graph.increment_version(x)
    show(x._version)


def copies_into_parts():
    x, y = leaf([1.0, 2.0, 3.0]), leaf([5.0, 6.0])
    z = x * 2
    z[1:] = y
    z[0] = 7.0
    (z * torch.tensor([1.0, 10.0, 100.0])).sum().backward()
    show(z.detach(), x.grad, y.grad)


# Custom functions.


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


# Anomalies.


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


# torch.autograd.functional.


def jacobians_of_functions():
    x, y = vector([1.0, 2.0]), vector([3.0, 4.0])
    show(functional.jacobian(lambda a: a**2, x))
    both = functional.jacobian(lambda a, b: (a * b, a.sum()), (x, y))
    show(*both[0], *both[1])
    show(functional.jacobian(lambda a: a.exp(), x, create_graph=True).requires_grad)
    fails(lambda: functional.jacobian(lambda a: torch.ones(2), x, strict=True))
    fails(lambda: functional.jacobian(lambda a, b: a * 2, (x, y), strict=True))
    fails(lambda: functional.jacobian(lambda a: 3, x))
    fails(lambda: functional.jacobian(lambda a: a, 3.0))
    show(functional.jacobian(lambda a: torch.ones(2), x))


def hessians_of_functions():
    x = vector([1.0, 2.0])
    show(functional.hessian(lambda a: (a**3).sum(), x))
    blocks = functional.hessian(lambda a, b: (a * b * b).sum(), (x, x))
    show(*blocks[0], *blocks[1])
    fails(lambda: functional.hessian(lambda a: a**3, x))
    show(functional.hessian(lambda a: a.sum(), x))


def products_with_jacobians():
    x, v = vector([1.0, 2.0]), vector([1.0, 10.0])
    show(*functional.vjp(lambda a: a**2, x, v))
    show(*functional.jvp(lambda a: a**2, x, v))
    show(*functional.vhp(lambda a: (a**3).sum(), x, v))
    show(*functional.hvp(lambda a: (a**3).sum(), x, v))
    show(*functional.vjp(lambda a: (a**2).sum(), x))
    fails(lambda: functional.vjp(lambda a: a**2, x))
    fails(lambda: functional.jvp(lambda a: a**2, x))
    fails(lambda: functional.vjp(lambda a: a**2, x, torch.ones(3)))


# torch.func.


def gradients_as_functions():
    x, y = vector([1.0, 2.0]), vector([3.0, 4.0])
    show(grad(lambda a: (a**2).sum())(x))
    show(*grad(lambda a, b: (a * b).sum(), argnums=(0, 1))(x, y))
    show(grad(lambda a, b: (a * b).sum(), argnums=1)(x, y))
    show(*grad(lambda a: (a.sum(), a), has_aux=True)(x))
    show(*grad_and_value(lambda a: (a**2).sum())(x))
    tree = grad(lambda p: (p["w"] * p["b"][0]).sum())({"w": x, "b": [y]})
    show(tree["w"], tree["b"][0])
    show(grad(grad(grad(lambda a: a**4)))(torch.tensor(2.0)))
    show(grad(lambda a, b: b.sum())(x, y))
    fails(lambda: grad(lambda a: a**2)(x))
    fails(lambda: grad(lambda a: 3.0)(x))
    fails(lambda: grad(lambda a: a.sum(), argnums=1)(x))
    fails(lambda: grad(lambda a: a.sum())(torch.tensor([1, 2])))


def transforms_and_backward():
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    plain = vector([1.0, 2.0])
    show(grad(lambda a: (a * a * 2).sum())(plain).requires_grad)
    g = grad(lambda a: (a * a * w).sum())(plain)
    show(g.requires_grad, g.detach())
    g.sum().backward()
    show(w.grad)
    g = grad(lambda a: (a**3).sum())(x)
    g.sum().backward()
    show(x.grad)
    with torch.no_grad():
        show(grad(lambda a: (a * w).sum())(x))

    def partly(a):
        with torch.no_grad():
            constant = a**2
        return (a - constant).sum()

    show(grad(partly)(plain))


def products_as_functions():
    x, v = vector([1.0, 2.0]), vector([1.0, 10.0])
    y, pull = vjp(lambda a: a**2, x)
    show(y, *pull(v))
    show(*pull(torch.ones(2)))
    y, pull = vjp(lambda a, b: (a * b, a.sum()), x, v)
    show(*pull((torch.ones(2), torch.tensor(1.0))))
    show(*jvp(lambda a: a**2, (x,), (v,)))
    show(*jvp(lambda a, b: a * b, (x, v), (v, x)))
    y, push = linearize(lambda a: a.sin(), x)
    show(y, push(v), push(torch.ones(2)))
    fails(lambda: vjp(lambda a: a**2, x)[1](torch.ones(3)))
    fails(lambda: jvp(lambda a: a**2, x, v))
    fails(lambda: jvp(lambda a: a**2, (x,), ()))
    fails(lambda: jvp(lambda a: a**2, (x,), (torch.ones(3),)))


def jacobians_as_functions():
    x, y = vector([1.0, 2.0]), vector([3.0, 4.0])
    show(jacrev(lambda a: a**2)(x), jacfwd(lambda a: a**2)(x))
    show(*jacrev(lambda a, b: a * b, argnums=(0, 1))(x, y))
    show(*jacfwd(lambda a: (a**2, a.sum()))(x))
    show(hessian(lambda a: (a**3).sum() + a.prod())(x))
    show(jacrev(jacrev(lambda a: (a**3).sum()))(x), jacfwd(jacfwd(lambda a: (a**3).sum()))(x))
    show(jacrev(lambda a: {"y": a * 2})(x)["y"], *jacrev(lambda a: (a**2, a), has_aux=True)(x))


def one_example_at_a_time():
    x = torch.arange(6.0).reshape(2, 3)
    show(torch.vmap(lambda a: a.sum())(x), torch.vmap(lambda a: a.sum(), in_dims=1)(x))
    show(torch.vmap(torch.dot)(x, x), torch.vmap(torch.dot, in_dims=(0, None))(x, x[0]))
    show(torch.vmap(lambda a: a * 2, out_dims=1)(x))
    show(*torch.vmap(lambda a: (a * 2, a.sum()), out_dims=(1, 0))(x))
    show(torch.vmap(lambda d: d["a"] * d["b"], in_dims=({"a": 0, "b": None},))({"a": x, "b": x[0]}))
    show(torch.vmap(torch.vmap(lambda a: a * a))(x))
    show(torch.vmap(grad(lambda a: (a**2).sum()))(x), torch.vmap(jacrev(lambda a: a.cumsum(0)))(x))
    show(grad(lambda a: torch.vmap(lambda b: (b**2).sum())(a).sum())(x))
    show(torch.vmap(lambda a: a.sum(), chunk_size=1)(x), torch.vmap(lambda a, b: a + b, in_dims=(0, None))(x, 3))
    fails(lambda: torch.vmap(lambda a: 3)(x))
    fails(lambda: torch.vmap(lambda a: a)(3))
    fails(lambda: torch.vmap(torch.dot)(x, x.t()))
    fails(lambda: torch.vmap(lambda a: a, in_dims=2)(x))
    fails(lambda: torch.vmap(lambda a: a, in_dims=(0, 0))(x))
    fails(lambda: torch.vmap(lambda a: a, out_dims=(0, 0))(x))
    fails(lambda: torch.vmap(lambda a: a)())


def random_numbers_for_each_example():
    x = torch.zeros(3, 2)
    fails(lambda: torch.vmap(lambda a: a + torch.rand(2))(x))
    torch.manual_seed(0)
    show(torch.vmap(lambda a: a + torch.rand(2), randomness="same")(x))
    show(torch.vmap(lambda a: a + torch.rand(2), randomness="different")(x))
    fails(lambda: torch.vmap(lambda a: a, randomness="none")(x))


def modules_as_functions():
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))
    params = {name: tensor.detach() for name, tensor in model.named_parameters()}
    x, target = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[1.0], [0.0]])
    show(torch.allclose(functional_call(model, params, (x,)), model(x)))
    show(functional_call(model, {"2.bias": torch.tensor([100.0])}, x).detach() > 50)

    def loss(params, x, target):
        return ((functional_call(model, params, (x,)) - target) ** 2).mean()

    grads = grad(loss)(params, x, target)
    model.zero_grad()
    loss(dict(model.named_parameters()), x, target).backward()
    show(*[torch.allclose(grads[name], tensor.grad) for name, tensor in model.named_parameters()])
    each = torch.vmap(grad(loss), in_dims=(None, 0, 0))(params, x, target)
    show(*[list(each[name].shape) for name in each], torch.allclose(each["0.weight"].mean(0), grads["0.weight"]))


def models_on_top_of_each_other():
    models = [torch.nn.Linear(2, 1) for _ in range(3)]
    params, buffers = stack_module_state(models)
    x = torch.tensor([1.0, 2.0])
    together = torch.vmap(lambda p, value: functional_call(models[0], p, (value,)), in_dims=(0, None))(params, x)
    show(torch.allclose(together, torch.stack([model(x) for model in models])), list(params["weight"].shape), len(buffers))
    show(params["weight"].requires_grad, params["weight"].is_leaf)


def programs() -> list:
    functions = [value for value in globals().values() if inspect.isfunction(value) and value.__module__ == __name__]
    return [function for function in functions if not inspect.signature(function).parameters and function is not programs]


def generate(folder: Path) -> None:
    warnings.simplefilter("ignore")
    write_lines(folder / "autograd-programs.json", {"programs": [run(program) for program in programs()]})
