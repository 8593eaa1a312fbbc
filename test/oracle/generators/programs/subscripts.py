"""Programs about subscripts and views."""

import torch

from .page import fails, leaf, name_of, show


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
