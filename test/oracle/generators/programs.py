"""Short programs about autograd and views, with every line that they print.

`programs.test.ts` has the same programs, under the same names, in TypeScript. `show` prints a tensor or a plain value; `fails` runs a
function that must raise and prints the name of the exception.
"""

import inspect
import warnings
from pathlib import Path

import torch
import torch.nn.functional as F

from .encode import write_lines

LINES: list[str] = []
MESSAGES: list[str] = []


def show(*values) -> None:
    LINES.append(" ".join(str(value) for value in values))


def fails(action) -> None:
    try:
        action()
    except Exception as error:  # noqa: BLE001 - its class is what the program shows
        LINES.append(type(error).__name__)
        MESSAGES.append(str(error).splitlines()[0][:160])
    else:
        raise AssertionError("the program says that this must fail")


def name_of(function):
    return None if function is None else type(function).__name__


def leaf(values):
    return torch.tensor(values, requires_grad=True)


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


def views_share_memory():
    x = torch.arange(6)
    y = x.view(2, 3)
    y.t().select(0, 1).fill_(9)
    show(x)
    show(y.t().is_contiguous(), *y.t().stride(), y[1:].storage_offset())
    fails(lambda: y.t().view(6))
    show(y.t().reshape(6))


def sizes_that_do_not_fit():
    x = torch.zeros(2, 3)
    fails(lambda: x + torch.zeros(4))
    fails(lambda: x @ x)
    fails(lambda: torch.mm(x, torch.zeros(3)))
    fails(lambda: x.reshape(4))
    fails(lambda: x.view(-1, -1))
    fails(lambda: x.expand(5, 3))
    fails(lambda: x.transpose(0, 2))
    fails(lambda: x.permute(0, 0))
    fails(lambda: x.sum(2))
    fails(lambda: x.unsqueeze(4))
    fails(lambda: x.select(0, 2))
    fails(lambda: x[2])
    fails(lambda: x.item())
    fails(lambda: torch.cat([x, torch.zeros(3, 2)]))
    fails(lambda: torch.stack([x, torch.zeros(3, 2)]))
    fails(lambda: torch.tensor([[1.0, 2.0], [3.0]]))
    fails(lambda: torch.zeros(0).max())
    fails(lambda: torch.zeros(0).argmax())
    fails(lambda: x.index_select(0, torch.tensor([5])))
    fails(lambda: torch.tensor([1, 2]).mean())
    fails(lambda: torch.tensor([1.0]).add_(torch.zeros(2)))
    fails(lambda: torch.tensor([1, 2]).add_(1.5))
    fails(lambda: F.cross_entropy(x, torch.tensor([0, 3])))
    fails(lambda: F.linear(x, torch.zeros(4, 2)))


def creation():
    show(torch.zeros(2, 3), torch.ones(2), torch.zeros(2, dtype=torch.int64), torch.ones(2, dtype=torch.bool))
    show(torch.full((2,), 7), torch.full((2,), 1.5), torch.full((), True))
    show(torch.arange(5), torch.arange(1, 7, 2), torch.arange(1, 2, 0.25), torch.arange(3, dtype=torch.float32))
    show(torch.linspace(0, 1, 5), torch.linspace(-1, 1, 1), torch.eye(2))
    counts = torch.tensor([1, 2])
    show(torch.zeros_like(counts), torch.ones_like(counts, dtype=torch.float64), torch.full_like(counts, 3))
    show(torch.tensor([]), torch.tensor([[], []]), torch.tensor([True, False]), torch.tensor(2.5))


def the_default_dtype():
    torch.set_default_dtype(torch.float64)
    show(torch.tensor([1.5]).dtype, torch.tensor([1.5]), torch.zeros(2), torch.tensor([1, 2]) / 2)
    show(torch.tensor([1.5], dtype=torch.float32), torch.zeros(0), torch.zeros(0, dtype=torch.float32))
    torch.set_default_dtype(torch.float32)
    show(torch.tensor([1.5], dtype=torch.float64))


def conversions():
    x = torch.tensor([-1.7, 0.0, 2.5])
    show(x.to(torch.int64), x.int(), x.bool(), x.double(), x.long().float())
    show(torch.tensor([300, -1]).to(torch.uint8), torch.tensor([2**31 + 5]).to(torch.int32), torch.tensor([True]).float())
    show(torch.tensor(3).item(), torch.tensor(2.5).item(), torch.tensor(True).item(), torch.tensor([2**62]).item())


def counts_of_whole_numbers():
    x = torch.tensor([1, 3, 3])
    weights = torch.tensor([0.5, 1.0, 2.0])
    show(torch.bincount(x), x.bincount(minlength=6), torch.bincount(x, weights), torch.bincount(x[:0], minlength=2))
    show(x.bincount(weights.double()), x.bincount(x))
    fails(lambda: torch.bincount(torch.tensor([1.5])))
    fails(lambda: torch.bincount(torch.tensor([-1])))
    fails(lambda: torch.bincount(torch.tensor([[1]])))
    fails(lambda: torch.bincount(x, weights[:2]))
    fails(lambda: torch.bincount(x, minlength=-1))
    show(*torch.unravel_index(torch.tensor([5, 3]), (2, 3)))
    show(*torch.unravel_index(torch.tensor(5), 6), *torch.unravel_index(torch.tensor([[7, -1]]), (2, 3)))
    fails(lambda: torch.unravel_index(weights, (2, 3)))
    fails(lambda: torch.unravel_index(x, (2, -3)))


def results_have_names():
    x = torch.tensor([[3.0, 1.0, 2.0], [4.0, 4.0, 6.0]])
    show(x.median(1).values, x.nanmedian(1).indices, x.mode(1).values, x.aminmax().min, x.aminmax(dim=1).max)
    show(x.histogram(2).hist, x.histogram(2).bin_edges)
    show(*[name_of(y.grad_fn) for y in torch.var_mean(x.requires_grad_())], *[name_of(y.grad_fn) for y in x.aminmax()])
    show(name_of(x.median().grad_fn), name_of(x.median(0)[0].grad_fn), name_of(x.norm().grad_fn), name_of(x.nansum().grad_fn))


