import torch, { type Tensor } from "../../../runtime/index.ts";
import type { IndexItem } from "../../../runtime/ops/shaping/subscript.ts";
import { leaf, type Program } from "./page.ts";

const { slice } = torch;
const long = { dtype: torch.int64 };

/** A shape as Python writes a tuple in a `torch.Size`. */
function size(x: Tensor): string {
  return `torch.Size([${x.shape.join(", ")}])`;
}

/** Numbers as a tuple in Python. */
function tuple(numbers: readonly number[]): string {
  return `(${numbers.join(", ")}${numbers.length === 1 ? "," : ""})`;
}

/** The numbers from 0 on in a shape. */
function counting(shape: readonly number[]): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return torch.arange(count, { dtype: torch.float32 }).reshape(shape);
}

function written(items: readonly (IndexItem | string)[], values: Tensor | number): Tensor {
  return torch.arange(6, { dtype: torch.float32 }).reshape(2, 3).index_put_(items, values);
}

/** What `x[…]` reads and writes, and how views lie in memory. */
export const subscripts: Readonly<Record<string, Program>> = {
  "subscripts read"({ show, fails }) {
    const x = torch.arange(24).reshape(2, 3, 4);
    const one = torch.tensor(1n);
    const pair = torch.tensor([0n, 1n]);
    show(
      x.index(one),
      x.index(one, slice(), pair),
      x.index(pair, slice(), pair),
      x.index(slice(), pair, pair),
    );
    show(
      size(x.index(pair, null, pair)),
      size(x.index("...", pair, null)),
      size(x.index(pair, "...", pair)),
      size(x.index(slice(1), [0, 1], slice(1, 3))),
    );
    show(
      x.index(0, [
        [0, 1],
        [2, 0],
      ]),
      x.index([
        [0, 1],
        [1, 2],
      ]),
      size(x.index(slice(), [true, false, true])),
    );
    show(
      size(x.index(true)),
      size(x.index(false)),
      size(x.index(0, true)),
      size(x.index(slice(), null, true)),
      size(x.index(torch.tensor(false))),
    );
    show(
      x.index(x.gt(20)),
      size(x.index(slice(), x.index(0, slice(), 0).gt(3))),
      x.index(x.index("...", 0).gt(8), 1),
    );
    show(
      size(x.index("1:1")),
      size(x.index("5:")),
      size(x.index("-9:9:2")),
      size(x.index("..., -1:")),
      size(x.index(null, 0, null)),
    );
    show(size(x.index(pair.int())), size(x.index(torch.tensor([], long))), size(x.index([])));
    fails(() => x.index(2));
    fails(() => x.index(0, 0, 0, 0));
    fails(() => x.index("::-1"));
    fails(() => x.index("::0"));
    fails(() => x.index(1.5));
    fails(() => x.index(torch.tensor([0])));
    fails(() => x.index(torch.tensor([2n])));
    fails(() => x.index(torch.tensor(-3n)));
    fails(() => x.index(pair, torch.tensor([0n, 1n, 2n])));
    fails(() => x.index(torch.tensor([true, false, true])));
    fails(() => torch.tensor(1).index(0));
  },

  "subscripts write"({ show, fails }) {
    const row = torch.tensor([7, 8, 9]);
    show(written([0], 5), written([0, 1], 5), written([0], row), written([0], row.reshape(1, 1, 3)));
    show(
      written([slice(), 0], torch.tensor([7, 8])),
      written([slice(), slice(0, 2)], torch.tensor([[7], [8]])),
    );
    show(
      written([written([0], 0).gt(3)], -1),
      written([[0, 1]], 7),
      written([slice(), [0, 2]], torch.tensor([7, 8])),
    );
    show(
      written([true], row),
      written([false], 7),
      written(["..."], 7),
      written(["...", 1], 7),
      written([null], 7),
    );
    show(written([torch.tensor(1n)], 5), written([torch.tensor([0n, 1n]), torch.tensor([1n, 2n])], 7));
    fails(() => written([0], torch.zeros(2)));
    fails(() => written([0], torch.zeros(2, 3)));
    fails(() => written([2], 5));
    fails(() => written([torch.tensor([2n])], 5));
    fails(() => written([slice(null, null, -1)], 5));
  },

  "views say where they lie"({ show }) {
    const x = torch.arange(24, { dtype: torch.float32 }).reshape(2, 3, 4);
    const first = x.select(0, 0);
    const views = [
      x.diagonal(1, 0, 2),
      x.unfold(2, 2, 1),
      x.permute(2, 0, 1).flatten(1),
      x.unsqueeze(-1),
      x.mT.unsqueeze(1),
      x.index(":, 1:, ::2"),
      x.expand(1, 2, 3, 4),
      first.expand(5, 3, 4),
      x.movedim(0, -1),
      x.unflatten(2, [2, 2]),
      x.swapaxes(0, 1),
      x.as_strided([2, 2], [1, 4], 3),
      x.tensor_split(2, 2)[1]!,
      first.T,
      first.H,
      x.mH,
      x.squeeze(),
      x.narrow(1, 1, 2),
      x.transpose(0, 2),
      torch.broadcast_to(x.index(0, 0), [2, 4]),
    ];
    for (const view of views)
      show(
        tuple(view.shape),
        tuple(view.stride()),
        view.storage_offset(),
        view.is_contiguous(),
        view.base !== null,
      );
    const copies = [
      torch.diagonal_copy(x),
      torch.permute_copy(x, [2, 1, 0]),
      x.narrow_copy(1, 1, 2),
      torch.unfold_copy(x, 2, 2, 1),
    ];
    for (const copy of copies)
      show(tuple(copy.shape), copy.storage_offset(), copy.is_contiguous(), copy.base !== null);
  },

  "tensors change their shape in place"({ show, fails }) {
    const x = torch.arange(6, { dtype: torch.float32 }).reshape(2, 3) as Tensor;
    show(
      size(x.t_()),
      tuple(x.stride()),
      size(x.unsqueeze_(0)),
      size(x.squeeze_()),
      size(x.swapaxes_(0, 1)),
      size(x.transpose_(0, 1)),
    );
    show(x, x.as_strided_([2, 2], [1, 1], 1), x.resize_as_(torch.zeros(3)), x.nelement(), x.ndimension());
    const y = torch.zeros(2) as Tensor;
    y.set_(torch.arange(6, { dtype: torch.float32 }), 1, [2, 2], [2, 1]);
    show(y, y.storage_offset(), y.is_set_to(y), y.is_set_to(y.index(slice(0, 1))));
    fails(() => y.set_(torch.zeros(2, { dtype: torch.float64 })));
    fails(() => y.t_().transpose_(0, 2));
    const given = leaf([
      [1, 2],
      [3, 4],
    ]);
    fails(() => given.t_());
    const z = given.mul(2);
    z.t_().mul_(torch.tensor([1, 10]));
    z.index(0).unsqueeze_(0).mul_(5);
    z.mul(z).sum().backward();
    show(z.detach(), given.grad);
  },

  "bytes as another dtype"({ show, fails }) {
    const x = torch.tensor([1, 2]);
    const y = x.view(torch.int32);
    show(y, x.view(torch.uint8), x.view(torch.int16), size(x.view(torch.float64)));
    y.index_put_([0], 0);
    show(x, x._version);
    fails(() => torch.tensor(1).view(torch.uint8));
    fails(() => torch.ones(3).view(torch.float64));
    fails(() => torch.ones(2, 2).t().view(torch.float64));
    fails(() => torch.ones(4).index(slice(1, 3)).view(torch.float64));
  },

  "names of views and copies"({ show }) {
    const x = leaf([
      [1, 2],
      [3, 4],
    ]);
    const index = torch.tensor([1n, 0n]);
    const results = [
      x.diagonal(),
      torch.diagonal_copy(x),
      x.diag(),
      x.index(0).diag(),
      torch.diag_embed(x),
      x.unfold(0, 2, 1),
      torch.unfold_copy(x, 0, 2, 1),
      x.as_strided([2], [1]),
      torch.as_strided_copy(x, [2], [1]),
      torch.alias_copy(x),
      torch.permute_copy(x, [1, 0]),
      torch.squeeze_copy(x, 0),
      torch.t_copy(x),
      torch.view_copy(x, [4]),
      x.narrow_copy(0, 0, 1),
      torch.expand_copy(x, [2, 2]),
      torch.unbind_copy(x)[0]!,
      torch.split_with_sizes_copy(x, [1, 1])[0]!,
      x.unsafe_split(1)[0]!,
      x.unsafe_chunk(2)[0]!,
      torch.select_scatter(x, x.index(0), 0, 1),
      torch.slice_scatter(x, x),
      torch.diagonal_scatter(x, x.index(0)),
      x.rot90(),
      x.trace(),
      x.T,
      x.H,
      x.mT,
      torch.constant_pad_nd(x, [1, 1]),
      torch.block_diag(x, x),
      x.index_copy(0, index, x),
      x.index_fill(0, index, 1),
      x.index_fill(0, index, x.sum()),
      x.index_reduce(0, index, x, "amax"),
      x.scatter_reduce(0, index.index(null), x, "sum"),
      x.put(index, x.index(0)),
      x.take(index),
      x.masked_scatter(x.gt(2), x),
      torch.kron(x, x),
      x.tile([2]),
      x.ravel(),
      x.unflatten(0, [1, 2]),
      torch.hstack([x, x]),
    ];
    for (const result of results) show(result.grad_fn?.name ?? null, result.is_leaf);
    const y = torch.zeros(2, 3, 4, { requires_grad: true });
    const subscripts = [
      ":",
      ":, 0",
      "0, :",
      "0, ...",
      "..., 0",
      "...",
      "0:3",
      "None, ...",
      ":, :, 1:",
      ":, None",
    ];
    const read = [...subscripts.map((text) => y.index(text)), y.index(index, "..."), y.index()];
    for (const view of read)
      show(view.grad_fn!.name, view.grad_fn!.next_functions[0]![0]!.name, view.base !== null);
  },

  "gradients flow through views that share memory"({ show }) {
    const looks: readonly ((y: Tensor) => Tensor)[] = [
      (y) => y.diagonal(),
      (y) => y.unfold(0, 2, 2),
      (y) => y.as_strided([2, 2], [1, 2], 1),
      (y) => y.unflatten(1, [2, 2]),
      (y) => y.mT,
      (y) => y.tensor_split(2)[1]!,
      (y) => y.unfold(0, 2, 2).select(0, 1),
      (y) => y.reshape(2, 8).t(),
      (y) => y.ravel(),
      (y) => y.swapaxes(0, 1).index(1),
      (y) => torch.unfold_copy(y, 0, 2, 2),
      (y) => y.narrow_copy(0, 1, 2),
    ];
    for (const look of looks) {
      const x = counting([4, 4]).requires_grad_(true);
      const y = x.mul(2);
      const view = look(y);
      view.mul_(counting(view.shape));
      y.mul(counting([4, 4]))
        .sum()
        .backward();
      show(x.grad!.flatten());
    }
  },
};
