"""Programs in the manner of tutorials: what somebody types in the first days."""

import torch
from torch import nn

from .page import fails, leaf, show


def broadcasting_in_tutorials():
    x = torch.arange(6.0).reshape(2, 3)
    column, row = torch.tensor([[10.0], [20.0]]), torch.tensor([1.0, 2.0, 3.0])
    show(x + row, x * column, column + row, column - row[None, :])
    show((x - x.mean(0)) / x.std(0), x / x.sum(1, keepdim=True), x - x.max(dim=1, keepdim=True).values)
    points = torch.tensor([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]])
    show((points[:, None] - points[None]).pow(2).sum(-1).sqrt(), torch.cdist(points, points))
    show(list(torch.broadcast_shapes((2, 1), (3,))), [list(t.shape) for t in torch.broadcast_tensors(column, row)])
    show(row.expand(2, 3), list(row.expand(2, -1).stride()), torch.broadcast_to(row, (2, 3)))
    show(torch.outer(row, row), row.unsqueeze(1) @ row.unsqueeze(0), row @ row, x @ row)
    fails(lambda: x + torch.ones(2))
    fails(lambda: torch.ones(3).expand(2, 2))
    fails(lambda: torch.broadcast_shapes((2, 3), (4,)))
    fails(lambda: row.add_(x))


def subscripts_in_tutorials():
    x = torch.arange(12).reshape(3, 4)
    show(x[0], x[-1], x[:, 1], x[..., -1], x[1:, ::2], x[1, 2], x[[0, 2]], x[[0, 2], [1, 3]], x[:, [1, 0]])
    show(x[x % 2 == 0], x[x > 5].sum(), (x > 5).nonzero(), list(torch.where(x > 5)), torch.where(x > 5, x, -1))
    rows = torch.tensor([2, 0, 1])
    show(x[rows], x[torch.arange(3), rows], x.gather(1, rows[:, None]), torch.take(x, torch.tensor([0, 5])))
    probabilities = torch.tensor([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2]])
    labels = torch.tensor([1, 0])
    show(probabilities[range(2), labels], -probabilities.log().gather(1, labels.unsqueeze(1)).squeeze(1))
    hot = torch.zeros(2, 3).scatter_(1, labels.unsqueeze(1), 1)
    show(hot, probabilities.argmax(1) == labels, (probabilities.argmax(1) == labels).float().mean())
    y = x.clone()
    y[y > 8] = 0
    y[0] = torch.tensor([9, 8, 7, 6])
    y[:, -1] = -1
    y[1, 1:3] += 10
    show(y, y.fill_diagonal_(5), y.flip(0), y[:, torch.tensor([True, False, True, False])])
    order = torch.tensor([3.0, 1.0, 2.0]).argsort(descending=True)
    show(order, x[order], torch.tensor([3.0, 1.0, 2.0]).topk(2), list(x[None].shape), list(x[:, None, :, None].shape))
    z = torch.zeros(5)
    z.index_add_(0, torch.tensor([0, 0, 3]), torch.tensor([1.0, 2.0, 3.0]))
    z[[1, 2]] = torch.tensor([7.0, 8.0])
    show(z, z.masked_fill(z == 0, -1), z.masked_select(z > 2), z.index_select(0, torch.tensor([4, 3])))
    fails(lambda: x[3])
    fails(lambda: x[0, 0, 0])
    fails(lambda: x[[0, 1], [0, 1, 2]])
    fails(lambda: x[torch.tensor([0.5])])
    fails(lambda: x[torch.tensor([True, False])])
    fails(lambda: x[::-1])
    fails(lambda: x.gather(1, torch.tensor([[7]])))


