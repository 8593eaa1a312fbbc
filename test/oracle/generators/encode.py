"""Tensors, scalars and arguments as JSON that is exact, compact and the same on every run.

A tensor is `{"dtype", "shape", "values"}` with its elements in row-major order. NaN and the infinities are the
strings "nan", "inf" and "-inf"; whole numbers that a double cannot hold are strings of digits.
"""

import json
import math

import numpy
import torch

LARGEST_EXACT = 2**53


def encode_float(value: float, dtype: torch.dtype = torch.float64):
    """The shortest decimal that reads back as the same element of `dtype`."""
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if dtype is torch.float32:
        # The reader parses a double first and rounds it to float32: use the short text only where that is exact.
        short = float(str(numpy.float32(value)))
        if numpy.float32(short) == numpy.float32(value):
            value = short
    if dtype in (torch.float16, torch.bfloat16):
        texts = (float(f"{value:.{digits}g}") for digits in range(1, 6))
        value = next((short for short in texts if torch.tensor(short, dtype=dtype).item() == value), value)
    return int(value) if value.is_integer() and 0 < abs(value) < 1e15 else value


def encode_int(value: int):
    return value if abs(value) <= LARGEST_EXACT else str(value)


def encode_values(tensor: torch.Tensor) -> list:
    # A derivative that is zero everywhere may have no memory until it is cloned.
    flat = tensor.detach().clone().reshape(-1).tolist()
    if tensor.dtype.is_floating_point:
        return [encode_float(value, tensor.dtype) for value in flat]
    return [encode_int(int(value)) for value in flat]


def dtype_name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def encode_tensor(tensor: torch.Tensor) -> dict:
    return {"dtype": dtype_name(tensor.dtype), "shape": list(tensor.shape), "values": encode_values(tensor)}


def compact(value) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)


def write_lines(path, lists: dict[str, list], **head) -> None:
    """One JSON object of `head` and `lists`, with a line for each item of a list: a change of one case changes one line."""
    entries = [f"{compact(key)}: {compact(value)}" for key, value in head.items()]
    for name, items in lists.items():
        body = ",\n".join(compact(item) for item in items)
        entries.append(f"{compact(name)}: [\n{body}\n]")
    path.write_text("{\n" + ",\n".join(entries) + "\n}\n", encoding="utf-8")
