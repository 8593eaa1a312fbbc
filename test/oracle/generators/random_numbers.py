"""Sequences that PyTorch draws from a seed: each call starts where the one before it left off."""

from pathlib import Path

import torch

from .encode import encode_tensor, write_lines

SEEDS = [0, 1, 42, 1234, 2**32 - 1, 2**40 + 7]
DOUBLE = {"dtype": torch.float64}
# Below and from sixteen elements on, PyTorch fills a normal tensor by two different methods; the odd counts leave a cached number.
CALLS = [
    ("rand", [[3]], {}), ("randn", [[5]], {}), ("randn", [[1]], {}), ("randn", [[15]], {}), ("randn", [[16]], {}), ("randn", [[17]], {}),
    ("randn", [[2, 3]], {}), ("randn", [[5, 7]], {}), ("rand", [[4, 5]], {}), ("rand", [[5]], DOUBLE), ("randn", [[3]], DOUBLE),
    ("randn", [[21]], DOUBLE), ("randint", [10, [6]], {}), ("randint", [-5, 5, [4]], {}), ("randint", [0, 2**40, [3]], {}),
    ("randint", [0, 2, [8]], {"dtype": torch.float32}), ("randperm", [1], {}), ("randperm", [10], {}), ("randperm", [33], {}), ("rand", [[2]], {}),
]
LINEAR_SIZES = [(1, 1), (3, 2), (2, 20), (5, 4)]


def encode_keywords(kwargs: dict) -> dict:
    return {name: {"torch": str(value).removeprefix("torch.")} for name, value in kwargs.items()}


def sequence(seed: int) -> dict:
    torch.manual_seed(seed)
    calls = []
    for name, args, kwargs in CALLS:
        row = {"call": name, "args": args, "result": encode_tensor(getattr(torch, name)(*args, **kwargs))}
        calls.append(row | ({"kwargs": encode_keywords(kwargs)} if kwargs else {}))
    return {"seed": seed, "calls": calls}


def linear(seed: int, in_features: int, out_features: int) -> dict:
    torch.manual_seed(seed)
    layer = torch.nn.Linear(in_features, out_features)
    return {"seed": seed, "in_features": in_features, "out_features": out_features,
            "weight": encode_tensor(layer.weight), "bias": encode_tensor(layer.bias)}


def generate(folder: Path) -> None:
    lists = {"sequences": [sequence(seed) for seed in SEEDS], "linear": [linear(7, *sizes) for sizes in LINEAR_SIZES]}
    write_lines(folder / "random.json", lists)