def results_of_several_in_tutorials():
    x = torch.tensor([[3.0, 1.0, 2.0], [4.0, 6.0, 5.0]])
    show(x.max(1), x.min(dim=0), x.sort(), x.topk(2), x.median(1), x.mode(0), x.kthvalue(2), x.cummax(1), x.cummin(0))
    show(torch.linalg.slogdet(torch.eye(2) * 3), torch.linalg.eigh(torch.diag(torch.tensor([2.0, 1.0]))), torch.linalg.qr(torch.eye(2) * 2 + 1), torch.linalg.svd(torch.eye(2)))
    show(torch.aminmax(x), torch.frexp(torch.tensor([8.0, 0.3])), torch.linalg.lu(torch.eye(2)), torch.linalg.solve(torch.eye(2) * 2, torch.ones(2)), list(torch.var_mean(x)), list(torch.std_mean(x, 1)))
    values, indices = x.max(1)
    show(values, indices, x.max(1).values, x.sort(descending=True)[1], x.sort(0, True).indices, len(x.max(1)), x.max(1)[0])
    show(list(torch.unique(torch.tensor([3, 1, 3]), return_counts=True)), list(torch.split(x, 1)), list(x.chunk(3, 1)), list(x.unbind()), list(torch.meshgrid(torch.arange(2), torch.arange(2), indexing="ij")))
    show(list(torch.unique_consecutive(torch.tensor([1, 1, 2]), return_inverse=True)), x.size(0), list(x.shape), list(x.stride()), x.dim(), x.numel())


