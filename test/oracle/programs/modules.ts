import torch, { nn } from "../../../runtime/index.ts";
import type { Program } from "./page.ts";

/** How modules print themselves, and what they call their parts. */
export const modules: Readonly<Record<string, Program>> = {
  "modules print themselves"({ show }) {
    show(new nn.Linear(2, 3));
    show(new nn.Linear(2, 3, { bias: false }));
    show(new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Sequential(new nn.Linear(3, 1))));
    show(new nn.MSELoss(), new nn.CrossEntropyLoss());
    show(new nn.Parameter(torch.tensor([1, 2])));
  },

  "names of parameters"({ show }) {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
    show(...[...model.named_parameters()].map(([name]) => name));
    show(...[...model.named_modules()].map(([name]) => name).filter(Boolean));
    const sizes = [...model.parameters()].map((parameter) => parameter.numel());
    show(...sizes, model.training, model.eval().training);
  },
};