def classes_as_rows():
    labels = torch.tensor([2, 0, 1])
    show(F.one_hot(labels), F.one_hot(labels, 4).dtype, F.one_hot(labels.reshape(3, 1), num_classes=4))
    show(F.one_hot(torch.tensor(1)), F.one_hot(torch.zeros(0, dtype=torch.int64), 3).shape)
    fails(lambda: F.one_hot(torch.tensor([0, 3]), 3))
    fails(lambda: F.one_hot(torch.tensor([0, -1])))
    fails(lambda: F.one_hot(torch.tensor([0.0, 1.0])))
    fails(lambda: F.one_hot(torch.tensor([], dtype=torch.int64)))


def choices_at_random():
    logits = torch.arange(20.0).reshape(4, 5).cos().requires_grad_()
    show(F.gumbel_softmax(logits), F.gumbel_softmax(logits, tau=0.5, hard=True), F.gumbel_softmax(logits.T, 2.0, False, 1e-10, 0))
    (F.gumbel_softmax(logits, hard=True) * torch.arange(5.0)).sum().backward()
    show(logits.grad)


def heads_drop_weights_at_random():
    x = torch.arange(12.0).reshape(3, 2, 2).sin()
    weight, out = torch.arange(12.0).reshape(6, 2).cos(), torch.eye(2)
    show(*F.multi_head_attention_forward(x, x, x, 2, 2, weight, None, None, None, False, 0.5, out, None))
    show(F.scaled_dot_product_attention(x, x, x, dropout_p=0.5), F.scaled_dot_product_attention(x, x, x, is_causal=True, dropout_p=0.3))


def names_of_losses():
    x = torch.tensor([[0.2, 0.5, 0.3], [0.1, 0.7, 0.9]], requires_grad=True)
    y, labels = torch.tensor([[0.5, 0.1, 1.0], [0.0, 0.4, 0.2]]), torch.tensor([2, 0])
    for loss in (F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss, F.binary_cross_entropy, F.binary_cross_entropy_with_logits, F.soft_margin_loss):
        show(loss(x, y), name_of(loss(x, y, reduction="none").grad_fn))
    for loss in (F.cross_entropy, F.nll_loss, F.multi_margin_loss):
        show(loss(x, labels), loss(x, labels, reduction="none"))
    show(F.cross_entropy(x.reshape(1, 3, 2), labels.reshape(1, 2)), F.cross_entropy(x, y, reduction="sum"), F.kl_div(x, y, reduction="batchmean"))
    show(F.multilabel_margin_loss(x, torch.tensor([[0, -1, 1], [1, 2, -1]])), F.poisson_nll_loss(x, y), F.gaussian_nll_loss(x, y, y + 1))
    show(F.ctc_loss(torch.zeros(3, 1, 2, requires_grad=True).log_softmax(2), torch.tensor([[1]]), (3,), (1,)))


def names_of_normalisations():
    x = torch.tensor([[[1.0, 2.0, 4.0], [0.0, 3.0, 1.0]]], requires_grad=True)
    show(F.layer_norm(x, [3]), F.group_norm(x, 2), F.instance_norm(x), F.rms_norm(x, [3]))
    show(F.batch_norm(x, None, None, training=True), F.local_response_norm(x, 2))
    show(F.softmax(x, 1), F.log_softmax(x, -1, dtype=torch.float64), F.pixel_shuffle(x.reshape(1, 6, 1, 1)[:, :4], 2))
    show(torch.channel_shuffle(x.reshape(1, 2, 3, 1), 2), *torch.native_group_norm(x, None, None, 1, 2, 3, 1, 0.5))
    show(*torch.native_layer_norm(x, [3], None, None, 0.5), *torch.native_batch_norm(x, None, None, None, None, True, 0.1, 0.5))


def losses_as_functions_of_torch():
    x, y = torch.tensor([0.5, -1.0, 2.0]), torch.tensor([1.0, -1.0, 1.0])
    rows = torch.tensor([[1.0, 2.0], [0.5, -1.0]])
    for reduction in (0, 1, 2):
        show(torch.kl_div(x, y.abs(), reduction), torch.hinge_embedding_loss(x, y, 1.5, reduction))
        show(torch.margin_ranking_loss(x, x.flip(0), y, 0.5, reduction), torch.poisson_nll_loss(x, y.abs(), True, True, 1e-8, reduction))
        show(torch.binary_cross_entropy_with_logits(x, y.abs(), None, None, reduction))
        show(torch.cosine_embedding_loss(rows, rows.flip(0), y[:2], 0.1, reduction))
        show(torch.triplet_margin_loss(rows, rows.flip(0), rows * 2, 1.0, 2.0, 1e-6, False, reduction))
        show(torch.ctc_loss(torch.zeros(3, 1, 2), torch.tensor([[1]]), (3,), (1,), 0, reduction))


