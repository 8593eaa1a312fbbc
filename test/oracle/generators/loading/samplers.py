"""Programs about the order in which items are asked for, and what is drawn for it."""

import torch
from torch.utils.data import BatchSampler, DistributedSampler, RandomSampler, SequentialSampler, SubsetRandomSampler, WeightedRandomSampler

from ..programs.page import fails, show


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def samplers_draw_from_the_default_generator():
    show(list(RandomSampler(range(7))), torch.rand(1))
    show(list(RandomSampler(range(7), num_samples=3)), torch.rand(1))
    show(list(RandomSampler(range(3), num_samples=8)), torch.rand(1))
    show(list(RandomSampler(range(5), replacement=True)), torch.rand(1))
    show(list(RandomSampler(range(100), True, 70)), torch.rand(1))
    show(list(RandomSampler(range(100), True, 64)), torch.rand(1))
    show(list(SubsetRandomSampler([9, 7, 5, 3])), torch.rand(1))
    show(list(WeightedRandomSampler([0.1, 0.9, 0.4, 0.7, 3.0, 0.6], 5)), torch.rand(1))
    show(list(WeightedRandomSampler([0.9, 0.4, 0.05, 0.2, 0.3, 0.1], 5, replacement=False)), torch.rand(1))
    show(list(SequentialSampler(range(4))), torch.rand(1))


def samplers_draw_from_a_generator_of_the_caller():
    generator = seeded(3)
    for sampler in (
        RandomSampler(range(6), generator=generator),
        RandomSampler(range(6), num_samples=4, generator=generator),
        RandomSampler(range(4), num_samples=9, generator=generator),
        RandomSampler(range(50), replacement=True, num_samples=40, generator=generator),
        SubsetRandomSampler([2, 4, 6], generator),
        WeightedRandomSampler(torch.tensor([1.0, 2.0, 3.0]), 4, generator=generator),
    ):
        show(len(sampler), list(sampler), list(sampler), torch.rand(1, generator=generator))
    show(torch.rand(1))


def samplers_draw_when_they_are_asked():
    generator = seeded(5)
    order = iter(RandomSampler(range(4), num_samples=8, generator=generator))
    show(torch.rand(1, generator=generator))
    show([next(order) for _ in range(4)], torch.rand(1, generator=generator))
    show(next(order), torch.rand(1, generator=generator))
    lazy = iter(RandomSampler(range(4)))
    show(torch.rand(1), next(lazy), torch.rand(1), list(lazy), torch.rand(1))


def batches_of_indices():
    for drop_last in (False, True):
        for size in (1, 2, 3, 5, 7):
            sampler = BatchSampler(SequentialSampler(range(6)), size, drop_last)
            show(len(sampler), list(sampler))
    show(list(BatchSampler([3, 1, 2], 2, False)), list(BatchSampler([], 2, False)))
    show(list(BatchSampler(RandomSampler(range(5)), batch_size=2, drop_last=True)), torch.rand(1))


def items_are_divided_among_several_programs():
    for drop_last in (False, True):
        for length, replicas in ((10, 3), (9, 3), (2, 5), (7, 1)):
            parts = [DistributedSampler(range(length), replicas, rank, shuffle=False, drop_last=drop_last) for rank in range(replicas)]
            show(parts[0].num_samples, parts[0].total_size, [list(part) for part in parts])
    sampler = DistributedSampler(range(10), num_replicas=3, rank=1, seed=5)
    show(len(sampler), list(sampler), list(sampler))
    sampler.set_epoch(2)
    show(list(sampler), torch.rand(1))
    fails(lambda: DistributedSampler(range(10), 2, 2))


def samplers_that_make_no_sense():
    fails(lambda: RandomSampler([]))
    fails(lambda: RandomSampler(range(3), num_samples=0))
    fails(lambda: RandomSampler(range(3), num_samples=-2))
    fails(lambda: WeightedRandomSampler([1.0], 0))
    fails(lambda: WeightedRandomSampler([[1.0, 2.0]], 2))
    fails(lambda: BatchSampler([1, 2], 0, False))
    fails(lambda: BatchSampler([1, 2], 1.5, False))
    fails(lambda: list(WeightedRandomSampler([1.0, 2.0], 3, False)))
    fails(lambda: list(WeightedRandomSampler([0.0, 0.0], 3)))
