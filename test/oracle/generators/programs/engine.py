"""Programs about the engine: gradients, versions, views."""

import torch
import torch.nn.functional as F

from .page import fails, leaf, name_of, show


def polynomial():
    x = leaf(2.0)
    y = x**2 + 3 * x + 5
    show(y)
    y.backward()
    show(x.grad)


def product_of_a_sum():
    a, b, x = leaf(2.0), leaf(3.0), leaf(4.0)
    z = x * (a + b)
    z.backward()
    show(z, a.grad, b.grad, x.grad)


def gradients_accumulate_until_they_are_cleared():
    x = leaf([1.0, 2.0])
    (x * x).sum().backward()
    show(x.grad)
    (x * x).sum().backward()
    show(x.grad)
    x.grad = None
    (x * 3).sum().backward()
    show(x.grad)


def a_graph_is_freed_by_backward():
    x = leaf([1.0, 2.0])
    y = (x * x).sum()
    y.backward()
    fails(lambda: y.backward())


def retain_graph_keeps_the_graph():
    x = leaf([1.0, 2.0])
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    show(x.grad)


def a_graph_that_saved_nothing_can_be_walked_again():
    x = leaf([1.0, 2.0])
    y = (x + 1).sum()
    y.backward()
    y.backward()
    show(x.grad)


def backward_of_many_elements_needs_a_gradient():
    x = leaf([1.0, 2.0, 3.0])
    y = x * 2
    fails(lambda: y.backward())
    y.backward(torch.tensor([1.0, 10.0, 100.0]))
    show(x.grad)
    fails(lambda: (x * 2).backward(torch.tensor([1.0, 2.0])))


def backward_needs_something_that_requires_a_gradient():
    fails(lambda: torch.tensor(1.0).backward())
    fails(lambda: (torch.tensor([1.0]) * 2).sum().backward())


def whole_numbers_cannot_require_a_gradient():
    fails(lambda: torch.tensor([1, 2], requires_grad=True))
    fails(lambda: torch.tensor([1, 2]).requires_grad_())
    fails(lambda: torch.tensor([True]).requires_grad_())


def requires_grad_of_a_result_cannot_be_switched_off():
    x = leaf([1.0])
    y = x * 2
    fails(lambda: y.requires_grad_(False))
    x.requires_grad_(False)
    show(x.requires_grad, (x * 2).requires_grad)


def a_leaf_that_requires_a_gradient_is_not_written_in_place():
    x = leaf([1.0, 2.0])
    fails(lambda: x.add_(1))
    with torch.no_grad():
        x.add_(1)
    show(x)


def a_view_of_a_leaf_is_not_written_in_place():
    x = leaf([1.0, 2.0])
    fails(lambda: x.view(2, 1).mul_(2))


def a_saved_tensor_that_was_written_is_noticed():
    x = leaf([1.0, 2.0])
    y = x * 1
    z = y * y
    y.add_(1)
    fails(lambda: z.sum().backward())


def writing_what_was_not_saved_is_allowed():
    x = leaf([1.0, 2.0])
    y = x * 2
    z = y + 1
    y.add_(1)
    z.sum().backward()
    show(x.grad, y)


def a_saved_result_that_was_written_is_noticed():
    x = leaf([1.0, 2.0])
    y = x.exp()
    y.mul_(2)
    fails(lambda: y.sum().backward())


def in_place_operations_are_recorded():
    x = leaf([1.0, 2.0])
    y = x * 2
    y.mul_(x)
    show(y)
    y.sum().backward()
    show(x.grad)


def versions_count_writes_and_are_shared_by_views():
    x = torch.zeros(4)
    y = x.view(2, 2)
    show(x._version)
    x.add_(1)
    y.mul_(2)
    show(x._version, y._version, x.detach()._version, x.clone()._version)
    show(x)


def detach_shares_memory_and_forgets_history():
    x = leaf([1.0, 2.0])
    y = (x * 2).detach()
    show(y, y.requires_grad, y.is_leaf)
    z = x * x + y
    z.sum().backward()
    show(x.grad)
    base = torch.zeros(2)
    base.detach().add_(5)
    show(base)


def no_grad_records_nothing():
    x = leaf([1.0, 2.0])
    with torch.no_grad():
        y = x * 2
        show(y, y.requires_grad)
        with torch.enable_grad():
            show((x * 2).requires_grad)
    show((x * 2).requires_grad)


def leaves_and_results():
    x = leaf([1.0])
    plain = torch.tensor([1.0])
    show(x.is_leaf, plain.is_leaf, (x * 2).is_leaf, (plain * 2).is_leaf, x.detach().is_leaf, x.clone().is_leaf)