def losses_refuse_what_does_not_fit():
    x, labels = torch.tensor([[0.2, 0.5, 0.3], [0.1, 0.7, 0.9]]), torch.tensor([0, 1])
    for target in (torch.tensor([0, 3]), torch.tensor([0, -1]), torch.tensor([0.0, 1.0]), labels.int(), labels.bool(), torch.tensor([0, 1, 1]),
                   torch.tensor([[0], [1]]), torch.tensor([[0, 0, 1], [1, 0, 0]]), torch.tensor([[0.5, 0.5], [0.5, 0.5]]), torch.tensor(1)):
        fails(lambda: F.cross_entropy(x, target))
        fails(lambda: F.nll_loss(x, target))
    fails(lambda: F.cross_entropy(x, labels, weight=torch.ones(2)))
    fails(lambda: F.cross_entropy(x, labels, weight=torch.ones(3, dtype=torch.float64)))
    fails(lambda: F.cross_entropy(x, labels, weight=torch.ones(3, requires_grad=True)))
    fails(lambda: F.cross_entropy(x, labels, reduction="avg"))
    fails(lambda: F.cross_entropy(x, labels, label_smoothing=2))
    fails(lambda: F.cross_entropy(x, x, ignore_index=1))
    fails(lambda: F.cross_entropy(x.long(), labels))
    fails(lambda: F.nll_loss(torch.tensor(1.0), torch.tensor(0)))
    fails(lambda: F.nll_loss(x.reshape(1, 2, 3), torch.tensor([[0, 1]])))
    fails(lambda: F.binary_cross_entropy(x, torch.tensor([0.0, 1.0])))
    fails(lambda: F.binary_cross_entropy(x * 2, x))
    fails(lambda: F.binary_cross_entropy(x, x * 2))
    fails(lambda: F.binary_cross_entropy(x[0], torch.tensor([1, 0, 1])))
    fails(lambda: F.binary_cross_entropy(x, x, weight=torch.ones(2)))
    fails(lambda: F.binary_cross_entropy_with_logits(x, torch.tensor([0.0, 1.0])))
    fails(lambda: F.binary_cross_entropy_with_logits(x[0], torch.tensor([1, 0, 1])))
    fails(lambda: F.binary_cross_entropy_with_logits(x[0], torch.tensor([True, False, True])))
    fails(lambda: F.binary_cross_entropy_with_logits(x, x, pos_weight=torch.ones(2)))
    for loss in (F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss):
        fails(lambda: loss(x, torch.tensor([1.0, 2.0])))
        fails(lambda: loss(labels, labels))
        fails(lambda: loss(x, x, reduction="avg"))
    fails(lambda: F.mse_loss(x, x, weight=torch.ones(2)))
    fails(lambda: F.kl_div(x, x.long(), reduction="sum"))
    fails(lambda: F.margin_ranking_loss(x, x, torch.tensor(1.0)))
    fails(lambda: F.triplet_margin_loss(x, x[0], x))
    fails(lambda: F.multi_margin_loss(x, torch.tensor([0, 3])))
    fails(lambda: F.gaussian_nll_loss(x, x, torch.tensor(-1.5)))
    log_probs, targets = torch.zeros(5, 2, 3), torch.tensor([[1, 2], [1, 2]])
    for lengths in (((6, 5), (2, 2)), ((-1, 5), (2, 2)), ((5, 5), (2, 3)), ((5,), (2, 2)), ((5, 5), (2,)), (torch.tensor([5.0, 5.0]), (2, 2))):
        fails(lambda: F.ctc_loss(log_probs, targets, torch.as_tensor(lengths[0]), torch.as_tensor(lengths[1])))
    fails(lambda: F.ctc_loss(log_probs, targets, (5, 5), (2, 2), blank=3))
    fails(lambda: F.ctc_loss(log_probs.long(), targets, (5, 5), (2, 2)))
    fails(lambda: F.embedding(torch.tensor([0, 2]), x))
    fails(lambda: F.embedding(torch.tensor([0.0, 1.0]), x))
    fails(lambda: F.embedding(labels, x[0]))
    fails(lambda: F.embedding(labels, x, padding_idx=2))
    fails(lambda: F.pixel_shuffle(torch.zeros(1, 3, 2, 2), 2))


def normalisations_refuse_what_does_not_fit():
    x, two, three = torch.tensor([[1.0, 2.0, 4.0], [0.0, 3.0, 1.0]]), torch.ones(2), torch.ones(3)
    fails(lambda: F.layer_norm(x, [4]))
    fails(lambda: F.layer_norm(x, []))
    fails(lambda: F.layer_norm(x, [3], two))
    fails(lambda: F.layer_norm(x, [3], None, two))
    fails(lambda: F.layer_norm(x, [3], three.double()))
    fails(lambda: F.layer_norm(x.long(), [3]))
    fails(lambda: F.rms_norm(x, [4]))
    fails(lambda: F.rms_norm(x, [3], two))
    fails(lambda: F.rms_norm(x.long(), [3]))
    show(F.rms_norm(x, [3], three.double()).dtype)
    fails(lambda: F.group_norm(x, 2))
    fails(lambda: F.group_norm(x[0], 1))
    fails(lambda: F.group_norm(x[:1], 3))
    fails(lambda: F.group_norm(x, 3, two))
    fails(lambda: F.group_norm(x, 3, three.double()))
    fails(lambda: F.group_norm(x.long(), 3))
    fails(lambda: F.batch_norm(x[:1], None, None, training=True))
    fails(lambda: F.batch_norm(x, None, None))
    fails(lambda: F.batch_norm(x, three, None))
    fails(lambda: F.batch_norm(x, two, three))
    fails(lambda: F.batch_norm(x, None, None, two, training=True))
    fails(lambda: F.batch_norm(x, None, None, three.double(), training=True))
    fails(lambda: F.batch_norm(x.long(), None, None, training=True))
    fails(lambda: F.batch_norm(x[0], None, None, training=True))
    fails(lambda: F.instance_norm(x))
    fails(lambda: F.instance_norm(x[0]))
    fails(lambda: F.instance_norm(x.reshape(1, 2, 3), use_input_stats=False))
    fails(lambda: F.instance_norm(x.reshape(1, 2, 3), weight=three))
    fails(lambda: F.instance_norm(x.reshape(1, 2, 3).long()))
    fails(lambda: F.local_response_norm(x, 2))
    fails(lambda: F.local_response_norm(x.reshape(1, 2, 3), 0))
    fails(lambda: F.softmax(x, 2))
    fails(lambda: F.softmax(x.long(), 1))
    fails(lambda: F.softmax(x > 0, 1))
    fails(lambda: torch.softmax(x))
    show(F.softmax(x), F.softmax(x[0]), F.softmax(x.long(), 1, dtype=torch.float32), torch.softmax(x, 1, torch.float64).dtype)
    fails(lambda: F.gumbel_softmax(x, dim=3))
    fails(lambda: F.linear(x, torch.ones(4, 2)))
    fails(lambda: F.linear(x, torch.ones(4, 3), three))
    fails(lambda: F.linear(x, torch.ones(4, 3).double()))
    fails(lambda: F.linear(torch.tensor(1.0), torch.ones(3, 3)))
    show(F.linear(x, three))


