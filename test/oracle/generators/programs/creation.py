"""Programs about tensors as such: making them, their dtypes, what operators give."""

import torch
import torch.nn.functional as F

from .page import fails, name_of, show


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
