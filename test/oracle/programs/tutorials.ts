import torch, { nn, optim, type Tensor } from "../../../runtime/index.ts";
import { leaf, type Program } from "./page.ts";

const { slice } = torch;
const shapes = (tensors: readonly Tensor[]): readonly (readonly number[])[] => tensors.map((t) => t.shape);
const longs = (...values: number[]): Tensor => torch.tensor(values, { dtype: torch.int64 });

/** Programs in the manner of tutorials: what somebody types in the first days. */
export const tutorials: Readonly<Record<string, Program>> = {
  "broadcasting in tutorials"({ show, fails }) {
    const x = torch.arange(6).float().reshape(2, 3);
    const [column, row] = [torch.tensor([[10], [20]]), torch.tensor([1, 2, 3])];
    show(x.add(row), x.mul(column), column.add(row), column.sub(row.index(null, slice())));
    show(
      x.sub(x.mean(0)).div(x.std(0)),
      x.div(x.sum(1, { keepdim: true })),
      x.sub(x.max({ dim: 1, keepdim: true }).values),
    );
    const points = torch.tensor([
      [0, 0],
      [3, 4],
      [6, 8],
    ]);
    const differences = points.index(slice(), null).sub(points.index(null));
    show(differences.pow(2).sum(-1).sqrt(), torch.cdist(points, points));
    show(torch.broadcast_shapes([2, 1], [3]), shapes(torch.broadcast_tensors(column, row)));
    show(row.expand(2, 3), row.expand(2, -1).stride(), torch.broadcast_to(row, [2, 3]));
    show(torch.outer(row, row), row.unsqueeze(1).matmul(row.unsqueeze(0)), row.matmul(row), x.matmul(row));
    fails(() => x.add(torch.ones(2)));
    fails(() => torch.ones(3).expand(2, 2));
    fails(() => torch.broadcast_shapes([2, 3], [4]));
    fails(() => row.add_(x));
  },

  "subscripts in tutorials"({ show, fails }) {
    const x = torch.arange(12).reshape(3, 4);
    show(
      x.index(0),
      x.index(-1),
      x.index(":, 1"),
      x.index("..., -1"),
      x.index("1:, ::2"),
      x.index(1, 2),
      x.index([0, 2]),
      x.index([0, 2], [1, 3]),
      x.index(slice(), [1, 0]),
    );
    show(
      x.index(x.remainder(2).eq(0)),
      x.index(x.gt(5)).sum(),
      x.gt(5).nonzero(),
      torch.where(x.gt(5)),
      torch.where(x.gt(5), x, -1),
    );
    const rows = longs(2, 0, 1);
    show(
      x.index(rows),
      x.index(torch.arange(3), rows),
      x.gather(1, rows.index(slice(), null)),
      torch.take(x, longs(0, 5)),
    );
    const probabilities = torch.tensor([
      [0.1, 0.7, 0.2],
      [0.5, 0.3, 0.2],
    ]);
    const labels = longs(1, 0);
    show(
      probabilities.index([0, 1], labels),
      probabilities.log().gather(1, labels.unsqueeze(1)).squeeze(1).neg(),
    );
    const hot = torch.zeros(2, 3).scatter_(1, labels.unsqueeze(1), 1);
    show(hot, probabilities.argmax(1).eq(labels), probabilities.argmax(1).eq(labels).float().mean());
    const y = x.clone();
    y.index_put_([y.gt(8)], 0);
    y.index_put_([0], longs(9, 8, 7, 6));
    y.index_put_([slice(), -1], -1);
    y.index(1, slice(1, 3)).add_(10);
    show(y, y.fill_diagonal_(5), y.flip(0), y.index(slice(), torch.tensor([true, false, true, false])));
    const numbers = torch.tensor([3, 1, 2]);
    const order = numbers.argsort({ descending: true });
    show(order, x.index(order), numbers.topk(2), x.index(null).shape, x.index(":, None, :, None").shape);
    const z = torch.zeros(5);
    z.index_add_(0, longs(0, 0, 3), torch.tensor([1, 2, 3]));
    z.index_put_([[1, 2]], torch.tensor([7, 8]));
    show(z, z.masked_fill(z.eq(0), -1), z.masked_select(z.gt(2)), z.index_select(0, longs(4, 3)));
    fails(() => x.index(3));
    fails(() => x.index(0, 0, 0));
    fails(() => x.index([0, 1], [0, 1, 2]));
    fails(() => x.index(torch.tensor([0.5])));
    fails(() => x.index(torch.tensor([true, false])));
    fails(() => x.index("::-1"));
    fails(() => x.gather(1, torch.tensor([[7n]])));
  },

  "results of several in tutorials"({ show }) {
    const x = torch.tensor([
      [3, 1, 2],
      [4, 6, 5],
    ]);
    show(
      x.max(1),
      x.min({ dim: 0 }),
      torch.sort(x, -1),
      x.topk(2),
      x.median(1),
      x.mode(0),
      x.kthvalue(2),
      x.cummax(1),
      x.cummin(0),
    );
    const { linalg } = torch;
    show(
      linalg.slogdet(torch.eye(2).mul(3)),
      linalg.eigh(torch.diag(torch.tensor([2, 1]))),
      linalg.qr(torch.eye(2).mul(2).add(1)),
      linalg.svd(torch.eye(2)),
    );
    show(
      torch.aminmax(x),
      torch.frexp(torch.tensor([8, 0.3])),
      linalg.lu(torch.eye(2)),
      linalg.solve(torch.eye(2).mul(2), torch.ones(2)),
      torch.var_mean(x),
      torch.std_mean(x, 1),
    );
    const [values, indices] = x.max(1);
    show(
      values,
      indices,
      x.max(1).values,
      x.sort({ descending: true })[1],
      x.sort(0, true).indices,
      x.max(1).length,
      x.max(1)[0],
    );
    show(
      torch.unique(longs(3, 1, 3), { return_counts: true }),
      torch.split(x, 1),
      x.chunk(3, 1),
      x.unbind(),
      torch.meshgrid(torch.arange(2), torch.arange(2), { indexing: "ij" }),
    );
    show(
      torch.unique_consecutive(longs(1, 1, 2), { return_inverse: true }),
      x.size(0),
      x.shape,
      x.stride(),
      x.dim(),
      x.numel(),
    );
  },

  "autograd in tutorials"({ show, fails }) {
    const x = leaf([1, 2, 3]);
    const y = x.pow(2).add(x.mul(2));
    show(x.grad, y.requires_grad, y.grad_fn !== null, y.grad_fn?.name, x.grad_fn, x.is_leaf);
    y.backward(torch.tensor([1, 0.1, 0.01]));
    show(x.grad);
    const y2 = x.sin().mul(x).sum();
    y2.backward();
    show(x.grad, y2);
    x.grad!.zero_();
    x.prod().add(x.max()).add(x.norm()).add(x.abs().mean()).add(x.log().sum()).backward();
    show(x.grad);
    torch.no_grad(() => x.sub_(x.grad!.mul(0.1)));
    x.grad = null;
    show(x, x.grad, x.mul(2).detach().requires_grad, x.requires_grad);
    const [w, b] = [torch.zeros([1], { requires_grad: true }), torch.zeros([1], { requires_grad: true })];
    const inputs = torch.linspace(-1, 1, 5);
    const lossNow = (): Tensor => inputs.mul(w).add(b).sub(inputs.mul(3).add(1)).pow(2).mean();
    let loss = lossNow();
    for (let step = 0; step < 3; step++) {
      loss = lossNow();
      loss.backward();
      torch.no_grad(() => {
        w.sub_(w.grad!.mul(0.5));
        b.sub_(b.grad!.mul(0.5));
        w.grad!.zero_();
        b.grad!.zero_();
      });
      show(loss, w, b);
    }
    const z = torch.tensor(2, { requires_grad: true });
    const [first] = torch.autograd.grad(z.pow(3), z, { create_graph: true });
    const [second] = torch.autograd.grad(first!, z);
    const { functional } = torch.autograd;
    show(
      first,
      second,
      functional.jacobian((t: Tensor) => t.pow(2), torch.tensor([1, 2])),
      functional.hessian((t: Tensor) => t.pow(3).sum(), torch.tensor([1, 2])),
    );
    const mid = z.mul(2);
    mid.retain_grad();
    mid.register_hook((grad) => grad.mul(10));
    mid.pow(2).backward();
    show(mid.grad, z.grad, mid);
    fails(() => x.mul(2).backward());
    fails(() => loss.backward());
    fails(() => torch.ones(2).sum().backward());
    fails(() => x.numpy());
    fails(() => torch.autograd.grad(z.mul(1), leaf([1])));
    fails(() => x.add_(1));
  },

  "shapes in tutorials"({ show, fails }) {
    const x = torch.arange(24).reshape(2, 3, 4);
    show(
      ...shapes([
        x.view(-1, 8),
        x.flatten(),
        x.flatten(1),
        x.permute(2, 0, 1),
        x.transpose(0, 2),
        x.unsqueeze(-1),
        x.index(null).squeeze(0),
        x.movedim(0, -1),
        x.mT,
      ]),
    );
    show(
      torch.cat([x, x], 1).shape,
      torch.stack([x, x]).shape,
      shapes(x.split(2, 1)),
      shapes(x.chunk(3, 2)),
      shapes(x.split([1, 2], 1)),
      torch.hstack([x, x]).shape,
      torch.vstack([x, x]).shape,
    );
    const v = longs(1, 2, 3);
    show(
      v.repeat(2),
      v.repeat(2, 2),
      v.repeat_interleave(2),
      v.tile(2),
      v.expand(2, 3),
      v.roll(1),
      v.flip(0),
      torch.rot90(v.index(null)),
      v.unflatten(0, [3, 1]),
      torch.vander(v),
      torch.vander(v, 2, true),
      torch.vander(v.float(), { N: 4 }),
    );
    const [first] = v.split(2);
    show(
      torch.tril(torch.ones(3, 3)),
      torch.triu(torch.ones(2, 3), 1),
      torch.diag(v),
      torch.eye(2, 3),
      torch.block_diag(v, v.index(null)),
      torch.kron(v, v),
      torch.combinations(v),
      torch.cartesian_prod(first!, first!),
    );
    show(
      x.sum([0, 2]),
      x.float().mean(0),
      x.amax([1, 2]),
      x.sum(0, { keepdim: true }).shape,
      torch.einsum("ijk->ki", x),
      torch.einsum("ij,ij->i", v.index(null).expand(2, 3), x.index(":, :, 0")),
      torch.tensordot(v, v, 1),
      x.max(),
      x.argmax(),
      x.argmax(2),
    );
    const images = torch.zeros(1, 2, 3, 3).to({ memory_format: torch.channels_last });
    show(
      x.dim_order(),
      x.permute(2, 0, 1).dim_order(),
      x.is_contiguous(),
      x.permute(2, 0, 1).contiguous().stride(),
      images.dim_order(),
      x.transpose(1, 2).reshape(-1).index(":5"),
      x.ravel().index("5:7"),
      x.unfold(2, 2, 2).shape,
    );
    show(
      torch.ones(2, 3).T,
      torch.narrow(v, 0, 1, 2),
      v.unbind(),
      torch.atleast_2d(v).shape,
      torch.squeeze(torch.zeros(1, 2, 1)).shape,
      torch.zeros(1, 2, 1).squeeze(1).shape,
      torch.numel(x),
      x.nelement(),
      x.ndim,
    );
    fails(() => x.view(5, 5));
    fails(() => x.transpose(0, 1).view(24));
    fails(() => x.reshape(7, -1));
    fails(() => x.permute(0, 1));
    fails(() => torch.cat([torch.ones(2, 3), torch.ones(3, 2)]));
    fails(() => torch.stack([torch.ones(2), torch.ones(3)]));
    fails(() => x.unsqueeze(5));
    fails(() => torch.ones(2, 3).matmul(torch.ones(2, 3)));
    fails(() => x.sum(3));
    fails(() => torch.vander(x));
    fails(() => x.index(":1").dim_order({ ambiguity_check: true }));
    fails(() => torch.einsum("ij,jk->ik", torch.ones(2, 3), torch.ones(2, 3)));
  },

  "networks in tutorials"({ show, fails }) {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
    // The layers are linear ones.
    const [input, , output] = [...model] as [nn.Linear, nn.ReLU, nn.Linear];
    show(
      model,
      [...model.named_parameters()].map(([name]) => `'${name}'`),
      [...model.parameters()].reduce((count, parameter) => count + parameter.numel(), 0),
      input.weight,
      output.bias,
    );
    const [x, y] = [torch.randn(4, 2), torch.randn(4, 1)];
    const optimizer = new optim.SGD(model.parameters(), 0.1, 0.9);
    for (let step = 0; step < 3; step++) {
      optimizer.zero_grad();
      const loss = nn.functional.mse_loss(model(x), y);
      loss.backward();
      optimizer.step();
      show(loss);
    }
    model.eval();
    torch.no_grad(() => show(model(x), model.training, input.weight.grad!.shape));
    const [logits, target] = [torch.randn(3, 4), longs(0, 3, 1)];
    show(
      new nn.CrossEntropyLoss()(logits, target),
      new nn.NLLLoss()(logits.log_softmax(1), target),
      new nn.BCEWithLogitsLoss()(logits.index(0), torch.ones(4)),
      new nn.L1Loss({ reduction: "sum" })(logits, logits.add(1)),
      nn.functional.one_hot(target),
    );
    const layer = new nn.Conv2d(1, 2, 3, { padding: 1 });
    const image = torch.randn(1, 1, 4, 4);
    show(
      layer,
      layer(image).shape,
      new nn.MaxPool2d(2)(image),
      new nn.Flatten()(image).shape,
      new nn.BatchNorm2d(1)(image).mean().abs().lt(1e-6),
      new nn.Dropout(0.5)(torch.ones(6)),
      new nn.Embedding(3, 2)(longs(0, 2)),
    );
    for (const parameter of model.parameters())
      (parameter.ndim > 1 ? nn.init.orthogonal_ : nn.init.zeros_)(parameter);
    show(
      input.weight,
      input.bias,
      new nn.Unflatten(1, [2, 2]),
      new nn.Bilinear(2, 3, 1),
      new nn.InstanceNorm3d(2),
      new nn.Softmax2d(),
    );
    fails(() => model(torch.ones(3, 3)));
    fails(() => new nn.CrossEntropyLoss()(logits, longs(0, 4, 1)));
    fails(() => new nn.CrossEntropyLoss()(logits, target.float()));
    fails(() => new nn.Embedding(3, 2)(longs(3)));
    fails(() => layer(torch.ones(1, 2, 4, 4)));
    // @ts-expect-error -- the number of outputs is missing
    fails(() => new nn.Linear(2));
    // @ts-expect-error -- no such name
    fails(() => new nn.Linear(2, 3, { wrong: 1 }));
    // @ts-expect-error -- it takes nothing
    fails(() => new nn.Tanh(1));
    fails(() => new optim.SGD([]));
    fails(() => new optim.SGD(model.parameters(), { lr: -1 }));
    fails(() => new nn.Dropout(2));
    fails(() => new nn.MSELoss()(torch.ones(2), torch.ones(3)));
  },
};