def attention_refuses_what_does_not_fit():
    q, mask = torch.ones(2, 3, 4), torch.ones(3, 3).bool()
    attention = F.scaled_dot_product_attention
    fails(lambda: attention(q, q, q, mask, is_causal=True))
    fails(lambda: attention(q, q, q, mask.long()))
    fails(lambda: attention(q, q, q, mask.double()))
    fails(lambda: attention(q, q, q, torch.ones(2, 2).bool()))
    fails(lambda: attention(q[0, 0], q[0, 0], q[0, 0]))
    fails(lambda: attention(q, q.double(), q))
    fails(lambda: attention(q.long(), q.long(), q.long()))
    fails(lambda: attention(q, q[:, :, :3], q))
    fails(lambda: attention(q, q, q[:, :2]))
    fails(lambda: attention(torch.ones(3, 3, 4), q, q))
    fails(lambda: attention(torch.ones(1, 4, 3, 4), torch.ones(1, 3, 3, 4), torch.ones(1, 3, 3, 4), enable_gqa=True))
    fails(lambda: attention(q, q, q, dropout_p=1.5))
    for result in (attention(q, q[:1], q), attention(torch.ones(4, 3, 4), q, q, enable_gqa=True)):
        show(list(result.shape))


def bags_refuse_what_does_not_fit():
    weight, indices, offsets = torch.ones(4, 3), torch.tensor([0, 1, 3, 3]), torch.tensor([0, 2])
    fails(lambda: F.embedding_bag(indices.float(), weight, offsets))
    fails(lambda: F.embedding_bag(indices, weight))
    fails(lambda: F.embedding_bag(indices, weight, offsets[None]))
    fails(lambda: F.embedding_bag(indices[None], weight, offsets))
    fails(lambda: F.embedding_bag(indices[None, None], weight, offsets))
    fails(lambda: F.embedding_bag(indices, weight, offsets, mode="abc"))
    fails(lambda: F.embedding_bag(indices, weight[0], offsets))
    fails(lambda: F.embedding_bag(indices, weight, offsets, per_sample_weights=torch.ones(4)))
    fails(lambda: F.embedding_bag(indices, weight, offsets, per_sample_weights=torch.ones(2), mode="sum"))
    fails(lambda: F.embedding_bag(indices, weight, offsets, per_sample_weights=torch.ones(4).double(), mode="sum"))
    fails(lambda: F.embedding_bag(indices, weight, torch.tensor([1, 2])))
    fails(lambda: F.embedding_bag(indices, weight, torch.tensor([0, 5])))
    fails(lambda: F.embedding_bag(torch.tensor([0, 4]), weight, offsets[:1]))
    fails(lambda: F.embedding_bag(torch.tensor([0, -1]), weight, offsets[:1]))
    fails(lambda: F.embedding_bag(indices, weight, offsets, padding_idx=4))
    fails(lambda: F.embedding_bag(indices, weight, offsets, mode="max", scale_grad_by_freq=True))
    fails(lambda: F.embedding_bag(indices, weight.long(), offsets))
    rows = torch.arange(12.0).reshape(4, 3).cos()
    for mode in (0, 1, 2):
        show(*torch.embedding_bag(rows, indices, offsets, False, mode), *torch.embedding_bag(rows, indices, offsets, False, mode, False, None, False, 3))
    show(*torch.embedding_bag(rows, indices, torch.tensor([0, 1, 4]), False, 1, False, None, True))
    table = (torch.arange(12.0).reshape(4, 3) / 4).requires_grad_()
    show(F.embedding_bag(indices, table, offsets, max_norm=1.0, mode="sum"), table)


def modules_of_losses():
    nn = torch.nn
    x, y = torch.tensor([[0.2, 0.5, 0.3], [0.1, 0.7, 0.9]]), torch.tensor([[0.5, 0.1, 1.0], [0.0, 0.4, 0.2]])
    labels, weight, signs = torch.tensor([2, 0]), torch.tensor([0.5, 1.0, 2.0]), torch.tensor([1.0, -1.0])
    for loss in (nn.CrossEntropyLoss(weight), nn.CrossEntropyLoss(label_smoothing=0.1), nn.NLLLoss(weight, reduction="sum"), nn.MultiMarginLoss(2, 0.5)):
        show(loss, loss(x, labels), *[name for name, _ in loss.named_buffers()])
    for loss in (nn.MSELoss(), nn.L1Loss(reduction="none"), nn.SmoothL1Loss(beta=0.5), nn.HuberLoss("sum", 0.3), nn.BCELoss(weight), nn.BCEWithLogitsLoss(pos_weight=weight),
                 nn.SoftMarginLoss(), nn.MultiLabelSoftMarginLoss(weight), nn.KLDivLoss(reduction="batchmean"), nn.PoissonNLLLoss(False), nn.MSELoss(False),
                 nn.HingeEmbeddingLoss(0.5), nn.CosineSimilarity(), nn.PairwiseDistance(1.0, keepdim=True)):
        show(loss, loss(x, y))
    show(nn.GaussianNLLLoss(full=True)(x, y, y + 1), nn.MultiLabelMarginLoss()(x, torch.tensor([[0, -1, 1], [1, 2, -1]])))
    show(nn.CosineEmbeddingLoss(0.5)(x, y, signs), nn.MarginRankingLoss(0.5, reduction="none")(x, y, signs[:, None]))
    show(nn.TripletMarginLoss(2.0, 1)(x, y, x + 1), nn.TripletMarginWithDistanceLoss(margin=3.0)(x, y, x + 1), nn.TripletMarginWithDistanceLoss())
    show(nn.CTCLoss(1, "sum")(torch.zeros(3, 1, 2), torch.tensor([[0]]), (3,), (1,)))
    pixels = torch.arange(8.0).reshape(1, 4, 1, 2)
    for module in (nn.PixelShuffle(2), nn.ChannelShuffle(2), nn.LocalResponseNorm(2)):
        show(module, module(pixels))
    bags = nn.EmbeddingBag(3, 2, max_norm=1.0, mode="sum", padding_idx=1)
    show(bags, bags.weight, bags(torch.tensor([0, 2, 1]), torch.tensor([0, 2])), nn.EmbeddingBag(3, 2))
    show(nn.PixelUnshuffle(2), nn.PixelUnshuffle(2)(nn.PixelShuffle(2)(pixels)))


def modules_print_themselves():
    show(torch.nn.Linear(2, 3))
    show(torch.nn.Linear(2, 3, bias=False))
    show(torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Sequential(torch.nn.Linear(3, 1))))
    show(torch.nn.MSELoss(), torch.nn.CrossEntropyLoss())
    show(torch.nn.Parameter(torch.tensor([1.0, 2.0])))


