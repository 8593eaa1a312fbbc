"""Programs about loaders: which items come together, what becomes of them, and what is drawn."""

import torch
from torch.utils.data import BatchSampler, DataLoader, Dataset, IterableDataset, Sampler, SequentialSampler, TensorDataset, WeightedRandomSampler

from ..programs.page import fails, show


class Digits(Dataset):
    def __init__(self, count):
        self.count = count

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        return torch.full((2,), float(index)), index % 3


class Noisy(Digits):
    """Draws for each item."""

    def __getitem__(self, index):
        return torch.rand(1), index


class Countdown(IterableDataset):
    def __init__(self, count):
        self.count = count

    def __iter__(self):
        yield from range(self.count, 0, -1)


class Eager(Sampler):
    """Draws as soon as it is asked for an iterator."""

    def __iter__(self):
        return iter(torch.randperm(5).tolist())

    def __len__(self):
        return 5


def rows(count):
    return TensorDataset(torch.arange(2.0 * count).reshape(count, 2), torch.arange(count))


def show_batches(loader):
    for x, y in loader:
        show(x, y)


def shuffled_batches_of_two_epochs():
    for count, size, drop_last in ((10, 4, False), (10, 4, True), (8, 4, False), (3, 5, False), (33, 16, False), (6, 1, False)):
        loader = DataLoader(rows(count), batch_size=size, shuffle=True, drop_last=drop_last)
        for _ in range(2):
            show_batches(loader)
        show(len(loader), torch.rand(2), torch.randn(1))


def a_thousand_items():
    loader = DataLoader(rows(1000), batch_size=64, shuffle=True)
    for _ in range(3):
        show(*[y.tolist() for _, y in loader])
    show(torch.rand(3))


def loaders_with_a_generator():
    generator = torch.Generator().manual_seed(7)
    loader = DataLoader(rows(6), batch_size=4, shuffle=True, generator=generator)
    show_batches(loader)
    show(torch.rand(1), torch.rand(1, generator=generator))
    show_batches(loader)
    show(torch.rand(1), torch.rand(1, generator=generator))
    plain = DataLoader(rows(2), generator=generator)
    show_batches(plain)
    show(torch.rand(1), torch.rand(1, generator=generator))


def a_loader_draws_also_without_shuffling():
    loader = DataLoader(rows(4), 2)
    show(torch.rand(1))
    show_batches(loader)
    show(torch.rand(1))
    iterator = iter(loader)
    show(torch.rand(1))
    next(iterator)
    show(torch.rand(1))


def a_loop_that_is_left_early():
    loader = DataLoader(rows(8), 2, True)
    for x, y in loader:
        show(x, y)
        break
    show(torch.rand(1))
    show_batches(loader)


def two_iterators_at_once():
    loader = DataLoader(rows(4), 2, True)
    first, second = iter(loader), iter(loader)
    show(*next(first), *next(second), *next(first), *next(second), torch.rand(1))


def items_that_draw():
    show_batches(DataLoader(Noisy(5), batch_size=2, shuffle=True))
    show(torch.rand(1))


def samplers_of_loaders():
    show_batches(DataLoader(rows(6), 2, sampler=[5, 1, 3]))
    show_batches(DataLoader(rows(6), batch_sampler=[[0, 5], [2], [1, 3, 4]]))
    show_batches(DataLoader(rows(6), batch_sampler=BatchSampler(SequentialSampler(range(6)), 4, False)))
    show_batches(DataLoader(rows(3), 4, sampler=WeightedRandomSampler([1.0, 0.0, 2.0], 4)))
    show_batches(DataLoader(rows(5), 3, sampler=Eager()))
    show(torch.rand(1))


def without_batches():
    show_batches(DataLoader(rows(2), batch_size=None))
    show_batches(DataLoader(rows(3), batch_size=None, shuffle=True))
    show(list(DataLoader([1, "a", 2.5], batch_size=None)))
    show(list(DataLoader(Countdown(3), batch_size=None)), torch.rand(1))


