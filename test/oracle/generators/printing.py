"""What PyTorch prints for tensors whose text is easy to get wrong."""

import random
from pathlib import Path

import torch

from .encode import dtype_name, encode_float, encode_values, write_lines

FLOATS = (torch.float32, torch.float64, torch.float16, torch.bfloat16)
INTEGERS = (torch.int32, torch.int64, torch.uint8, torch.int8, torch.int16)
SPECIAL = [float("nan"), float("inf"), -float("inf"), 0.0, -0.0]
# Ties of the fourth decimal, the limits of the scientific form, and the ends of both formats.
NOTABLE = [0.03125, 0.09375, 0.15625, 2.00005, 1e-4, 9.9999e-5, 1e-5, 0.99995, 0.999951, 9.99995, 99999.5, 1e8, 1e8 + 8, 1e9,
           1e15, 1e21, 1e22, 1e23, 1e-45, 3.4028234e38, 1.5, 2.5, 0.5, 1000.0, 1001.0, 999.5, 1.25e-4, 123456.789, 7.0]
WIDE = [1e300, 1.7976931348623157e308, 5e-324, 2.2250738585072014e-308, 1e100, 1.00005e100, 9.99995e99, 9.99995e-100]
SHAPES = [(), (1,), (2,), (3,), (5,), (12,), (30,), (2, 3), (3, 1), (1, 1, 1), (2, 2, 2), (2, 1, 3, 2), (4, 9)]
EMPTY = [(0,), (0, 3), (3, 0), (2, 0, 4), (0, 0)]
LONG = [(1001,), (40, 30), (7, 200), (2, 600), (5, 6, 40), (11, 11, 11), (1, 1, 1200), (1200, 1), (7, 7, 7, 7)]


def random_element(generator: random.Random, dtype: torch.dtype, kind: str):
    if dtype is torch.bool:
        return generator.random() < 0.5
    if dtype is torch.uint8:
        return generator.randrange(256)
    if not dtype.is_floating_point:
        most = 8 * dtype.itemsize - 1
        bits = generator.choice([2, 3, 8, 12, 20, 31, 40, 53, 63])
        limit = 2 ** min(bits, most)
        return generator.choice([generator.randrange(-limit, limit), -limit, limit - 1])
    match kind:
        case "unit":
            return generator.gauss(0, 1)
        case "whole":
            return float(generator.randrange(-2000, 2000))
        case "tie":
            return generator.randrange(-6400, 6400) / generator.choice([2, 4, 32, 64, 1024])
        case "spread":
            return generator.gauss(0, 1) * 10.0 ** generator.uniform(-7, 10)
        case "notable":
            return generator.choice(NOTABLE + SPECIAL + (WIDE if dtype is torch.float64 else [])) * generator.choice([1, -1])
        case "narrow":
            # Values about the limits of the scientific form, and between the digits of 16 bits.
            return generator.choice([1e-4, 1000.0, 1e8, 0.1, 65504.0, 6e-8, 0.33325, 2049.0]) * generator.choice([1, 1, -1, 1 + 2**-10, 1 - 2**-11])
        case "sparse":
            return generator.gauss(0, 1) * 10.0 ** generator.choice([-3, 0, 2]) if generator.random() < 0.3 else 0.0
        case "special":
            return generator.choice([*SPECIAL, 1.0, 0.25])
    raise ValueError(kind)


def random_tensor(generator: random.Random, shape, dtype: torch.dtype) -> torch.Tensor:
    kind = generator.choice(["unit", "whole", "tie", "spread", "notable", "narrow", "sparse", "special"])
    count = torch.Size(shape).numel()
    return torch.tensor([random_element(generator, dtype, kind) for _ in range(count)], dtype=dtype).reshape(shape)


def random_options(generator: random.Random) -> dict:
    """Mostly PyTorch's defaults; otherwise some options, or a profile."""
    chance = generator.random()
    if chance < 0.6:
        return {}
    if chance < 0.65:
        return {"profile": generator.choice(["default", "short", "full"])}
    choices = {"precision": [0, 1, 2, 3, 6, 8, 12, 17, 30], "threshold": [0, 3, 5, 10, 5000], "edgeitems": [0, 1, 2, 4, 7],
               "linewidth": [1, 20, 40, 60, 79, 81, 120, 200], "sci_mode": [True, False], "profile": ["short", "full"]}
    picked = generator.sample(sorted(choices), generator.randrange(1, 4))
    return {name: generator.choice(choices[name]) for name in picked}