def autograd_in_tutorials():
    x = leaf([1.0, 2.0, 3.0])
    y = x**2 + 2 * x
    show(x.grad, y.requires_grad, y.grad_fn is not None, type(y.grad_fn).__name__, x.grad_fn, x.is_leaf)
    y.backward(torch.tensor([1.0, 0.1, 0.01]))
    show(x.grad)
    y2 = (x.sin() * x).sum()
    y2.backward()
    show(x.grad, y2)
    x.grad.zero_()
    (x.prod() + x.max() + x.norm() + x.abs().mean() + x.log().sum()).backward()
    show(x.grad)
    with torch.no_grad():
        x -= 0.1 * x.grad
    x.grad = None
    show(x, x.grad, (x * 2).detach().requires_grad, x.requires_grad)
    w, b = torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)
    inputs = torch.linspace(-1, 1, 5)
    for _ in range(3):
        loss = ((inputs * w + b - (3 * inputs + 1)) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w -= 0.5 * w.grad
            b -= 0.5 * b.grad
            w.grad.zero_()
            b.grad.zero_()
        show(loss, w, b)
    z = torch.tensor(2.0, requires_grad=True)
    first = torch.autograd.grad(z**3, z, create_graph=True)[0]
    second = torch.autograd.grad(first, z)[0]
    show(first, second, torch.autograd.functional.jacobian(lambda t: t**2, torch.tensor([1.0, 2.0])), torch.autograd.functional.hessian(lambda t: (t**3).sum(), torch.tensor([1.0, 2.0])))
    mid = z * 2
    mid.retain_grad()
    mid.register_hook(lambda grad: grad * 10)
    (mid**2).backward()
    show(mid.grad, z.grad, mid)
    fails(lambda: (x * 2).backward())
    fails(lambda: loss.backward())
    fails(lambda: torch.ones(2).sum().backward())
    fails(lambda: x.numpy())
    fails(lambda: torch.autograd.grad(z * 1, leaf([1.0])))
    fails(lambda: x.add_(1))


def shapes_in_tutorials():
    x = torch.arange(24).reshape(2, 3, 4)
    show(list(x.view(-1, 8).shape), list(x.flatten().shape), list(x.flatten(1).shape), list(x.permute(2, 0, 1).shape), list(x.transpose(0, 2).shape), list(x.unsqueeze(-1).shape), list(x[None].squeeze(0).shape), list(x.movedim(0, -1).shape), list(x.mT.shape))
    show(list(torch.cat([x, x], 1).shape), list(torch.stack([x, x]).shape), [list(t.shape) for t in x.split(2, 1)], [list(t.shape) for t in x.chunk(3, 2)], [list(t.shape) for t in x.split([1, 2], 1)], list(torch.hstack([x, x]).shape), list(torch.vstack([x, x]).shape))
    v = torch.tensor([1, 2, 3])
    show(v.repeat(2), v.repeat(2, 2), v.repeat_interleave(2), v.tile(2), v.expand(2, 3), v.roll(1), v.flip(0), torch.rot90(v[None]), v.unflatten(0, (3, 1)), torch.vander(v), torch.vander(v, 2, True), torch.vander(v.float(), N=4))
    show(torch.tril(torch.ones(3, 3)), torch.triu(torch.ones(2, 3), 1), torch.diag(v), torch.eye(2, 3), torch.block_diag(v, v[None]), torch.kron(v, v), torch.combinations(v), torch.cartesian_prod(v[:2], v[:2]))
    show(x.sum((0, 2)), x.float().mean(0), x.amax((1, 2)), list(x.sum(0, keepdim=True).shape), torch.einsum("ijk->ki", x), torch.einsum("ij,ij->i", v[None].expand(2, 3), x[:, :, 0]), torch.tensordot(v, v, 1), x.max(), x.argmax(), x.argmax(2))
    show(list(x.dim_order()), list(x.permute(2, 0, 1).dim_order()), x.is_contiguous(), list(x.permute(2, 0, 1).contiguous().stride()), list(torch.zeros(1, 2, 3, 3).to(memory_format=torch.channels_last).dim_order()), x.transpose(1, 2).reshape(-1)[:5], x.ravel()[5:7], list(x.unfold(2, 2, 2).shape))
    show(torch.ones(2, 3).T, torch.narrow(v, 0, 1, 2), list(v.unbind()), list(torch.atleast_2d(v).shape), list(torch.squeeze(torch.zeros(1, 2, 1)).shape), list(torch.zeros(1, 2, 1).squeeze(1).shape), torch.numel(x), x.nelement(), x.ndim)
    fails(lambda: x.view(5, 5))
    fails(lambda: x.transpose(0, 1).view(24))
    fails(lambda: x.reshape(7, -1))
    fails(lambda: x.permute(0, 1))
    fails(lambda: torch.cat([torch.ones(2, 3), torch.ones(3, 2)]))
    fails(lambda: torch.stack([torch.ones(2), torch.ones(3)]))
    fails(lambda: x.unsqueeze(5))
    fails(lambda: torch.ones(2, 3) @ torch.ones(2, 3))
    fails(lambda: x.sum(3))
    fails(lambda: torch.vander(x))
    fails(lambda: x[:1].dim_order(ambiguity_check=True))
    fails(lambda: torch.einsum("ij,jk->ik", torch.ones(2, 3), torch.ones(2, 3)))


def networks_in_tutorials():
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    show(model, [name for name, _ in model.named_parameters()], sum(p.numel() for p in model.parameters()), model[0].weight, model[2].bias)
    x, y = torch.randn(4, 2), torch.randn(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), 0.1, 0.9)
    for _ in range(3):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        show(loss)
    model.eval()
    with torch.no_grad():
        show(model(x), model.training, list(model[0].weight.grad.shape))
    logits, target = torch.randn(3, 4), torch.tensor([0, 3, 1])
    show(nn.CrossEntropyLoss()(logits, target), nn.NLLLoss()(logits.log_softmax(1), target), nn.BCEWithLogitsLoss()(logits[0], torch.ones(4)), nn.L1Loss(reduction="sum")(logits, logits + 1), nn.functional.one_hot(target))
    layer = nn.Conv2d(1, 2, 3, padding=1)
    image = torch.randn(1, 1, 4, 4)
    show(layer, list(layer(image).shape), nn.MaxPool2d(2)(image), list(nn.Flatten()(image).shape), nn.BatchNorm2d(1)(image).mean().abs() < 1e-6, nn.Dropout(0.5)(torch.ones(6)), nn.Embedding(3, 2)(torch.tensor([0, 2])))
    for parameter in model.parameters():
        nn.init.orthogonal_(parameter) if parameter.ndim > 1 else nn.init.zeros_(parameter)
    show(model[0].weight, model[0].bias, nn.Unflatten(1, (2, 2)), nn.Bilinear(2, 3, 1), nn.InstanceNorm3d(2), nn.Softmax2d())
    fails(lambda: model(torch.ones(3, 3)))
    fails(lambda: nn.CrossEntropyLoss()(logits, torch.tensor([0, 4, 1])))
    fails(lambda: nn.CrossEntropyLoss()(logits, target.float()))
    fails(lambda: nn.Embedding(3, 2)(torch.tensor([3])))
    fails(lambda: layer(torch.ones(1, 2, 4, 4)))
    fails(lambda: nn.Linear(2))
    fails(lambda: nn.Linear(2, 3, wrong=1))
    fails(lambda: nn.Tanh(1))
    fails(lambda: torch.optim.SGD([]))
    fails(lambda: torch.optim.SGD(model.parameters(), lr=-1))
    fails(lambda: nn.Dropout(2))
    fails(lambda: nn.MSELoss()(torch.ones(2), torch.ones(3)))
