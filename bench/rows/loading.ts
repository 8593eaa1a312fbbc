import type { Group } from "../row.ts";
import { row } from "./snippets.ts";

/** An epoch over as many images as MNIST's test set has. */
export const loading: Group = {
  name: "loading",
  description: "An epoch over 10,000 rows of 784 numbers with their labels, shuffled, in batches of 64.",
  rows: [
    row("epoch of a TensorDataset", ["loaders"], {
      typetorch: [
        `const { DataLoader, TensorDataset } = torch.utils.data;
        const set = new TensorDataset(torch.rand(10_000, 784), torch.randint(10, [10_000]));
        const loader = new DataLoader(set, { batch_size: 64, shuffle: true });
        function epoch() { let n = 0; for (const [x] of loader) n += x.length; return n; }`,
        "epoch()",
      ],
      pytorch: [
        `from torch.utils.data import DataLoader, TensorDataset
loader = DataLoader(TensorDataset(torch.rand(10000, 784), torch.randint(10, (10000,))), batch_size=64, shuffle=True)
def epoch():
    n = 0
    for x, _ in loader: n += len(x)
    return n`,
        "epoch()",
      ],
    }),
    row("epoch of a data set of one's own", ["loaders"], {
      typetorch: [
        `const { DataLoader, Dataset } = torch.utils.data;
        const images = torch.rand(10_000, 784);
        class Images extends Dataset { length = 10_000; get(index) { return [images.select(0, index), index % 10]; } }
        const loader = new DataLoader(new Images(), { batch_size: 64, shuffle: true });
        function epoch() { let n = 0; for (const [x] of loader) n += x.length; return n; }`,
        "epoch()",
      ],
      pytorch: [
        `from torch.utils.data import DataLoader, Dataset
images = torch.rand(10000, 784)
class Images(Dataset):
    def __len__(self): return 10000
    def __getitem__(self, index): return images[index], index % 10
loader = DataLoader(Images(), batch_size=64, shuffle=True)
def epoch():
    n = 0
    for x, _ in loader: n += len(x)
    return n`,
        "epoch()",
      ],
    }),
  ],
  usesBlas: false,
};