def items_of_a_data_set_of_ones_own():
    loader = DataLoader(Digits(7), batch_size=3, shuffle=True)
    show(len(loader))
    show_batches(loader)
    show_batches(DataLoader(Digits(4), 4))


def iterable_data_sets():
    for drop_last in (False, True):
        for batch in DataLoader(Countdown(5), batch_size=2, drop_last=drop_last):
            show(batch)
    show(list(DataLoader(Countdown(2))), torch.rand(1))


def collating():
    for items in (
        [1, 2, 3], [1.5, 2.5], [True, False], ["a", "bc"], [(1, 2.5), (3, 4.5)], [[1, 2], [3, 4]],
        [torch.zeros(2), torch.ones(2)], [[["a", 1]], [["b", 2]]],
    ):
        show(*torch.utils.data.default_collate(items))
    show(*torch.utils.data.default_collate([(torch.tensor(1), "x"), (torch.tensor(2), "y")])[1])
    for items in ([{"a": 1, "b": [2.5, 3.5]}, {"a": 4, "b": [5.5, 6.5]}], [{"image": torch.eye(2), "label": 1}]):
        show(*torch.utils.data.default_collate(items).values())
    show(torch.utils.data.default_collate([1, 2]).dtype, torch.utils.data.default_collate([0.5, 2.5]).dtype)
    show(torch.utils.data.default_collate([torch.tensor(1), torch.tensor(2.5)]))


def collating_what_does_not_fit():
    collate = torch.utils.data.default_collate
    fails(lambda: collate([torch.zeros(2), torch.zeros(3)]))
    fails(lambda: collate([[1, 2], [3]]))
    fails(lambda: collate([{"a": 1}, {"b": 1}]))
    fails(lambda: collate([None, None]))
    fails(lambda: collate([torch.zeros(2), 1]))
    fails(lambda: collate([]))


def collate_functions():
    for batch in DataLoader([3, 1, 2], batch_size=2, collate_fn=lambda items: torch.tensor(items) * 10):
        show(batch)
    for batch in DataLoader(Digits(3), batch_size=2, collate_fn=lambda items: len(items)):
        show(batch)
    for item in DataLoader([3, 1], batch_size=None, collate_fn=lambda item: item + 1):
        show(item)


def lengths_of_loaders():
    for size in (1, 2, 3, 4, 7):
        show(len(DataLoader(rows(6), size)), len(DataLoader(rows(6), size, drop_last=True)))
    show(len(DataLoader(rows(6), batch_size=None)), len(DataLoader(rows(6), batch_sampler=[[1], [2]])), len(DataLoader(rows(6), sampler=[1, 2])))
    show(len(DataLoader([], 2)), list(DataLoader([], 2)))


def loaders_that_make_no_sense():
    fails(lambda: DataLoader([], shuffle=True))
    fails(lambda: DataLoader([1, 2], batch_size=0))
    fails(lambda: DataLoader([1, 2], sampler=[0], shuffle=True))
    fails(lambda: DataLoader([1, 2], batch_sampler=[[0]], batch_size=2))
    fails(lambda: DataLoader([1, 2], batch_sampler=[[0]], shuffle=True))
    fails(lambda: DataLoader([1, 2], batch_size=None, drop_last=True))
    fails(lambda: DataLoader([1, 2], num_workers=-1))
    fails(lambda: DataLoader([1, 2], prefetch_factor=2))
    fails(lambda: DataLoader([1, 2], persistent_workers=True))
    fails(lambda: DataLoader([1, 2], timeout=-1))
    fails(lambda: list(DataLoader([1, 2], timeout=1)))
    fails(lambda: DataLoader(Countdown(3), shuffle=True))
    fails(lambda: DataLoader(Countdown(3), sampler=[1]))
    fails(lambda: DataLoader(Countdown(3), batch_sampler=[[1]]))
    fails(lambda: len(DataLoader(Countdown(3))))
    fails(lambda: list(DataLoader(rows(3), sampler=[5])))
