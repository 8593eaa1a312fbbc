/** Programs about counting and about operators with several results. */
import torch from "../../../runtime/index.ts";
import type { Program } from "./page.ts";

export const statistics: Readonly<Record<string, Program>> = {
  "counts of whole numbers"({ show, fails }) {
    const x = torch.tensor([1n, 3n, 3n]);
    const weights = torch.tensor([0.5, 1, 2]);
    show(
      torch.bincount(x),
      x.bincount({ minlength: 6 }),
      torch.bincount(x, weights),
      torch.bincount(x.narrow(0, 0, 0), { minlength: 2 }),
    );
    show(x.bincount(weights.double()), x.bincount(x));
    fails(() => torch.bincount(torch.tensor([1.5])));
    fails(() => torch.bincount(torch.tensor([-1n])));
    fails(() => torch.bincount(torch.tensor([[1n]])));
    fails(() => torch.bincount(x, weights.narrow(0, 0, 2)));
    fails(() => torch.bincount(x, { minlength: -1 }));
    show(...torch.unravel_index(torch.tensor([5n, 3n]), [2, 3]));
    show(
      ...torch.unravel_index(torch.tensor(5n), 6),
      ...torch.unravel_index(torch.tensor([[7n, -1n]]), [2, 3]),
    );
    fails(() => torch.unravel_index(weights, [2, 3]));
    fails(() => torch.unravel_index(x, [2, -3]));
  },

  "results have names"({ show }) {
    const x = torch.tensor([
      [3, 1, 2],
      [4, 4, 6],
    ]);
    show(
      x.median(1).values,
      x.nanmedian(1).indices,
      x.mode(1).values,
      x.aminmax().min,
      x.aminmax({ dim: 1 }).max,
    );
    show(x.histogram(2).hist, x.histogram(2).bin_edges);
    x.requires_grad_();
    const names = [...torch.var_mean(x), ...x.aminmax()].map((y) => y.grad_fn?.name);
    show(...names);
    show(
      x.median().grad_fn?.name,
      x.median(0)[0].grad_fn?.name,
      x.norm().grad_fn?.name,
      x.nansum().grad_fn?.name,
    );
  },
};
