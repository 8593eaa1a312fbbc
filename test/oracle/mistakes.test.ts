/** What beginners do wrong: PyTorch's class of error, its numbers, and a sentence that says how to mend it. */
import { expect, test } from "vitest";
import torch, { autograd, F, nn, optim, type Tensor } from "../../runtime/index.ts";
import { readOracle } from "./data.ts";

interface Mistake {
  readonly name: string;
  readonly error: string;
  readonly message: string;
}

const { mistakes } = readOracle<{ readonly mistakes: readonly Mistake[] }>("mistakes.json");

const zeros = (...shape: number[]): Tensor => torch.zeros(shape);
const whole = (...values: number[]): Tensor => torch.tensor(values.map(BigInt));
const [x23, x34, x32] = [zeros(2, 3), zeros(3, 4), zeros(3, 2)];
const leaf = (...shape: number[]): Tensor => torch.ones(shape, { requires_grad: true });
/** For programs that the compiler refuses too. */
const untyped = (value: unknown): never => value as never;

const programs: Readonly<Record<string, () => unknown>> = {
  "add of shapes that do not broadcast": () => x23.add(x32),
  "mul of vectors of different lengths": () => zeros(3).mul(zeros(4)),
  "matmul of matrices that do not fit": () => x23.matmul(zeros(4, 2)),
  "matmul of a matrix and a vector that do not fit": () => x23.matmul(zeros(2)),
  "matmul of a number": () => torch.matmul(x23, torch.tensor(1)),
  "mm of a vector": () => torch.mm(x23, zeros(3)),
  "bmm of matrices": () => torch.bmm(x23, x34),
  "bmm of batches that do not fit": () => torch.bmm(zeros(2, 3, 4), zeros(3, 4, 5)),
  "dot of vectors of different lengths": () => torch.dot(zeros(2), zeros(3)),
  "matmul of different dtypes": () => zeros(2, 2).matmul(torch.zeros([2, 2], { dtype: torch.int64 })),
  "matmul of float32 and float64": () => zeros(2, 2).matmul(torch.zeros([2, 2], { dtype: torch.float64 })),
  "linear of features that do not fit": () => new nn.Linear(3, 2)(zeros(4, 5)),
  "reshape to another number of elements": () => x23.reshape(4, 2),
  "view to another number of elements": () => x23.view(5),
  "view of a transposed tensor": () => x23.t().view(6),
  "reshape with two unknown sizes": () => x23.reshape(-1, -1),
  "reshape that an unknown size cannot mend": () => x23.reshape(4, -1),
  "expand of a dimension that is not one": () => x23.expand(2, 4),
  "squeeze of a dimension that does not exist": () => x23.squeeze(5),
  "transpose of a dimension that does not exist": () => x23.transpose(0, 2),
  "permute with too few dimensions": () => x23.permute(0),
  "permute with a dimension twice": () => x23.permute(0, 0),
  "t of three dimensions": () => zeros(2, 3, 4).t(),
  "cat of shapes that do not fit": () => torch.cat([x23, zeros(2, 4)], 0),
  "cat of nothing": () => torch.cat([]),
  "cat of numbers of dimensions": () => torch.cat([x23, zeros(3)]),
  "stack of different shapes": () => torch.stack([x23, x34]),
  "sum over a dimension that does not exist": () => x23.sum(2),
  "max of nothing": () => zeros(0).max(),
  "argmax of nothing": () => zeros(0).argmax(),
  "mean of whole numbers": () => torch.arange(3).mean(),
  "index out of range": () => x23.index(2),
  "index out of range from the end": () => x23.index(-3),
  "index in the second dimension out of range": () => x23.index(0, 3),
  "too many indices": () => x23.index(0, 0, 0),
  "index tensor out of range": () => x23.index(whole(0, 5)),
  "index tensor of fractions": () => x23.index(zeros(1)),
  "mask of another shape": () => x23.index(torch.tensor([true, false, true])),
  "index_select out of range": () => torch.index_select(x23, 0, whole(3)),
  "gather with fractions": () => torch.gather(x23, 1, zeros(2, 1)),
  "gather out of range": () => torch.gather(x23, 1, whole(7, 0).reshape(2, 1)),
  "scatter out of range": () => x23.clone().scatter_(1, whole(7, 0).reshape(2, 1), 1),
  "embedding out of range": () => F.embedding(whole(5), x32),
  "embedding of fractions": () => F.embedding(torch.ones(1), x32),
  "item of many": () => x23.item(),
  "whole numbers that require grad": () => torch.tensor([1n, 2n], { requires_grad: true }),
  "requires_grad_ of whole numbers": () => torch.arange(3).requires_grad_(),
  "backward of many": () => leaf(3).mul(2).backward(),
  "backward of a tensor without history": () => torch.ones(1).backward(),
  "backward under no_grad": () => torch.no_grad(() => leaf(2).sum()).backward(),
  "backward twice": () => {
    const loss = leaf(2).pow(2).sum();
    loss.backward();
    loss.backward();
  },
  "backward with a gradient of another shape": () => leaf(3).mul(2).backward(torch.ones(2)),
  "in place on a leaf": () => leaf(2).add_(1),
  "in place on a view of a leaf": () => leaf(2, 2).select(0, 0).add_(1),
  "in place on a saved result": () => {
    const y = leaf(2).exp();
    y.add_(1);
    y.sum().backward();
  },
  "in place on a saved input": () => {
    const y = leaf(2).mul(2);
    const z = y.pow(2);
    y.add_(1);
    z.sum().backward();
  },
  "in place into whole numbers": () => torch.arange(3).add_(1.5),
  "in place that would grow": () => zeros(3).add_(zeros(2, 3)),
  "gradient of an unused input": () => autograd.grad(leaf(2).sum(), leaf(2)),
  "numpy of a tensor that requires grad": () => leaf(2).numpy(),
  "cross_entropy with too large a class": () => F.cross_entropy(x23, whole(0, 3)),
  "cross_entropy with a negative class": () => F.cross_entropy(x23, whole(0, -1)),
  "cross_entropy with labels of float32": () => F.cross_entropy(x23, torch.tensor([0, 1])),
  "cross_entropy with labels of int32": () => F.cross_entropy(x23, whole(0, 1).to(torch.int32)),
  "cross_entropy with another batch size": () => F.cross_entropy(x23, whole(0, 1, 2)),
  "cross_entropy with one-hot labels of int64": () => F.cross_entropy(x23, x23.to(torch.int64)),
  "cross_entropy with weights of another count": () =>
    F.cross_entropy(x23, whole(0, 1), { weight: torch.ones(2) }),
  "nll_loss with another batch size": () => F.nll_loss(x23, whole(0)),
  "binary_cross_entropy outside of [0, 1]": () =>
    F.binary_cross_entropy(torch.tensor([1.5]), torch.tensor([1])),
  "binary_cross_entropy of different shapes": () =>
    F.binary_cross_entropy(torch.ones(2).div(2), torch.ones(3)),
  "binary_cross_entropy_with_logits of different shapes": () =>
    F.binary_cross_entropy_with_logits(torch.ones(2), torch.ones(2, 1)),
  "mse_loss of shapes that do not broadcast": () => F.mse_loss(zeros(2), zeros(3)),
  "a reduction that does not exist": () => F.mse_loss(zeros(2), zeros(2), { reduction: untyped("avg") }),
  "conv2d with another number of channels": () => F.conv2d(zeros(1, 3, 8, 8), zeros(4, 2, 3, 3)),
  "conv2d of a matrix": () => F.conv2d(zeros(8, 8), zeros(4, 1, 3, 3)),
  "conv2d with too large a kernel": () => F.conv2d(zeros(1, 1, 2, 2), zeros(1, 1, 3, 3)),
  "conv2d of different dtypes": () => F.conv2d(zeros(1, 1, 4, 4).double(), zeros(1, 1, 3, 3)),
  "max_pool2d with too large a window": () => F.max_pool2d(zeros(1, 1, 2, 2), 3),
  "batch_norm of one value per channel": () => F.batch_norm(zeros(1, 3), null, null, { training: true }),
  "layer_norm of another shape": () => F.layer_norm(x23, [4]),
  "dropout with a probability above one": () => F.dropout(x23, 1.5),
  "softmax over a dimension that does not exist": () => F.softmax(x23, 2),
  "ragged nested lists": () => torch.tensor([[1, 2], [3]]),
  "zeros of a negative size": () => zeros(-1),
  "a device that does not exist": () => new torch.device("tpu"),
  "arange that leads away": () => torch.arange(5, 1),
  "arange with no step": () => torch.arange(0, 5, 0),
  "multinomial of too many": () => torch.multinomial(torch.ones(2), 3),
  "randint of an empty range": () => torch.randint(3, 3, [2]),
  "inverse of a singular matrix": () => torch.linalg.inv(zeros(2, 2)),
  "inverse of a matrix that is not square": () => torch.linalg.inv(x23),
  "cholesky of a matrix that is not positive": () => torch.linalg.cholesky(torch.eye(2).neg()),
  "solve of shapes that do not fit": () => torch.linalg.solve(torch.eye(2), zeros(3)),
  "bool subtraction": () => torch.tensor([true]).sub(torch.tensor([false])),
  "negation of truth values": () => torch.tensor([true]).neg(),
  "pow of whole numbers with a negative exponent": () => torch.arange(3).pow(-1),
  "iteration over a number": () => [...torch.tensor(1)],
  "length of a number": () => torch.tensor(1).length,
  "one_hot with too few classes": () => F.one_hot(whole(0, 4), 3),
  "einsum of sizes that do not fit": () => torch.einsum("ij,jk->ik", x23, x23),
  "split into sizes that do not sum up": () => torch.split(zeros(5), [2, 2]),
  "unfold larger than the tensor": () => zeros(3).unfold(0, 4, 1),
  "where with shapes that do not broadcast": () =>
    torch.where(torch.tensor([true, false]), zeros(3), zeros(3)),
  "topk of more than there are": () => zeros(3).topk(4),
  "diagonal of a vector": () => zeros(3).diagonal(),
  "interpolate without a size": () => F.interpolate(zeros(1, 1, 2, 2)),
  "grad of a tensor that needs none": () => autograd.grad(torch.ones(1).sum(), torch.ones(1)),
  "detach_ of a view": () => leaf(2, 2).mul(1).select(0, 0).detach_(),
  "set_default_dtype to whole numbers": () => torch.set_default_dtype(torch.int64),
  "sgd with a negative learning rate": () => new optim.SGD([leaf(1)], { lr: -1 }),
  "optimizer without parameters": () => new optim.SGD([], { lr: 0.1 }),
  "attention with heads that do not divide": () => new nn.MultiheadAttention(5, 2),
};

/** Python's way to say whether a tensor is true; a JavaScript object always is. */
const withoutEqual = ["truth of many"];

function errorOf(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("expected an error");
}

/** Numbers that a sentence names. */
function numbersIn(text: string): string[] {
  return text.match(/-?\d+(\.\d+)?/g) ?? [];
}

test("the programs are those that PyTorch was given", () => {
  expect([...Object.keys(programs), ...withoutEqual].toSorted()).toEqual(
    mistakes.map(({ name }) => name).toSorted(),
  );
});

const cases = mistakes.filter(({ name }) => name in programs);

test.each(cases)("$name: PyTorch's class of error, with its numbers", ({ name, error, message }) => {
  const found = errorOf(programs[name]!);
  expect(`${found.name}: ${found.message}`).toMatch(new RegExp(`^${error}: `));
  expect(numbersIn(found.message)).toEqual(expect.arrayContaining(numbersIn(message.replace("#1", ""))));
});

test.each(cases)("$name: the error says more than PyTorch's", ({ name, message }) => {
  const found = errorOf(programs[name]!);
  // PyTorch's own lists of devices and remarks about other parts of it need no equal.
  expect(found.message.length).toBeGreaterThan(Math.min(message.length, 70));
});
