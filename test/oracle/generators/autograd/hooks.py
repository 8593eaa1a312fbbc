"""What users attach to gradients and functions."""

import torch

from ..programs.page import fails, leaf, show


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