def random_shape(generator: random.Random) -> tuple:
    if generator.random() < 0.5:
        return generator.choice(SHAPES)
    largest = generator.choice([3, 6, 14])
    shape = tuple(generator.randrange(1, largest) for _ in range(generator.randrange(0, 5)))
    return shape if torch.Size(shape).numel() <= 80 else shape[:1]


def with_history(generator: random.Random, tensor: torch.Tensor) -> torch.Tensor:
    if not tensor.dtype.is_floating_point or generator.random() < 0.6:
        return tensor
    leaf = tensor.requires_grad_()
    return generator.choice([leaf, leaf, leaf * 1, leaf.clone(), leaf.expand_as(leaf), leaf.unsqueeze(0)[0]])


def case_of(tensor: torch.Tensor, options: dict, default_dtype=torch.float32, values=None) -> dict:
    torch.set_default_dtype(default_dtype)
    torch.set_printoptions(profile="default")
    torch.set_printoptions(**options)
    case = {"dtype": dtype_name(tensor.dtype), "shape": list(tensor.shape), "values": values or encode_values(tensor)}
    if tensor.requires_grad:
        case["requires_grad"] = True
    if tensor.grad_fn is not None:
        case["grad_fn"] = tensor.grad_fn.name()
    if options:
        case["options"] = options
    if default_dtype is not torch.float32:
        case["default_dtype"] = dtype_name(default_dtype)
    case["text"] = repr(tensor)
    torch.set_printoptions(profile="default")
    torch.set_default_dtype(torch.float32)
    return case


def linear_case(generator: random.Random, shape, dtype: torch.dtype, options: dict) -> dict:
    """A long tensor told by its first element and its step."""
    whole = not dtype.is_floating_point or generator.random() < 0.3
    start, step = (generator.randrange(0, 9), 1) if whole else (generator.gauss(0, 5), generator.gauss(0, 1))
    count = torch.Size(shape).numel()
    step = 0 if dtype in (torch.uint8, torch.bool) else step
    tensor = torch.tensor([start + index * step for index in range(count)], dtype=dtype).reshape(shape)
    start = int(start) if whole else encode_float(start)
    return case_of(tensor, options, values={"start": start, "step": step})


def cases(generator: random.Random, count: int) -> list[dict]:
    rows = [case_of(torch.empty(shape, dtype=dtype), {}) for shape in EMPTY for dtype in (*FLOATS, *INTEGERS, torch.bool)]
    rows += [case_of(torch.tensor(value, dtype=dtype), {}) for value in NOTABLE + SPECIAL for dtype in FLOATS]
    rows += [case_of(torch.empty(shape, dtype=dtype), {}, default) for shape in EMPTY[:2] for dtype in FLOATS for default in FLOATS[1:]]
    rows += [case_of(torch.tensor([value, 1.0], dtype=torch.float64), {}) for value in NOTABLE + SPECIAL + WIDE]
    rows += [case_of(torch.tensor([2**63 - 1, -(2**63), 2**53 + 1]), {}), case_of(torch.tensor(2**53 + 1), {})]
    for shape in LONG:
        dtype = generator.choice([torch.float32, torch.float64, torch.int64, torch.uint8])
        rows += [linear_case(generator, shape, dtype, {}), linear_case(generator, shape, torch.float32, {"edgeitems": 2})]
        rows.append(linear_case(generator, shape, torch.float64, {"edgeitems": 0}))
    for _ in range(count):
        dtype = generator.choice([*FLOATS, *FLOATS, *INTEGERS, torch.bool])
        tensor = with_history(generator, random_tensor(generator, random_shape(generator), dtype))
        default_dtype = generator.choice([torch.float32] * 9 + [torch.float64, torch.float16, torch.bfloat16])
        rows.append(case_of(tensor, random_options(generator), default_dtype))
    return rows


def generate(folder: Path) -> None:
    write_lines(folder / "printing.json", {"cases": cases(random.Random(5), 700)})
