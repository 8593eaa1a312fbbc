"""Lazy modules: how they print before and after their first call, and what the seed gives them."""

from pathlib import Path

import torch
from torch import nn

from .encode import encode_tensor, write_lines
from .modules import x

LAZY = [
    ("LazyLinear", [3], {}, x(2, 4)), ("LazyLinear", [2], {"bias": False, "dtype": torch.float64}, x(3).double()),
    ("LazyConv1d", [2, 2], {}, x(1, 2, 4)), ("LazyConv2d", [2, (2, 1)], {"groups": 2, "padding": 1}, x(2, 3, 2)), ("LazyConv3d", [1, 2], {"bias": False, "padding_mode": "circular", "padding": 1}, x(1, 1, 2, 2, 2)),
    ("LazyConvTranspose1d", [2, 3], {"stride": 2, "output_padding": 1}, x(1, 2, 2)), ("LazyConvTranspose2d", [2, 2], {"groups": 2}, x(1, 2, 2, 2)), ("LazyConvTranspose3d", [1, 1], {}, x(1, 2, 1, 2, 1)),
    ("LazyBatchNorm1d", [], {}, x(3, 2)), ("LazyBatchNorm2d", [0.1], {"bias": False}, x(2, 2, 1, 2)), ("LazyBatchNorm3d", [], {"affine": False, "track_running_stats": True}, x(2, 2, 1, 1, 2)),
    ("LazyInstanceNorm1d", [], {"affine": True}, x(2, 2, 3)), ("LazyInstanceNorm2d", [], {"track_running_stats": True}, x(2, 2, 2, 2)), ("LazyInstanceNorm3d", [], {}, x(1, 2, 1, 2, 2)),
]


def row(name: str, args: list, kwargs: dict, given: torch.Tensor) -> dict:
    torch.manual_seed(3)
    module = getattr(nn, name)(*args, **kwargs)
    before, names = str(module), list(module.state_dict())
    output = module(given)
    return {
        "module": name, "args": args, "kwargs": {key: str(value).removeprefix("torch.") if key == "dtype" else value for key, value in kwargs.items()},
        "input": encode_tensor(given), "before": before, "names": names, "after": str(module),
        "parameters": [encode_tensor(parameter) for parameter in module.parameters()], "output": encode_tensor(output),
        "next": torch.rand(1).item(),
    }


def generate(folder: Path) -> None:
    write_lines(folder / "lazy.json", {"rows": [row(*one) for one in LAZY]})
