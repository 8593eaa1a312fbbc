"""Programs about data sets."""

import torch
from torch.utils.data import ChainDataset, ConcatDataset, DataLoader, IterableDataset, StackDataset, Subset, TensorDataset, random_split

from ..programs.page import fails, show


class Upwards(IterableDataset):
    def __init__(self, start, end):
        self.start, self.end = start, end

    def __len__(self):
        return self.end - self.start

    def __iter__(self):
        return iter(range(self.start, self.end))


def tensors_whose_rows_belong_together():
    x, y = torch.arange(6.0).reshape(3, 2), torch.tensor([5, 6, 7])
    dataset = TensorDataset(x, y)
    show(len(dataset), *dataset[0], *dataset[2], *dataset[-1])
    show(len(TensorDataset(y)), *TensorDataset(y)[1])
    fails(lambda: TensorDataset(x, torch.zeros(2)))
    fails(lambda: dataset[3])
    fails(lambda: dataset[-4])


def parts_of_data_sets():
    dataset = Subset(["a", "b", "c", "d"], [2, 0, 3])
    show(len(dataset), dataset[0], dataset[2], dataset[-1])
    show(*Subset(dataset, [1, 2]))
    fails(lambda: dataset[3])
    rows = TensorDataset(torch.arange(10.0).reshape(5, 2), torch.arange(5))
    for x, y in DataLoader(Subset(Subset(rows, [4, 2, 0, 1]), [3, 0, 2]), batch_size=2):
        show(x, y)


def data_sets_one_after_the_other():
    dataset = ConcatDataset([[1, 2], [], [3], [4, 5, 6]])
    show(len(dataset), list(dataset.cumulative_sizes), [dataset[i] for i in range(6)], dataset[-1], dataset[-6])
    for batch in DataLoader(dataset, batch_size=4):
        show(batch)
    fails(lambda: ConcatDataset([]))
    fails(lambda: dataset[-7])
    fails(lambda: dataset[6])
    fails(lambda: ConcatDataset([Upwards(0, 2)]))
    chain = ChainDataset([Upwards(0, 2), Upwards(5, 8)])
    show(len(chain), list(chain), list(DataLoader(chain, batch_size=2)))
    fails(lambda: list(ChainDataset([[1, 2]])))


def data_sets_side_by_side():
    images, texts = TensorDataset(torch.arange(3.0)), ["a", "b", "c"]
    pairs = StackDataset(images, texts)
    show(len(pairs), *pairs[1][0], pairs[1][1])
    names = StackDataset(image=images, text=texts)
    show(*names[2]["image"], names[2]["text"])
    for (image,), text in DataLoader(pairs, batch_size=2):
        show(image, *text)
    for batch in DataLoader(names, batch_size=2):
        show(*batch["image"], *batch["text"])
    fails(lambda: StackDataset())
    fails(lambda: StackDataset([1], [1, 2]))
    fails(lambda: StackDataset(a=[1], b=[1, 2]))


def splits_at_random():
    for lengths in ([3, 7], [10], [0, 10], [5, 5, 0], [0.5, 0.5], [0.3, 0.3, 0.4], [0.8, 0.1, 0.1], [0.35, 0.65], [1.0], [0.9, 0.1, 0.0], [0.99, 0.01]):
        show(*[list(part.indices) for part in random_split(range(10), lengths)])
    show(torch.rand(1))
    show(*[list(part) for part in random_split(range(7), [0.5, 0.5], torch.Generator().manual_seed(42))], torch.rand(1))
    show(*[list(part) for part in random_split(range(30), [0.3, 0.3, 0.4], generator=torch.Generator().manual_seed(42))])
    fails(lambda: random_split(range(10), [3, 6]))
    fails(lambda: random_split(range(10), [0.5, 0.6]))
    fails(lambda: random_split(range(10), [1.5, -0.5]))
    fails(lambda: random_split(range(10), []))


def parts_are_shuffled():
    rows = TensorDataset(torch.arange(20.0).reshape(10, 2), torch.arange(10))
    train, test = random_split(rows, [0.8, 0.2])
    for _ in range(2):
        for x, y in DataLoader(train, batch_size=3, shuffle=True):
            show(x, y)
    for x, y in DataLoader(test, batch_size=3):
        show(x, y)
    show(torch.rand(1))
