"""How backward is called, what may be set, and what the graph shows."""

import torch

from ..programs.page import fails, leaf, name_of, show


def vector(values):
    return torch.tensor(values)


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