def a_result_keeps_no_gradient_unless_it_is_asked_to():
    x = leaf([1.0, 2.0])
    y = x * 2
    z = x * 3
    z.retain_grad()
    (y * z).sum().backward()
    show(z.grad, x.grad)


def a_tensor_used_twice_gets_both_gradients():
    x = leaf(3.0)
    y = x * 2
    (y * y + y).backward()
    show(x.grad)


def broadcast_gradients_are_summed():
    row, column, number = leaf([1.0, 2.0, 3.0]), leaf([[1.0], [2.0]]), leaf(2.0)
    ((row + column) * number).sum().backward()
    show(row.grad)
    show(column.grad)
    show(number.grad)


def gradients_flow_through_views():
    x = leaf([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    (x.t().reshape(6)[1:4] * torch.tensor([1.0, 10.0, 100.0])).sum().backward()
    show(x.grad)


def gradients_flow_through_a_view_that_is_written():
    x = leaf([1.0, 2.0, 3.0])
    y = x * 1
    y[0:2].mul_(10)
    show(y)
    (y * y).sum().backward()
    show(x.grad)


def gradients_of_integers_stop():
    x = leaf([1.5, 2.5])
    show(x.argmax(), (x > 2).requires_grad, x.long().requires_grad)


def grad_returns_gradients_and_leaves_grad_alone():
    x, y = leaf(2.0), leaf(3.0)
    show(*torch.autograd.grad(x * y, [x, y]))
    show(x.grad)
    fails(lambda: torch.autograd.grad(x * 2, [y]))
    show(*torch.autograd.grad(x * 2, [x, y], allow_unused=True))


def derivatives_of_derivatives():
    x = leaf(2.0)
    (first,) = torch.autograd.grad(x**4, x, create_graph=True)
    (second,) = torch.autograd.grad(first, x, create_graph=True)
    (third,) = torch.autograd.grad(second, x)
    show(first.detach(), second.detach(), third)


def backward_with_create_graph():
    x = leaf([1.0, 2.0])
    (x**3).sum().backward(create_graph=True)
    show(x.grad.requires_grad, x.grad.detach())


def names_of_functions():
    x = leaf([[0.5, 0.25], [0.75, 0.125]])
    v = leaf([0.5, 0.25])
    results = [
        x + 1, x - 1, x * 2, x / 2, -x, x**2, x**x, 2**x, x.exp(), x.log(), x.sqrt(), x.rsqrt(), x.abs(), x.sin(),
        x.cos(), x.tanh(), x.sigmoid(), F.relu(x), x.log1p(), x.expm1(), x.square(), x.reciprocal(), x.sign(), x.floor(), x.ceil(),
        x.round(), torch.maximum(x, x), torch.minimum(x, x), x.clamp(0, 1), x.clamp(min=0), torch.where(x > 0, x, x), x.sum(),
        x.sum(0), x.mean(), x.mean(0), x.prod(), x.prod(0), x.amax(0), x.amin(0), x.max(), x.max(0)[0], x.min(), x.var(), x.std(),
        x.var(0), x.std(0), x.logsumexp(0), x @ x, x @ v, v @ v, torch.mm(x, x), torch.bmm(x[None], x[None]), x.t(), x.reshape(4), x.view(4),
        x.t().reshape(4), x.flatten(), x.squeeze(), x.squeeze(0), x.unsqueeze(0), x.transpose(0, 1), x.permute(1, 0),
        x.expand(3, 2, 2), x.select(0, 0), x.narrow(0, 0, 1), x[0], x[0:1], x[None], x[torch.tensor([0, 1])], torch.cat([x, x]),
        torch.stack([x, x]), x.index_select(0, torch.tensor([0])), x.gather(0, torch.tensor([[0, 1]])), x.masked_fill(x > 0, 0),
        x.index_put([torch.tensor([0])], v), x.softmax(0), x.log_softmax(0), F.mse_loss(x, x), F.nll_loss(x, torch.tensor([0, 1])),
        F.cross_entropy(x, torch.tensor([0, 1])), F.linear(x, x, v), F.linear(x, x), F.linear(v, x, v), x.clone(), x.contiguous(), x.t().contiguous(),
        x.to(torch.float64),
    ]
    for result in results:
        show(name_of(result.grad_fn))


def parents_of_a_function():
    x, y = leaf(2.0), leaf(3.0)
    z = x * y + 1
    show(name_of(z.grad_fn), *[name_of(parent) for parent, _ in z.grad_fn.next_functions])
    product = z.grad_fn.next_functions[0][0]
    show(*[name_of(parent) for parent, _ in product.next_functions])