def names_of_parameters():
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1))
    show(*[name for name, _ in model.named_parameters()])
    show(*[name for name, _ in model.named_modules() if name])
    show(*[parameter.numel() for parameter in model.parameters()], model.training, model.eval().training)


def norms_of_windows():
    x = torch.arange(1.0, 19.0).reshape(1, 2, 3, 3).requires_grad_()
    show(F.lp_pool2d(x, 2, 2, stride=1), F.lp_pool2d(-x, 3, [2, 1], ceil_mode=True), F.lp_pool2d(x, float("inf"), 2))
    F.lp_pool2d(x, 3, 2).sum().backward()
    show(x.grad)
    show(F.lp_pool1d(x[0, 0], 1, 2, 1), F.lp_pool1d(x[0], 2, 3), F.lp_pool1d(x[0], -float("inf"), 2))
    show(F.lp_pool3d(x, 2, [2, 3, 3]), F.lp_pool3d(x, 4, 2, 1))


def images_from_blocks():
    x = torch.arange(16.0).reshape(1, 1, 4, 4).requires_grad_()
    blocks = F.unfold(x, 2, stride=2)
    show(blocks, F.fold(blocks, 4, 2, stride=2))
    shared = F.fold(F.unfold(x[0], [2, 3], padding=1, dilation=[1, 2]), [4, 4], [2, 3], padding=1, dilation=[1, 2])
    show(shared)
    (shared * shared).sum().backward()
    show(x.grad)
    fails(lambda: F.fold(blocks, 4, 3))
    fails(lambda: F.fold(blocks, 5, 2))
    fails(lambda: F.fold(blocks.long(), 4, 2, stride=2))


def dropout_of_channels():
    x = torch.ones(3, 4, 2)
    show(F.dropout1d(x), F.dropout1d(x[0], 0.3), F.dropout1d(x[0], training=False))
    show(torch.feature_dropout(x, 0.5, True), torch.feature_dropout_(x.clone(), 0.5, True))
    show(torch.dropout(x, 0.5, True), torch.dropout_(x.clone(), 0.5, True), torch.alpha_dropout_(x.clone(), 0.5, True))
    show(torch.feature_alpha_dropout_(x.clone(), 0.5, True), torch.alpha_dropout(x, 0.5, False))
    show(*torch.native_dropout(x, 0.5, True), *torch.native_dropout(x, 0.5, False))
    changed = torch.ones(2, 4, 2)
    show(F.dropout1d(changed, 0.5, inplace=True), changed)
    show(F.alpha_dropout(changed, 0.5, True, True), changed)
    fails(lambda: F.dropout1d(torch.ones(3)))
    fails(lambda: torch.feature_dropout(torch.ones(3), 0.5, True))
    fails(lambda: torch.dropout(x, 1.5, True))
    fails(lambda: F.dropout2d(torch.ones(2, 3, 4, dtype=torch.int64)))


def images_in_another_size():
    x = torch.arange(6.0).reshape(1, 1, 2, 3)
    show(F.upsample(x, 3), F.upsample(x, [3, 4], mode="bilinear", align_corners=True))
    show(F.interpolate(x, scale_factor=2.5), F.interpolate(x, [2, 2], mode="bicubic", antialias=True))
    fails(lambda: F.interpolate(x))
    fails(lambda: F.interpolate(x, 3, 2))
    fails(lambda: F.interpolate(x, 3, mode="linear"))
    fails(lambda: F.interpolate(x, [1, 2, 3]))
    fails(lambda: F.interpolate(x, 0))
    fails(lambda: F.interpolate(x, 3, align_corners=True))
    fails(lambda: F.interpolate(x.long(), 3))
    fails(lambda: F.pad(x, [3, 0, 0, 0], "reflect"))
    fails(lambda: F.pad(x, [1]))
    fails(lambda: F.pad(x, [1, 1], "mirror"))


def points_of_a_grid():
    theta = torch.tensor([[[1.0, 0.5, 0.0], [-0.5, 1.0, 0.25]]], requires_grad=True)
    grid = F.affine_grid(theta, [1, 1, 2, 3], align_corners=False)
    show(grid, torch.affine_grid_generator(theta.detach(), [1, 1, 3, 1], True))
    x = torch.arange(12.0).reshape(1, 1, 3, 4)
    sampled = torch.grid_sampler(x, grid, 0, 1, True)
    sampled.sum().backward()
    show(sampled.detach(), theta.grad)
    turned = torch.eye(3, 4)[None].roll(1, 1)
    show(F.affine_grid(turned, [1, 1, 2, 1, 2]), torch.grid_sampler(x[None], F.affine_grid(turned, [1, 1, 2, 1, 2]), 1, 2, False))
    fails(lambda: F.affine_grid(theta, [1, 1, 2]))
    fails(lambda: F.affine_grid(theta, [1, 1, 2, 2, 2]))
    fails(lambda: F.affine_grid(theta, [1, 1, 0, 2]))
    fails(lambda: F.affine_grid(theta.long(), [1, 1, 2, 2]))
    fails(lambda: F.grid_sample(x, grid, "cubic"))
    fails(lambda: F.grid_sample(x, grid, "nearest", "mirror"))
    fails(lambda: F.grid_sample(x[0], grid))
    fails(lambda: F.grid_sample(x.double(), grid))
    fails(lambda: F.grid_sample(x.long(), grid))
    fails(lambda: F.grid_sample(x, turned[None]))


def subscripts_read():
    x = torch.arange(24).reshape(2, 3, 4)
    one, pair = torch.tensor(1), torch.tensor([0, 1])
    show(x[one], x[one, :, pair], x[pair, :, pair], x[:, pair, pair])
    show(x[pair, None, pair].shape, x[..., pair, None].shape, x[pair, ..., pair].shape, x[1:, [0, 1], 1:3].shape)
    show(x[0, [[0, 1], [2, 0]]], x[[[0, 1], [1, 2]]], x[:, [True, False, True]].shape)
    show(x[True].shape, x[False].shape, x[0, True].shape, x[:, None, True].shape, x[torch.tensor(False)].shape)
    show(x[x > 20], x[:, x[0, :, 0] > 3].shape, x[x[..., 0] > 8, 1])
    show(x[1:1].shape, x[5:].shape, x[-9:9:2].shape, x[..., -1:].shape, x[None, 0, None].shape)
    show(x[pair.int()].shape, x[torch.tensor([], dtype=torch.int64)].shape, x[[]].shape)
    fails(lambda: x[2])
    fails(lambda: x[0, 0, 0, 0])
    fails(lambda: x[::-1])
    fails(lambda: x[::0])
    fails(lambda: x[1.5])
    fails(lambda: x[torch.tensor([0.0])])
    fails(lambda: x[torch.tensor([2])])
    fails(lambda: x[torch.tensor(-3)])
    fails(lambda: x[pair, torch.tensor([0, 1, 2])])
    fails(lambda: x[torch.tensor([True, False, True])])
    fails(lambda: torch.tensor(1.0)[0])


