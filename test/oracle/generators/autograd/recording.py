"""Modes, views and writes in place."""

import torch

from ..programs.page import fails, leaf, name_of, show


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


def what_no_derivative_reads_may_be_written():
    x, w = leaf([1.0, 2.0]), torch.tensor([3.0, 4.0])
    y = x * 2
    z, p, q = y * 2, y * w, y / 2
    y.add_(1)
    (z + p + q).sum().backward()
    show(x.grad)
    z, q = y * w, y / w
    w.add_(1)
    fails(lambda: z.sum().backward())
    fails(lambda: q.sum().backward())
    s = x**2
    s.add_(1)
    s.sum().backward()
    show(x.grad)


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
