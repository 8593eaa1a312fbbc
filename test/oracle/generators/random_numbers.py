"""Sequences that PyTorch draws from a seed: each call starts where the one before it left off."""

from pathlib import Path

import torch

from .encode import encode_tensor, write_lines

SEEDS = [0, 42, 2**40 + 7]
DOUBLE = {"dtype": torch.float64}
# Below and from sixteen elements on, PyTorch fills a normal tensor by two different methods; the odd counts leave a cached number.
CALLS = [
    ("rand", [[3]], {}), ("randn", [[5]], {}), ("randn", [[1]], {}), ("randn", [[15]], {}), ("randn", [[16]], {}), ("randn", [[17]], {}),
    ("randn", [[2, 3]], {}), ("randn", [[5, 7]], {}), ("rand", [[4, 5]], {}), ("rand", [[5]], DOUBLE), ("randn", [[3]], DOUBLE),
    ("randn", [[21]], DOUBLE), ("randint", [10, [6]], {}), ("randint", [-5, 5, [4]], {}), ("randint", [0, 2**40, [3]], {}),
    ("randint", [0, 2, [8]], {"dtype": torch.float32}), ("randperm", [1], {}), ("randperm", [10], {}), ("randperm", [33], {}), ("rand", [[2]], {}),
]
SIZES = [0, 1, 3, 15, 16, 17, 48, 49, 100]
CALLS += [(name, [[size]], {}) for size in SIZES for name in ("rand", "randn")]
CALLS += [("randn", [[size]], DOUBLE) for size in (16, 17, 50)]
CALLS += [
    ("normal", [1.5, 2.5, [20]], {}), ("normal", [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([0.5, 1.0, 2.0])], {}),
    ("normal", [torch.arange(20.0), 0.5], {}), ("normal", [2.5, torch.arange(20.0)], {}), ("bernoulli", [torch.full((60,), 0.3)], {}),
    ("bernoulli", [torch.full((5,), 0.7, dtype=torch.float64)], {}), ("bernoulli", [torch.zeros(9), 0.4], {}),
    ("multinomial", [torch.tensor([0.1, 3.0, 2.0, 0.0, 1.0]), 3], {}), ("multinomial", [torch.tensor([[0.2, 0.5], [4.0, 1.0]]), 6, True], {}),
    ("multinomial", [torch.arange(1.0, 29.0).reshape(4, 7), 1], {}), ("poisson", [torch.tensor([0.0, 0.5, 3.0, 9.9, 10.0, 25.0, 400.0] * 3)], {}),
    ("binomial", [torch.tensor([0.0, 3.0, 10.0, 40.0, 500.0] * 3), torch.tensor([0.5, 0.2, 0.9, 0.3, 0.7] * 3)], {}),
    ("randint_like", [torch.zeros(5), 3, 9], {}), ("rand_like", [torch.zeros(4, 5)], {}), ("randn_like", [torch.zeros(4, 5)], {}),
]
# Methods that write over a tensor of a size, with a dtype.
METHODS = [
    ("uniform_", [-1.5, 2.5]), ("normal_", [1.5, 0.5]), ("bernoulli_", [0.3]), ("exponential_", [2.5]), ("cauchy_", [1.5, 2.5]), ("geometric_", [0.3]),
    ("log_normal_", [0.5, 0.25]),
]
RANDOM = [([], torch.int64), ([], torch.int32), ([], torch.int8), ([], torch.int16), ([], torch.float16), ([], torch.bfloat16), ([], torch.uint8), ([], torch.bool), ([], torch.float32), ([], torch.float64), ([10], torch.int64),
          ([-3, 5], torch.float32), ([0, 2**33], torch.int64)]
LINEAR_SIZES = [(1, 1), (3, 2), (2, 20), (5, 4)]


def encode_keywords(kwargs: dict) -> dict:
    return {name: {"torch": str(value).removeprefix("torch.")} for name, value in kwargs.items()}


def sequence(seed: int) -> dict:
    torch.manual_seed(seed)
    calls = []
    for name, args, kwargs in CALLS:
        encoded = [encode_tensor(arg) if isinstance(arg, torch.Tensor) else arg for arg in args]
        row = {"call": name, "args": encoded, "result": encode_tensor(getattr(torch, name)(*args, **kwargs))}
        calls.append(row | ({"kwargs": encode_keywords(kwargs)} if kwargs else {}))
    for name, args in METHODS:
        calls += [method(name, args, size, dtype) for size, dtype in ((3, torch.float32), (17, torch.float32), (50, torch.float64), (20, torch.float16), (20, torch.bfloat16))]
    calls += [method("random_", args, 7, dtype) for args, dtype in RANDOM]
    return {"seed": seed, "calls": calls}


def method(name: str, args: list, size: int, dtype: torch.dtype) -> dict:
    result = getattr(torch.empty(size, dtype=dtype), name)(*args)
    return {"call": name, "self": {"shape": [size], "dtype": str(dtype).removeprefix("torch.")}, "args": args, "result": encode_tensor(result)}


def linear(seed: int, in_features: int, out_features: int) -> dict:
    torch.manual_seed(seed)
    layer = torch.nn.Linear(in_features, out_features)
    return {"seed": seed, "in_features": in_features, "out_features": out_features,
            "weight": encode_tensor(layer.weight), "bias": encode_tensor(layer.bias)}


def generate(folder: Path) -> None:
    lists = {"sequences": [sequence(seed) for seed in SEEDS], "linear": [linear(7, *sizes) for sizes in LINEAR_SIZES]}
    write_lines(folder / "random.json", lists)