def subscripts_write():
    def written(index, values):
        x = torch.arange(6.0).reshape(2, 3)
        x[index] = values
        return x

    row = torch.tensor([7.0, 8.0, 9.0])
    show(written(0, 5), written((0, 1), 5), written(0, row), written(0, row.reshape(1, 1, 3)))
    show(written((slice(None), 0), torch.tensor([7.0, 8.0])), written((slice(None), slice(0, 2)), torch.tensor([[7.0], [8.0]])))
    show(written(written(0, 0) > 3, -1), written([0, 1], 7), written((slice(None), [0, 2]), torch.tensor([7.0, 8.0])))
    show(written(True, row), written(False, 7), written(..., 7), written((..., 1), 7), written(None, 7))
    show(written(torch.tensor(1), 5), written((torch.tensor([0, 1]), torch.tensor([1, 2])), 7))
    fails(lambda: written(0, torch.zeros(2)))
    fails(lambda: written(0, torch.zeros(2, 3)))
    fails(lambda: written(2, 5))
    fails(lambda: written(torch.tensor([2]), 5))
    fails(lambda: written(slice(None, None, -1), 5))


def views_say_where_they_lie():
    x = torch.arange(24.0).reshape(2, 3, 4)
    views = [
        x.diagonal(1, 0, 2), x.unfold(2, 2, 1), x.permute(2, 0, 1).flatten(1), x.unsqueeze(-1), x.mT.unsqueeze(1), x[:, 1:, ::2],
        x.expand(1, 2, 3, 4), x[0].expand(5, 3, 4), x.movedim(0, -1), x.unflatten(2, (2, 2)), x.swapaxes(0, 1), x.as_strided((2, 2), (1, 4), 3),
        x.tensor_split(2, 2)[1], x[0].T, x[0].H, x.mH, x.squeeze(), x.narrow(1, 1, 2), x.transpose(0, 2), torch.broadcast_to(x[0, 0], (2, 4)),
    ]
    for view in views:
        show(tuple(view.shape), view.stride(), view.storage_offset(), view.is_contiguous(), view._is_view())
    for copy in [torch.diagonal_copy(x), torch.permute_copy(x, (2, 1, 0)), x.narrow_copy(1, 1, 2), torch.unfold_copy(x, 2, 2, 1)]:
        show(tuple(copy.shape), copy.storage_offset(), copy.is_contiguous(), copy._is_view())


def tensors_change_their_shape_in_place():
    x = torch.arange(6.0).reshape(2, 3)
    show(x.t_().shape, x.stride(), x.unsqueeze_(0).shape, x.squeeze_().shape, x.swapaxes_(0, 1).shape, x.transpose_(0, 1).shape)
    show(x, x.as_strided_((2, 2), (1, 1), 1), x.resize_as_(torch.zeros(3)), x.nelement(), x.ndimension())
    y = torch.zeros(2)
    y.set_(torch.arange(6.0), 1, (2, 2), (2, 1))
    show(y, y.storage_offset(), y.is_set_to(y), y.is_set_to(y[:1]))
    fails(lambda: y.set_(torch.zeros(2, dtype=torch.float64)))
    fails(lambda: y.t_().transpose_(0, 2))
    leaf_ = leaf([[1.0, 2.0], [3.0, 4.0]])
    fails(lambda: leaf_.t_())
    z = leaf_ * 2
    z.t_().mul_(torch.tensor([1.0, 10.0]))
    z[0].unsqueeze_(0).mul_(5)
    (z * z).sum().backward()
    show(z.detach(), leaf_.grad)


def bytes_as_another_dtype():
    x = torch.tensor([1.0, 2.0])
    y = x.view(torch.int32)
    show(y, x.view(torch.uint8), x.view(torch.int16), x.view(torch.float64).shape)
    y[0] = 0
    show(x, x._version)
    fails(lambda: torch.tensor(1.0).view(torch.uint8))
    fails(lambda: torch.ones(3).view(torch.float64))
    fails(lambda: torch.ones(2, 2).t().view(torch.float64))
    fails(lambda: torch.ones(4)[1:3].view(torch.float64))


def names_of_views_and_copies():
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    index = torch.tensor([1, 0])
    results = [
        x.diagonal(), torch.diagonal_copy(x), x.diag(), x[0].diag(), torch.diag_embed(x), x.unfold(0, 2, 1), torch.unfold_copy(x, 0, 2, 1),
        x.as_strided((2,), (1,)), torch.as_strided_copy(x, (2,), (1,)), torch.alias_copy(x), torch.permute_copy(x, (1, 0)),
        torch.squeeze_copy(x, 0), torch.t_copy(x), torch.view_copy(x, (4,)), x.narrow_copy(0, 0, 1), torch.expand_copy(x, (2, 2)),
        torch.unbind_copy(x)[0], torch.split_with_sizes_copy(x, [1, 1])[0], x.unsafe_split(1)[0], x.unsafe_chunk(2)[0],
        torch.select_scatter(x, x[0], 0, 1), torch.slice_scatter(x, x), torch.diagonal_scatter(x, x[0]), x.rot90(), x.trace(), x.T, x.H, x.mT,
        torch.constant_pad_nd(x, (1, 1)), torch.block_diag(x, x), x.index_copy(0, index, x), x.index_fill(0, index, 1.0),
        x.index_fill(0, index, x.sum()), x.index_reduce(0, index, x, "amax"), x.scatter_reduce(0, index[None], x, "sum"), x.put(index, x[0]),
        x.take(index), x.masked_scatter(x > 2, x), torch.kron(x, x), x.tile((2,)), x.ravel(), x.unflatten(0, (1, 2)), torch.hstack((x, x)),
    ]
    for result in results:
        show(name_of(result.grad_fn), result.is_leaf)
    y = torch.zeros(2, 3, 4, requires_grad=True)
    for view in [y[:], y[:, 0], y[0, :], y[0, ...], y[..., 0], y[...], y[0:3], y[None, ...], y[:, :, 1:], y[:, None], y[index, ...], y[()]]:
        show(name_of(view.grad_fn), name_of(view.grad_fn.next_functions[0][0]), view._is_view())


