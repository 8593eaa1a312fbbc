/** Calls whose work is divided: large enough for several threads, of sizes that divide into nothing. */
import torch, { F, type Tensor } from "../../../../../runtime/index.ts";

torch.manual_seed(5);
const matrix = torch.randn(517, 1031);
const other = torch.randn(517, 1031);
const positive = matrix.abs().add(0.1);
const column = torch.randn(517, 1);
const double = matrix.double();
const square = torch.randn(301, 303);
const batch = torch.randn(13, 67, 65);
const image = torch.randn(5, 3, 37, 41);
const filter = torch.randn(7, 3, 3, 3);
const filterBias = torch.randn(7);
const images = torch.randn(9, 16, 40, 41);
const filters = torch.randn(24, 16, 3, 3);
const rows = torch.randint(0, 517, [3001]);
const labels = torch.randint(0, 1031, [517]);

/** The result of a function, and its derivative at an input. */
function withGradient(input: Tensor, call: (input: Tensor) => Tensor): Tensor[] {
  const leaf = input.detach().clone().requires_grad_(true);
  const result = call(leaf);
  result.mul(result.detach().add(0.5)).sum().backward();
  return [result, leaf.grad!];
}

/** Each gives tensors that must have the same bits however the work is divided. */
export const calls: readonly (readonly [string, () => readonly Tensor[]])[] = [
  ["add", () => [matrix.add(other)]],
  ["add of a column", () => [matrix.add(column)]],
  ["add of a transposed matrix", () => [matrix.t().add(other.t().contiguous())]],
  ["mul of float64", () => [double.mul(double)]],
  ["exp", () => withGradient(matrix, (x) => x.exp())],
  ["log", () => withGradient(positive, (x) => x.log())],
  ["tanh", () => withGradient(matrix, (x) => x.tanh())],
  ["sigmoid", () => withGradient(matrix, (x) => x.sigmoid())],
  ["pow", () => withGradient(positive, (x) => x.pow(1.7))],
  ["relu, in place", () => [matrix.clone().relu_()]],
  ["comparison", () => [matrix.gt(other)]],
  ["where", () => [torch.where(matrix.gt(0), matrix, other)]],
  ["sum", () => [matrix.sum(), matrix.sum(0), matrix.sum(1), double.sum(0)]],
  ["mean", () => withGradient(matrix, (x) => x.mean(1))],
  ["var", () => [matrix.var(), matrix.var(0), matrix.var(1)]],
  ["max", () => [...matrix.max(0), ...matrix.max(1), matrix.max()]],
  ["argmin", () => [matrix.argmin(), matrix.argmin(0), matrix.argmin(1)]],
  ["prod", () => [matrix.prod(0), matrix.prod(1)]],
  ["softmax", () => withGradient(matrix, (x) => x.softmax(1))],
  ["softmax over rows", () => withGradient(matrix, (x) => x.softmax(0))],
  ["log_softmax", () => withGradient(matrix, (x) => x.log_softmax(1))],
  ["logsumexp", () => withGradient(matrix, (x) => x.logsumexp(1))],
  ["cross_entropy", () => withGradient(matrix, (x) => F.cross_entropy(x, labels))],
  ["matmul", () => withGradient(square, (x) => x.matmul(matrix.narrow(0, 0, 303)))],
  ["matmul of float64", () => [square.double().matmul(square.t().double())]],
  ["matmul of transposed", () => [square.t().matmul(square), square.matmul(square.t())]],
  ["matrix by vector", () => [matrix.matmul(torch.ones(1031)), torch.ones(517).matmul(matrix)]],
  ["bmm", () => withGradient(batch, (x) => x.bmm(x.transpose(1, 2)))],
  ["linear", () => withGradient(square, (x) => F.linear(x, torch.ones(200, 303), torch.ones(200)))],
  ["conv2d", () => withGradient(image, (x) => F.conv2d(x, filter, filterBias, 1, 1))],
  ["gradient of conv2d's filter", () => withGradient(filter, (w) => F.conv2d(image, w, filterBias, 2, 1))],
  ["conv2d of many channels", () => withGradient(images, (x) => F.conv2d(x, filters, null, 1, 1))],
  ["gradient of many filters", () => withGradient(filters, (w) => F.conv2d(images, w))],
  [
    "conv_transpose2d",
    () => withGradient(images, (x) => F.conv_transpose2d(x, filters.transpose(0, 1), null, 2)),
  ],
  ["max_pool2d", () => withGradient(images, (x) => F.max_pool2d(x, 2))],
  ["max_pool2d of overlapping windows", () => withGradient(images, (x) => F.max_pool2d(x, 3, 2, 1))],
  ["avg_pool2d", () => withGradient(images, (x) => F.avg_pool2d(x, 3, 2, 1))],
  ["copy of a transposed matrix", () => [matrix.t().contiguous(), matrix.t().double()]],
  ["index_select", () => withGradient(matrix, (x) => x.index_select(0, rows))],
  ["gather", () => withGradient(matrix, (x) => x.gather(1, labels.unsqueeze(1)))],
  ["scatter_add", () => [matrix.scatter_add(1, labels.unsqueeze(1), column)]],
  [
    "index_put",
    () =>
      withGradient(matrix, (x) =>
        x.index_put(
          [rows.narrow(0, 0, 400), labels.narrow(0, 0, 400)],
          x.select(0, 0).narrow(0, 0, 400),
          true,
        ),
      ),
  ],
  ["masked_select", () => withGradient(matrix, (x) => x.masked_select(other.gt(0)))],
  ["sort", () => [...withGradient(matrix, (x) => x.sort(1)[0]), ...double.sort(0)]],
  ["topk", () => matrix.topk(7, 1)],
  ["cumsum", () => [...withGradient(matrix, (x) => x.cumsum(0)), matrix.cumsum(1)]],
  ["cummax", () => [...matrix.cummax(0), ...matrix.cummax(1)]],
  ["tril", () => [matrix.tril(3), matrix.triu(-3)]],
  ["flip and roll", () => [matrix.flip(0, 1), matrix.roll([5, -7], [0, 1])]],
  ["cat", () => withGradient(matrix, (x) => torch.cat([x, other], 1))],
];
