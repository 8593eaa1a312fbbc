"""What beginners do wrong: the class and the message of PyTorch's errors. `mistakes.test.ts` has the same programs under the same names."""

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from .encode import write_lines

x23, x34, x32 = torch.zeros(2, 3), torch.zeros(3, 4), torch.zeros(3, 2)


def leaf(*shape):
    return torch.ones(*shape, requires_grad=True)


def backward_twice():
    loss = (leaf(2) ** 2).sum()
    loss.backward()
    loss.backward()


def in_place_on_leaf():
    leaf(2).add_(1)


def in_place_on_view_of_leaf():
    leaf(2, 2)[0].add_(1)


def in_place_on_saved():
    x = leaf(2)
    y = x.exp()
    y.add_(1)
    y.sum().backward()


def in_place_on_saved_input():
    x = leaf(2)
    y = x * 2
    z = y ** 2
    y += 1
    z.sum().backward()


def no_grad_backward():
    with torch.no_grad():
        y = leaf(2).sum()
    y.backward()


def unused_input():
    x, y = leaf(2), leaf(2)
    torch.autograd.grad(x.sum(), y)


def numpy_of_grad():
    leaf(2).numpy()


def wrong_load():
    nn.Linear(3, 2)(torch.zeros(4, 5))


MISTAKES = {
    "add of shapes that do not broadcast": lambda: x23 + x32,
    "mul of vectors of different lengths": lambda: torch.zeros(3) * torch.zeros(4),
    "matmul of matrices that do not fit": lambda: x23 @ torch.zeros(4, 2),
    "matmul of a matrix and a vector that do not fit": lambda: x23 @ torch.zeros(2),
    "matmul of a number": lambda: torch.matmul(x23, torch.tensor(1.0)),
    "mm of a vector": lambda: torch.mm(x23, torch.zeros(3)),
    "bmm of matrices": lambda: torch.bmm(x23, x34),
    "bmm of batches that do not fit": lambda: torch.bmm(torch.zeros(2, 3, 4), torch.zeros(3, 4, 5)),
    "dot of vectors of different lengths": lambda: torch.dot(torch.zeros(2), torch.zeros(3)),
    "matmul of different dtypes": lambda: torch.zeros(2, 2) @ torch.zeros(2, 2, dtype=torch.int64),
    "matmul of float32 and float64": lambda: torch.zeros(2, 2) @ torch.zeros(2, 2, dtype=torch.float64),
    "linear of features that do not fit": wrong_load,
    "reshape to another number of elements": lambda: x23.reshape(4, 2),
    "view to another number of elements": lambda: x23.view(5),
    "view of a transposed tensor": lambda: x23.t().view(6),
    "reshape with two unknown sizes": lambda: x23.reshape(-1, -1),
    "reshape that an unknown size cannot mend": lambda: x23.reshape(4, -1),
    "expand of a dimension that is not one": lambda: x23.expand(2, 4),
    "squeeze of a dimension that does not exist": lambda: x23.squeeze(5),
    "transpose of a dimension that does not exist": lambda: x23.transpose(0, 2),
    "permute with too few dimensions": lambda: x23.permute(0),
    "permute with a dimension twice": lambda: x23.permute(0, 0),
    "t of three dimensions": lambda: torch.zeros(2, 3, 4).t(),
    "cat of shapes that do not fit": lambda: torch.cat([x23, torch.zeros(2, 4)], 0),
    "cat of nothing": lambda: torch.cat([]),
    "cat of numbers of dimensions": lambda: torch.cat([x23, torch.zeros(3)]),
    "stack of different shapes": lambda: torch.stack([x23, x34]),
    "sum over a dimension that does not exist": lambda: x23.sum(2),
    "max of nothing": lambda: torch.zeros(0).max(),
    "argmax of nothing": lambda: torch.zeros(0).argmax(),
    "mean of whole numbers": lambda: torch.arange(3).mean(),
    "index out of range": lambda: x23[2],
    "index out of range from the end": lambda: x23[-3],
    "index in the second dimension out of range": lambda: x23[0, 3],
    "too many indices": lambda: x23[0, 0, 0],
    "index tensor out of range": lambda: x23[torch.tensor([0, 5])],
    "index tensor of fractions": lambda: x23[torch.tensor([0.0])],
    "mask of another shape": lambda: x23[torch.tensor([True, False, True])],
    "index_select out of range": lambda: torch.index_select(x23, 0, torch.tensor([3])),
    "gather with fractions": lambda: torch.gather(x23, 1, torch.zeros(2, 1)),
    "gather out of range": lambda: torch.gather(x23, 1, torch.tensor([[7], [0]])),
    "scatter out of range": lambda: x23.clone().scatter_(1, torch.tensor([[7], [0]]), 1.0),
    "embedding out of range": lambda: F.embedding(torch.tensor([5]), torch.zeros(3, 2)),
    "embedding of fractions": lambda: F.embedding(torch.tensor([1.0]), torch.zeros(3, 2)),
    "item of many": lambda: x23.item(),
    "whole numbers that require grad": lambda: torch.tensor([1, 2], requires_grad=True),
    "requires_grad_ of whole numbers": lambda: torch.arange(3).requires_grad_(),
    "backward of many": lambda: (leaf(3) * 2).backward(),
    "backward of a tensor without history": lambda: torch.ones(1).backward(),
    "backward under no_grad": no_grad_backward,
    "backward twice": backward_twice,
    "backward with a gradient of another shape": lambda: (leaf(3) * 2).backward(torch.ones(2)),
    "in place on a leaf": in_place_on_leaf,
    "in place on a view of a leaf": in_place_on_view_of_leaf,
    "in place on a saved result": in_place_on_saved,
    "in place on a saved input": in_place_on_saved_input,
    "in place into whole numbers": lambda: torch.arange(3).add_(1.5),
    "in place that would grow": lambda: torch.zeros(3).add_(torch.zeros(2, 3)),
    "gradient of an unused input": unused_input,
    "numpy of a tensor that requires grad": numpy_of_grad,
    "cross_entropy with too large a class": lambda: F.cross_entropy(torch.zeros(2, 3), torch.tensor([0, 3])),
    "cross_entropy with a negative class": lambda: F.cross_entropy(torch.zeros(2, 3), torch.tensor([0, -1])),
    "cross_entropy with labels of float32": lambda: F.cross_entropy(torch.zeros(2, 3), torch.tensor([0.0, 1.0])),
    "cross_entropy with labels of int32": lambda: F.cross_entropy(torch.zeros(2, 3), torch.tensor([0, 1], dtype=torch.int32)),
    "cross_entropy with another batch size": lambda: F.cross_entropy(torch.zeros(2, 3), torch.tensor([0, 1, 2])),
    "cross_entropy with one-hot labels of int64": lambda: F.cross_entropy(torch.zeros(2, 3), torch.zeros(2, 3, dtype=torch.int64)),
    "cross_entropy with weights of another count": lambda: F.cross_entropy(torch.zeros(2, 3), torch.tensor([0, 1]), weight=torch.ones(2)),
    "nll_loss with another batch size": lambda: F.nll_loss(torch.zeros(2, 3), torch.tensor([0])),
    "binary_cross_entropy outside of [0, 1]": lambda: F.binary_cross_entropy(torch.tensor([1.5]), torch.tensor([1.0])),
    "binary_cross_entropy of different shapes": lambda: F.binary_cross_entropy(torch.ones(2) / 2, torch.ones(3)),
    "binary_cross_entropy_with_logits of different shapes": lambda: F.binary_cross_entropy_with_logits(torch.ones(2), torch.ones(2, 1)),
    "mse_loss of shapes that do not broadcast": lambda: F.mse_loss(torch.zeros(2), torch.zeros(3)),
    "a reduction that does not exist": lambda: F.mse_loss(torch.zeros(2), torch.zeros(2), reduction="avg"),
    "conv2d with another number of channels": lambda: F.conv2d(torch.zeros(1, 3, 8, 8), torch.zeros(4, 2, 3, 3)),
    "conv2d of a matrix": lambda: F.conv2d(torch.zeros(8, 8), torch.zeros(4, 1, 3, 3)),
    "conv2d with too large a kernel": lambda: F.conv2d(torch.zeros(1, 1, 2, 2), torch.zeros(1, 1, 3, 3)),
    "conv2d of different dtypes": lambda: F.conv2d(torch.zeros(1, 1, 4, 4, dtype=torch.float64), torch.zeros(1, 1, 3, 3)),
    "max_pool2d with too large a window": lambda: F.max_pool2d(torch.zeros(1, 1, 2, 2), 3),
    "batch_norm of one value per channel": lambda: F.batch_norm(torch.zeros(1, 3), None, None, training=True),
    "layer_norm of another shape": lambda: F.layer_norm(x23, [4]),
    "dropout with a probability above one": lambda: F.dropout(x23, 1.5),
    "softmax over a dimension that does not exist": lambda: F.softmax(x23, 2),
    "ragged nested lists": lambda: torch.tensor([[1.0, 2.0], [3.0]]),
    "zeros of a negative size": lambda: torch.zeros(-1),
    "a device that does not exist": lambda: torch.device("tpu"),
    "arange that leads away": lambda: torch.arange(5, 1),
    "arange with no step": lambda: torch.arange(0, 5, 0),
    "multinomial of too many": lambda: torch.multinomial(torch.ones(2), 3),
    "randint of an empty range": lambda: torch.randint(3, 3, (2,)),
    "inverse of a singular matrix": lambda: torch.linalg.inv(torch.zeros(2, 2)),
    "inverse of a matrix that is not square": lambda: torch.linalg.inv(x23),
    "cholesky of a matrix that is not positive": lambda: torch.linalg.cholesky(-torch.eye(2)),
    "solve of shapes that do not fit": lambda: torch.linalg.solve(torch.eye(2), torch.zeros(3)),
    "bool subtraction": lambda: torch.tensor([True]) - torch.tensor([False]),
    "negation of truth values": lambda: -torch.tensor([True]),
    "pow of whole numbers with a negative exponent": lambda: torch.arange(3) ** -1,
    "truth of many": lambda: bool(torch.zeros(2)),
    "iteration over a number": lambda: list(torch.tensor(1.0)),
    "length of a number": lambda: len(torch.tensor(1.0)),
    "one_hot with too few classes": lambda: F.one_hot(torch.tensor([0, 4]), 3),
    "einsum of sizes that do not fit": lambda: torch.einsum("ij,jk->ik", x23, x23),
    "split into sizes that do not sum up": lambda: torch.split(torch.zeros(5), [2, 2]),
    "unfold larger than the tensor": lambda: torch.zeros(3).unfold(0, 4, 1),
    "where with shapes that do not broadcast": lambda: torch.where(torch.tensor([True, False]), torch.zeros(3), torch.zeros(3)),
    "topk of more than there are": lambda: torch.zeros(3).topk(4),
    "diagonal of a vector": lambda: torch.zeros(3).diagonal(),
    "interpolate without a size": lambda: F.interpolate(torch.zeros(1, 1, 2, 2)),
    "grad of a tensor that needs none": lambda: torch.autograd.grad(torch.ones(1).sum(), torch.ones(1)),
    "detach_ of a view": lambda: leaf(2, 2).mul(1)[0].detach_(),
    "set_default_dtype to whole numbers": lambda: torch.set_default_dtype(torch.int64),
    "sgd with a negative learning rate": lambda: torch.optim.SGD([leaf(1)], lr=-1),
    "optimizer without parameters": lambda: torch.optim.SGD([], lr=0.1),
    "attention with heads that do not divide": lambda: nn.MultiheadAttention(5, 2),
}


def error_of(run) -> dict:
    try:
        run()
    except Exception as error:  # noqa: BLE001 - which class it is, is what the row tells
        return {"error": type(error).__name__, "message": str(error).splitlines()[0][:300]}
    raise AssertionError("no error")


def generate(folder: Path) -> None:
    rows = []
    for name, run in MISTAKES.items():
        try:
            rows.append({"name": name} | error_of(run))
        except AssertionError:
            print(f"no error: {name}")
    write_lines(folder / "mistakes.json", {"mistakes": rows})