def gradients_flow_through_views_that_share_memory():
    looks = [
        lambda y: y.diagonal(), lambda y: y.unfold(0, 2, 2), lambda y: y.as_strided((2, 2), (1, 2), 1), lambda y: y.unflatten(1, (2, 2)),
        lambda y: y.mT, lambda y: y.tensor_split(2)[1], lambda y: y.unfold(0, 2, 2).select(0, 1), lambda y: y.reshape(2, 8).t(),
        lambda y: y.ravel(), lambda y: y.swapaxes(0, 1)[1], lambda y: torch.unfold_copy(y, 0, 2, 2), lambda y: y.narrow_copy(0, 1, 2),
    ]
    for look in looks:
        x = torch.arange(16.0).reshape(4, 4).requires_grad_()
        y = x * 2
        view = look(y)
        view.mul_(torch.arange(float(view.numel())).reshape(view.shape))
        (y * torch.arange(16.0).reshape(4, 4)).sum().backward()
        show(x.grad.flatten())


def limits_of_dtypes():
    for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
        show(torch.finfo(dtype))
        show(torch.finfo(dtype).bits, torch.finfo(dtype).eps == 2.0 ** {torch.float16: -10, torch.bfloat16: -7, torch.float32: -23, torch.float64: -52}[dtype])
    for dtype in (torch.int8, torch.uint8, torch.int16, torch.int32, torch.int64):
        show(torch.iinfo(dtype), torch.iinfo(dtype).bits, torch.iinfo(dtype).min, torch.iinfo(dtype).max)
    show(torch.finfo())
    fails(lambda: torch.finfo(torch.int8))
    fails(lambda: torch.iinfo(torch.float32))
    fails(lambda: torch.iinfo(torch.bool))
    fails(lambda: torch.iinfo("int8"))


def numbers_of_16_bits():
    x = torch.tensor([1.0, 1 / 3, 65504.0, 65520.0, 6e-8, 2.5e-8, -0.0, 2049.0, float("nan"), 1e10])
    for dtype in (torch.float16, torch.bfloat16):
        y = x.to(dtype)
        show(y)
        show(y * 3, y + 0.1, y.sum(), y[:3] @ y[:3], y[1].item() == y.float()[1].item(), y == 0.333)
        show(torch.tensor([0.1, 0.2], dtype=dtype) == 0.1, 0.1 - torch.tensor([0.3], dtype=dtype), torch.ones(3, dtype=dtype).div(3))
        show(torch.ones(2, dtype=dtype).softmax(0), torch.arange(5, dtype=dtype), torch.tensor([3, 1, 2], dtype=dtype).sort()[0])
        show(torch.tensor([1, 2**20, 3], dtype=torch.int64).to(dtype), torch.tensor([1.5, 2.5], dtype=dtype).long())
    show((torch.tensor([1.0], dtype=torch.float16) + torch.tensor([1.0], dtype=torch.bfloat16)).dtype)


def gradients_in_16_bits():
    x = torch.tensor([1.5, -2.0, 0.25], dtype=torch.float16, requires_grad=True)
    y = (x * x).sum()
    y.backward()
    show(y, x.grad)
    z = torch.tensor([1.5, -2.0], dtype=torch.bfloat16, requires_grad=True)
    (z.float() * 3).sum().backward()
    show(z.grad, z.to(torch.float32))


