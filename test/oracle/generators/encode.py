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
    return int(value) if value.is_integer() and 0 < abs(value) < 1e15 else value


def encode_int(value: int):
    return value if abs(value) <= LARGEST_EXACT else str(value)


def encode_values(tensor: torch.Tensor) -> list:
    flat = tensor.detach().resolve_neg().contiguous().reshape(-1).tolist()
    if tensor.dtype.is_floating_point:
        return [encode_float(value, tensor.dtype) for value in flat]
    return [encode_int(int(value)) for value in flat]


def dtype_name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def encode_tensor(tensor: torch.Tensor) -> dict:
    return {"dtype": dtype_name(tensor.dtype), "shape": list(tensor.shape), "values": encode_values(tensor)}


def write_lines(path, name: str, rows: list, **head) -> None:
    """One JSON object with one row a line, so that a change of one case is a change of one line."""

    def compact(value) -> str:
        return json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)

    lines = [f"{json.dumps(key)}: {compact(value)}" for key, value in head.items()]
    body = ",\n".join(compact(row) for row in rows)
    lines.append(f"{json.dumps(name)}: [\n{body}\n]")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
