import torch, { F, type Tensor } from "../../../runtime/index.ts";
import { leaf, type Program } from "./page.ts";

function pointwiseResults(x: Tensor): Tensor[] {
  return [
    x.add(1),
    x.sub(1),
    x.mul(2),
    x.div(2),
    x.neg(),
    x.pow(2),
    x.pow(x),
    torch.pow(2, x),
    x.exp(),
    x.log(),
    x.sqrt(),
    x.rsqrt(),
    x.abs(),
    x.sin(),
    x.cos(),
    x.tanh(),
    x.sigmoid(),
    F.relu(x),
    x.log1p(),
    x.expm1(),
    x.square(),
    x.reciprocal(),
    x.sign(),
    x.floor(),
    x.ceil(),
    x.round(),
    torch.maximum(x, x),
    torch.minimum(x, x),
    x.clamp(0, 1),
    x.clamp({ min: 0 }),
    torch.where(x.gt(0), x, x),
  ];
}

function reductionResults(x: Tensor): Tensor[] {
  return [
    x.sum(),
    x.sum(0),
    x.mean(),
    x.mean(0),
    x.prod(),
    x.prod(0),
    x.amax(0),
    x.amin(0),
    x.max(),
    x.max(0)[0],
    x.min(),
    x.var(),
    x.std(),
    x.var(0),
    x.std(0),
    x.logsumexp(0),
  ];
}

function matrixResults(x: Tensor, v: Tensor): Tensor[] {
  const batch = x.unsqueeze(0);
  return [x.matmul(x), x.matmul(v), v.matmul(v), torch.mm(x, x), torch.bmm(batch, batch)];
}

function viewResults(x: Tensor): Tensor[] {
  return [
    x.t(),
    x.reshape(4),
    x.view(4),
    x.t().reshape(4),
    x.flatten(),
    x.squeeze(),
    x.squeeze(0),
    x.unsqueeze(0),
    x.transpose(0, 1),
    x.permute(1, 0),
    x.expand(3, 2, 2),
    x.select(0, 0),
    x.narrow(0, 0, 1),
    x.index(0),
    x.index("0:1"),
    x.index(null),
    x.index(torch.tensor([0n, 1n])),
  ];
}

function choosingResults(x: Tensor, v: Tensor): Tensor[] {
  const first = torch.tensor([0n]);
  return [
    torch.cat([x, x]),
    torch.stack([x, x]),
    x.index_select(0, first),
    x.gather(0, torch.tensor([[0n, 1n]])),
    x.masked_fill(x.gt(0), 0),
    x.index_put([first], v),
  ];
}

function lossResults(x: Tensor, v: Tensor): Tensor[] {
  const targets = torch.tensor([0n, 1n]);
  return [
    x.softmax(0),
    x.log_softmax(0),
    F.mse_loss(x, x),
    F.nll_loss(x, targets),
    F.cross_entropy(x, targets),
    F.linear(x, x, v),
    F.linear(x, x),
    F.linear(v, x, v),
  ];
}

function copyResults(x: Tensor): Tensor[] {
  return [x.clone(), x.contiguous(), x.t().contiguous(), x.to(torch.float64)];
}

/** What the functions of a graph are called. */
export const names: Readonly<Record<string, Program>> = {
  "names of functions"({ show }) {
    const x = leaf([
      [0.5, 0.25],
      [0.75, 0.125],
    ]);
    const v = leaf([0.5, 0.25]);
    const results = [
      pointwiseResults(x),
      reductionResults(x),
      matrixResults(x, v),
      viewResults(x),
      choosingResults(x, v),
      lossResults(x, v),
      copyResults(x),
    ].flat();
    for (const result of results) show(result.grad_fn?.name() ?? null);
  },

  "parents of a function"({ show }) {
    const [x, y] = [leaf(2), leaf(3)];
    const sum = x.mul(y).add(1).grad_fn!;
    show(sum.name(), ...sum.next_functions.map(([parent]) => parent?.name ?? null));
    const [product] = sum.next_functions[0]!;
    show(...product!.next_functions.map(([parent]) => parent?.name ?? null));
  },
};