def whole_numbers_of_8_and_16_bits():
    x = torch.tensor([127, -128, 5, -5], dtype=torch.int8)
    show(x + 1, x * x, x.abs(), -x, x.sum(), x // 2, x > 0, x.to(torch.uint8), x.float() / 2, x / 2, x.to(torch.int16) * 300)
    show(torch.tensor([32767, -32768], dtype=torch.int16) + 1, torch.tensor([200], dtype=torch.uint8) + torch.tensor([100], dtype=torch.int8))
    show(torch.tensor([300.7, -1.5, 1e10]).to(torch.int8), torch.tensor([40000.0, -1.5]).to(torch.int16), torch.tensor([3, 1, 2], dtype=torch.int8).sort()[0])
    show(torch.zeros(2, dtype=torch.short), torch.ones(2, dtype=torch.int8).bool(), torch.tensor([2, 3], dtype=torch.int8).prod().dtype)


def numbers_that_do_not_fit():
    for dtype in (torch.int8, torch.uint8, torch.int16, torch.int32):
        fails(lambda dtype=dtype: torch.tensor([2**31], dtype=dtype))
        fails(lambda dtype=dtype: torch.tensor([1e20], dtype=dtype))
        fails(lambda dtype=dtype: torch.tensor([float("nan")], dtype=dtype))
        fails(lambda dtype=dtype: torch.zeros(2, dtype=dtype).fill_(2**40))
        fails(lambda dtype=dtype: torch.full((2,), 2**40, dtype=dtype))
    fails(lambda: torch.tensor([2**63], dtype=torch.int64))
    fails(lambda: torch.tensor([-1.5], dtype=torch.uint8))
    fails(lambda: torch.zeros(2, dtype=torch.float16).masked_fill(torch.tensor([True, False]), -1e9))
    show(torch.tensor([-1], dtype=torch.uint8), torch.tensor([1.9, -1.9], dtype=torch.int8), torch.tensor([1e6], dtype=torch.float16))


def questions_about_dtypes():
    x = torch.zeros(2, 3, dtype=torch.float16)
    show(x.type(), x.is_floating_point(), x.is_signed(), x.is_complex(), x.element_size(), x.itemsize, x.nbytes, x.nelement(), torch.numel(x))
    show(x.type(torch.int8).type(), x.type("torch.DoubleTensor").dtype, torch.typename(x), torch.is_tensor(x), torch.is_tensor(3), torch.is_floating_point(x.int()))
    show(torch.is_nonzero(torch.tensor([0.5])), torch.tensor(0).is_nonzero(), torch.is_signed(torch.zeros(1, dtype=torch.uint8)), torch.half, torch.short, torch.long)
    show(torch.result_type(torch.tensor([1]), 2.5), torch.result_type(2, 3), torch.can_cast(torch.float32, torch.int64), torch.promote_types(torch.uint8, torch.int8))
    fails(lambda: torch.is_nonzero(x))
    fails(lambda: torch.is_nonzero(torch.zeros(0)))
    fails(lambda: x.type("wrong"))
    fails(lambda: torch.set_default_dtype(torch.int32))
    fails(lambda: torch.result_type("a", 3))
    fails(lambda: torch.is_floating_point(3))


def constructors_of_older_programs():
    show(torch.FloatTensor([1, 2]), torch.LongTensor([[1], [2]]), torch.HalfTensor([0.1]), torch.BoolTensor([True, False]), torch.ByteTensor([1]).dtype)
    show(torch.DoubleTensor(2, 3).shape == (2, 3), torch.IntTensor(), torch.CharTensor([1]).dtype, torch.ShortTensor(0).dtype, torch.BFloat16Tensor([3]))
    fails(lambda: torch.FloatTensor(torch.zeros(2, dtype=torch.int64)))


def devices():
    show(torch.device("cpu"), torch.device("cuda", 1), torch.device("cuda:2").index, torch.zeros(1).device, torch.cuda.is_available(), torch.cuda.device_count(), torch.backends.mps.is_available())
    show(torch.device("cuda" if torch.cuda.is_available() else "cpu"), torch.zeros(2, device=torch.device("cpu")), torch.zeros(1).to("cpu:0").device)
    fails(lambda: torch.zeros(2, device="cuda"))
    fails(lambda: torch.zeros(2).to("cuda:0"))
    fails(lambda: torch.zeros(2).to("mps"))
    fails(lambda: torch.device("gpu"))
    fails(lambda: torch.device(""))
    fails(lambda: torch.device("cuda:x"))


def strides_of_copies():
    x = torch.arange(24.0).reshape(2, 3, 4)
    for y in (x, x.transpose(0, 2), x[:, ::2], x.permute(2, 0, 1)[1:], x[:1].expand(2, 3, 4), x[:, :1].expand(2, 3, 4), x[..., :1], x.flatten()):
        show(*y.clone().stride(), "|", *y.double().stride(), "|", *y.contiguous().stride(), "|", *y.to(torch.float32, copy=True).stride(),
             "|", *y.clone(memory_format=torch.contiguous_format).stride())


def channels_innermost():
    for shape in ((2, 3, 4, 5), (2, 1, 4, 5), (2, 3, 1, 1), (1, 3, 4, 5), (0, 3, 4, 5)):
        x = torch.zeros(shape)
        y = x.contiguous(memory_format=torch.channels_last)
        show(*y.stride(), y is x, y.is_contiguous(), y.is_contiguous(memory_format=torch.channels_last), x.is_contiguous(memory_format=torch.channels_last))
        show(*y.clone().stride(), "|", *y.half().stride(), "|", *y.to(memory_format=torch.contiguous_format).stride(), "|", *x.to(memory_format=torch.channels_last).stride())
        show(y.to(torch.float32) is y, y.to(memory_format=torch.channels_last) is y, x.to(memory_format=torch.channels_last) is x, y.contiguous() is y)
    z = torch.arange(8.0).reshape(1, 2, 2, 2)
    show(z.contiguous(memory_format=torch.channels_last))
    show(*torch.zeros(2, 3, 4, 5, 6).clone(memory_format=torch.channels_last_3d).stride())
    fails(lambda: torch.zeros(2, 3).contiguous(memory_format=torch.channels_last))
    fails(lambda: torch.zeros(2, 3, 4, 5).clone(memory_format=torch.channels_last_3d))
    fails(lambda: torch.zeros(2, 3).double(memory_format=torch.channels_last))


def the_forms_of_to():
    x = torch.zeros(2)
    show(x.to(torch.float16).dtype, x.to("cpu").dtype, x.to("cpu", torch.int8).dtype, x.to(torch.zeros(1).short()).dtype, x.to(dtype=torch.half, device="cpu").dtype)
    show(x.to(torch.float32) is x, x.to("cpu") is x, x.to(torch.float32, copy=True) is x, x.to(torch.float32, False, True) is x, x.to("cpu", torch.float32, False, True) is x)
    show(x.to(tensor=x.long()).dtype, x.type_as(x.char()).dtype, x.to(torch.device("cpu"), non_blocking=True) is x, x.cpu() is x)
    fails(lambda: x.to(torch.float32, torch.float64))
    fails(lambda: x.to("nowhere"))


def whole_numbers_beyond_53_bits():
    x = torch.tensor([2**63 - 1, -(2**63), 2**53 + 1, -(2**53) - 1])
    show(x, x + 1, x * 3, x.sum(), x.prod(), x.cumsum(0), x.sort()[0], x.max(), x == 2**53 + 1, x > 2**53)
    show(x[2].item(), x[0].item(), x.clamp(max=2**53 + 1), x.masked_fill(x < 0, 2**62 + 1), x.index_select(0, torch.tensor([2])), x.float(), x.double())
    show(torch.full((1,), 2**62 + 1), torch.add(x, x, alpha=2**33 + 1), torch.where(x > 0, x, 2**53 + 3), x.int(), x.to(torch.int8))
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


def programs() -> list:
    functions = [value for value in globals().values() if inspect.isfunction(value) and value.__module__ == __name__]
    return [function for function in functions if not inspect.signature(function).parameters and function is not programs]


def run(program) -> dict:
    LINES.clear()
    MESSAGES.clear()
    torch.manual_seed(0)
    program()
    return {"name": program.__name__.replace("_", " "), "lines": list(LINES)} | ({"messages": list(MESSAGES)} if MESSAGES else {})


def generate(folder: Path) -> None:
    # PyTorch warns of reference cycles after `backward(create_graph=True)`.
    warnings.simplefilter("ignore")
    write_lines(folder / "programs.json", {"programs": [run(program) for program in programs()]})
