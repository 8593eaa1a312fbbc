import torch, { F } from "../../../runtime/index.ts";
import type { Program } from "./page.ts";

/** Views, and sizes that do not fit. */
export const shapes: Readonly<Record<string, Program>> = {
  "views share memory"({ show, fails }) {
    const x = torch.arange(6);
    const y = x.view(2, 3);
    y.t().select(0, 1).fill_(9);
    show(x);
    show(y.t().is_contiguous(), ...y.t().stride(), y.index("1:").storage_offset());
    fails(() => y.t().view(6));
    show(y.t().reshape(6));
  },

  "sizes that do not fit"({ fails }) {
    const x = torch.zeros(2, 3);
    fails(() => x.add(torch.zeros(4)));
    fails(() => x.matmul(x));
    fails(() => torch.mm(x, torch.zeros(3)));
    fails(() => x.reshape(4));
    fails(() => x.view(-1, -1));
    fails(() => x.expand(5, 3));
    fails(() => x.transpose(0, 2));
    fails(() => x.permute(0, 0));
    fails(() => x.sum(2));
    fails(() => x.unsqueeze(4));
    fails(() => x.select(0, 2));
    fails(() => x.index(2));
    fails(() => x.item());
    fails(() => torch.cat([x, torch.zeros(3, 2)]));
    fails(() => torch.stack([x, torch.zeros(3, 2)]));
    fails(() => torch.tensor([[1, 2], [3]]));
    fails(() => torch.zeros(0).max());
    fails(() => torch.zeros(0).argmax());
    fails(() => x.index_select(0, torch.tensor([5n])));
    fails(() => torch.tensor([1n, 2n]).mean());
    fails(() => torch.tensor([1]).add_(torch.zeros(2)));
    fails(() => torch.tensor([1n, 2n]).add_(1.5));
    fails(() => F.cross_entropy(x, torch.tensor([0n, 3n])));
    fails(() => F.linear(x, torch.zeros(4, 2)));
  },
};
