import torch, { no_grad } from "../../../runtime/index.ts";
import { leaf, type Program } from "./page.ts";

/** Who is a leaf, who is recorded, and what may be written in place. */
export const rules: Readonly<Record<string, Program>> = {
  "whole numbers cannot require a gradient"({ fails }) {
    fails(() => torch.tensor([1n, 2n], { requires_grad: true }));
    fails(() => torch.tensor([1n, 2n]).requires_grad_());
    fails(() => torch.tensor([true]).requires_grad_());
  },

  "requires grad of a result cannot be switched off"({ show, fails }) {
    const x = leaf([1]);
    const y = x.mul(2);
    fails(() => y.requires_grad_(false));
    x.requires_grad_(false);
    show(x.requires_grad, x.mul(2).requires_grad);
  },

  "a leaf that requires a gradient is not written in place"({ show, fails }) {
    const x = leaf([1, 2]);
    fails(() => x.add_(1));
    no_grad(() => x.add_(1));
    show(x);
  },

  "a view of a leaf is not written in place"({ fails }) {
    const x = leaf([1, 2]);
    fails(() => x.view(2, 1).mul_(2));
  },

  "a saved tensor that was written is noticed"({ fails }) {
    const x = leaf([1, 2]);
    const y = x.mul(1);
    const z = y.mul(y);
    y.add_(1);
    fails(() => z.sum().backward());
  },

  "writing what was not saved is allowed"({ show }) {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    const z = y.add(1);
    y.add_(1);
    z.sum().backward();
    show(x.grad, y);
  },

  "a saved result that was written is noticed"({ fails }) {
    const x = leaf([1, 2]);
    const y = x.exp();
    y.mul_(2);
    fails(() => y.sum().backward());
  },

  "in place operations are recorded"({ show }) {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    y.mul_(x);
    show(y);
    y.sum().backward();
    show(x.grad);
  },

  "versions count writes and are shared by views"({ show }) {
    const x = torch.zeros(4);
    const y = x.view(2, 2);
    show(x._version);
    x.add_(1);
    y.mul_(2);
    show(x._version, y._version, x.detach()._version, x.clone()._version);
    show(x);
  },

  "detach shares memory and forgets history"({ show }) {
    const x = leaf([1, 2]);
    const y = x.mul(2).detach();
    show(y, y.requires_grad, y.is_leaf);
    x.mul(x).add(y).sum().backward();
    show(x.grad);
    const base = torch.zeros(2);
    base.detach().add_(5);
    show(base);
  },

  "no grad records nothing"({ show }) {
    const x = leaf([1, 2]);
    no_grad(() => {
      const y = x.mul(2);
      show(y, y.requires_grad);
      torch.enable_grad(() => show(x.mul(2).requires_grad));
    });
    show(x.mul(2).requires_grad);
  },

  "leaves and results"({ show }) {
    const x = leaf([1]);
    const plain = torch.tensor([1]);
    const others = [x.mul(2), plain.mul(2), x.detach(), x.clone()];
    show(x.is_leaf, plain.is_leaf, ...others.map((tensor) => tensor.is_leaf));
  },
};
