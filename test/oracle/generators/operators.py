"""Samples of each operator from PyTorch's OpInfo: arguments, results, first and second derivatives, and errors.

The cotangents are not written down: `cotangent` here and its twin in the test compute the same numbers.
"""

import random
import warnings
import zlib
from pathlib import Path

import numpy
import torch

from .encode import dtype_name, encode_float, encode_tensor, write_lines
from .internals import common_methods_invocations, core
from .operator_calls import ARBITRARY, ORDERS, RANDOM, SEED, WRONG_GRADIENT, call_of, forms_of, python_form
from .operator_names import OPERATORS
from .own_samples import OWN_SAMPLES

DTYPES = {torch.float64: 12, torch.float32: 4, torch.int64: 4, torch.int32: 2, torch.uint8: 2, torch.bool: 2,
          torch.float16: 2, torch.bfloat16: 1, torch.int16: 1, torch.int8: 1}
# In promotion, these meet a few others only: `promotion.py` has all pairs.
NARROW = {torch.float16, torch.bfloat16, torch.int16, torch.int8}
HUGE = 2**22
LARGEST_SAMPLE = 380
# Operators whose samples are large: of each dtype so many are written, of at most so many elements.
LARGE_SAMPLES = {
    "grid_sampler_2d": (1, 900), "nn.functional.grid_sample": (5, 380), "nn.functional.dropout3d": (2, 700), "nn.functional.dropout2d": (6, 380),
    "nn.functional.adaptive_avg_pool3d": (4, 700), "nn.functional.adaptive_max_pool3d": (5, 380), "nn.functional.avg_pool3d": (6, 380),
    "nn.functional.fractional_max_pool2d": (7, 380), "nn.functional.fractional_max_pool3d": (6, 380),
}
# Names that are two operators: a function of `torch.nn.functional`, and a method of tensors.
FILE_NAMES = {"__rsub__": "reflected_sub", "nn.functional.unfold": "functional_unfold"}
SPECIAL = [float("nan"), float("inf"), -float("inf"), 0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 1e-9, -1e-9, 30.0, -30.0, 800.0, -800.0]


# Operators that see the whole storage of a tensor, and whose samples count on OpInfo's own sizes.
SEE_STORAGE = ("as_strided", "as_strided_copy", "as_strided_scatter")

# Operators whose samples need other sizes S, M and L: these cut L into quarters.
SIZES = {"slice_scatter": (5, 5, 4)}


def choose_sizes(name: str) -> None:
    """OpInfo's sizes S, M and L, as small as its samples allow: `prod` writes at place four, `gather` needs M >= S."""
    sizes = (5, 10, 20) if name in SEE_STORAGE else SIZES.get(name, (5, 5, 6))
    core.S, core.M, core.L = 3, 4, 5
    common_methods_invocations.S, common_methods_invocations.M, common_methods_invocations.L = sizes


def seed(name: str) -> None:
    number = zlib.crc32(name.encode())
    torch.manual_seed(number)
    random.seed(number)
    numpy.random.seed(number)


def map_arguments(argument, change):
    """`argument` with `change` applied to everything that is not a list or a dictionary."""
    if isinstance(argument, (list, tuple)):
        return [map_arguments(item, change) for item in argument]
    if isinstance(argument, dict):
        return {name: map_arguments(item, change) for name, item in argument.items()}
    return change(argument)


def short_decimals(argument):
    """Three decimals keep the data short; a whole number stands for an int, as it does in TypeScript."""
    if isinstance(argument, torch.Tensor):
        requires_grad = argument.requires_grad
        plain = argument.detach()
        rounded = torch.round(plain, decimals=3) if plain.dtype.is_floating_point else plain.clone()
        return rounded.requires_grad_(requires_grad)
    if isinstance(argument, float) and argument.is_integer():
        return int(argument)
    return argument


def encode_argument(argument):
    if isinstance(argument, torch.Tensor):
        encoded = encode_tensor(argument)
        return encoded | {"requires_grad": True} if argument.requires_grad else encoded
    if isinstance(argument, torch.dtype):
        return {"torch": dtype_name(argument)}
    if isinstance(argument, slice):
        return {"slice": [argument.start, argument.stop, argument.step]}
    if isinstance(argument, torch.memory_format):
        return {"memory_format": str(argument).removeprefix("torch.")}
    if isinstance(argument, torch.device):
        return str(argument)
    if argument is Ellipsis:
        return {"ellipsis": True}
    if isinstance(argument, float):
        number = encode_float(argument)
        return {"number": number} if isinstance(number, str) else number
    if argument is None or isinstance(argument, (bool, int, str)):
        return argument
    raise TypeError(f"no form in JSON for {type(argument)}")


def rounded_result(tensor: torch.Tensor) -> dict:
    """Twelve digits of a float64 result are more than the comparison looks at."""
    encoded = encode_tensor(tensor)
    if tensor.dtype is torch.float64:
        short = [value if isinstance(value, str) else float(f"{value:.12g}") for value in encoded["values"]]
        encoded["values"] = [encode_float(float(value)) for value in short]
    return encoded


def encode_results(result):
    """A tensor, a list of results, or a plain value."""
    if isinstance(result, torch.Tensor):
        return rounded_result(result)
    if isinstance(result, (list, tuple)) and not isinstance(result, torch.Size):
        return [encode_results(item) for item in result]
    return {"plain": list(result) if isinstance(result, torch.Size) else result}


def cotangent(tensor: torch.Tensor, turn: int) -> torch.Tensor:
    """Quarters from 1/4 to 7/4 in an order that differs with `turn`: no symmetry that could hide a mistake."""
    counts = torch.arange(tensor.numel(), dtype=tensor.dtype)
    return (((counts * 5 + turn) % 7 + 1) / 4).reshape(tensor.shape)


def gradients(outputs: list, inputs: list, create_graph: bool) -> list:
    weights = [cotangent(output, turn) for turn, output in enumerate(outputs)]
    return list(torch.autograd.grad(outputs, inputs, weights, create_graph=create_graph, allow_unused=True))


def encode_gradients(grads: list) -> list:
    return [None if grad is None else rounded_result(grad)["values"] for grad in grads]


def derivatives(result, tensors: list) -> dict:
    """First derivatives for the cotangents, and the derivatives of those; a missing one is null."""
    outputs = [item for item in tensors_in(result) if item.requires_grad]
    if not outputs or not tensors:
        return {}
    first = gradients(outputs, tensors, create_graph=True)
    row = {"gradients": encode_gradients(first)}
    onward = [grad for grad in first if grad is not None and grad.requires_grad]
    if onward:
        try:
            second = gradients(onward, tensors, create_graph=False)
        except RuntimeError:  # PyTorch has no second derivative; NotImplementedError is a RuntimeError
            return row
        if any(grad is not None for grad in second):
            row["second"] = encode_gradients(second)
    return row


def tensors_in(argument) -> list:
    found = []
    map_arguments(argument, lambda item: found.append(item) if isinstance(item, torch.Tensor) else None)
    return found


def exists_in_typescript(operator, args: list, kwargs: dict) -> bool:
    """Neither `out=`, nor an operator of two tensors with a plain number first, nor generators, complex numbers and other dtypes can be written down."""
    items = []
    map_arguments([args, kwargs], items.append)
    strange = any(isinstance(item, (complex, torch.Generator, torch.layout, torch.nn.LinearCrossEntropyOptions)) or callable(item) and not isinstance(item, (torch.Tensor, torch.dtype)) for item in items)
    dtypes = {item if isinstance(item, torch.dtype) else item.dtype for item in items if isinstance(item, (torch.dtype, torch.Tensor))}
    on_cpu = all(tensor.device.type == "cpu" for tensor in tensors_in([args, kwargs]))
    number_first = isinstance(operator, core.BinaryUfuncInfo) and not isinstance(args[0], torch.Tensor)
    return "out" not in kwargs and not number_first and dtypes <= set(DTYPES) and on_cpu and not strange


def sample_row(operator, sample, dtype: torch.dtype) -> dict:
    args, kwargs, receiver = call_of(operator, sample)
    args, kwargs = map_arguments([args, kwargs], short_decimals)
    tensors = tensors_in([args, kwargs])
    # Views of an argument that is read later would show what the operator wrote: encode before the call.
    row = {"dtype": dtype_name(dtype), "args": map_arguments(args, encode_argument)}
    if kwargs:
        row["kwargs"] = map_arguments(kwargs, encode_argument)
    if receiver:
        row["receiver"] = receiver
    if operator.name in RANDOM:
        row["seed"] = SEED
        torch.manual_seed(SEED)
    result = python_form(operator)(*args, **kwargs)
    if operator.name in ARBITRARY:
        row["arbitrary"] = True
        result = torch.zeros_like(result)
    row["result"] = encode_results(result)
    if operator.variant_test_name:
        row["variant"] = operator.variant_test_name
    return row | derivatives(result, [tensor for tensor in tensors if tensor.requires_grad])


def describe(argument) -> str:
    """What makes one sample different from another: its kinds of arguments and numbers of dimensions."""
    if isinstance(argument, torch.Tensor):
        return f"{argument.dim()}{'' if argument.numel() else 'empty'}{argument.dtype}"
    return f"{type(argument).__name__}{argument if isinstance(argument, (str, bool)) else ''}"


def most_diverse(samples: list, count: int) -> list:
    """One sample of each kind first, then the others, in their order."""
    seen, first, rest = set(), [], []
    for sample in samples:
        kind = str(map_arguments([sample.input, list(sample.args), sample.kwargs], describe))
        (rest if kind in seen else first).append(sample)
        seen.add(kind)
    chosen = [*first, *rest][:count]
    return [sample for sample in samples if any(sample is other for other in chosen)]


def has_one_answer(operator, sample) -> bool:
    """Where equal elements go, these operators leave to the machine, unless they are asked to be stable."""
    if operator.name not in ("sort", "argsort") or sample.kwargs.get("stable"):
        return True
    return sample.input.unique().numel() == sample.input.numel()


def is_part_of_storage(tensor: torch.Tensor) -> bool:
    return tensor.untyped_storage().nbytes() != tensor.numel() * tensor.element_size()


def usable(operator, sample) -> bool:
    args, kwargs = [sample.input, *sample.args], sample.kwargs
    if operator.name in SEE_STORAGE and is_part_of_storage(sample.input):
        return False
    _, largest = LARGE_SAMPLES.get(operator.name, (None, LARGEST_SAMPLE))
    return exists_in_typescript(operator, args, kwargs) and sum(tensor.numel() for tensor in tensors_in([args, kwargs])) <= largest


def special_samples(operator, dtype: torch.dtype) -> list:
    """NaN, infinities and both zeros, alone and against each other."""
    # What becomes of NaN in a whole-number dtype is left to the processor.
    if not dtype.is_floating_point or dtype in NARROW or operator.name in ("clamp", "int", "long", "byte", "char", "short"):
        return []
    values = torch.tensor(SPECIAL, dtype=dtype)
    if isinstance(operator, core.BinaryUfuncInfo):
        return [core.SampleInput(values[:7].reshape(7, 1), args=(values[[0, 1, 2, 3, 4, 8]],))]
    if isinstance(operator, core.UnaryUfuncInfo):
        return [unary_sample(operator, values)]
    return []


def unary_sample(operator, values: torch.Tensor):
    """A call with OpInfo's further arguments, at their places where `ORDERS` speaks of places."""
    kwargs = dict(operator.sample_kwargs("cpu", values.dtype, values)[0])
    if operator.name in ORDERS:
        return core.SampleInput(values, args=tuple(kwargs.values()))
    return core.SampleInput(values, kwargs=kwargs)


def promotion_samples(operator, dtype: torch.dtype) -> list:
    """A tensor with a plain number, and with tensors of every dtype, with and without dimensions."""
    if not isinstance(operator, core.BinaryUfuncInfo) and not operator.name == "where":
        return []
    left = torch.tensor([1, 0, 1] if dtype is torch.bool else [3, 1, 2], dtype=dtype)
    # A number after `max` and `min` is a dimension.
    others = [] if operator.name in ("max", "min") else [2, 2.5, True]
    if dtype in NARROW:
        others = [*others[1:2], torch.tensor([1, 1, 2]).to(torch.bfloat16), torch.tensor([1, 1, 2]).to(torch.uint8), torch.tensor(2)]
    else:
        for other in [other for other in DTYPES if other not in NARROW]:
            others += [torch.tensor([1, 1, 2]).to(other), torch.tensor(2).to(other)]
    if operator.name == "where":
        return [core.SampleInput(left, args=(torch.tensor([True, False, True]), other)) for other in others]
    kwargs = dict(operator.sample_kwargs("cpu", dtype, left)[0]) if hasattr(operator, "sample_kwargs") else {}
    if operator.name == "div" and operator.variant_test_name != "no_rounding_mode":
        kwargs = {"rounding_mode": operator.variant_test_name.removesuffix("_rounding")}
    return [core.SampleInput(left, args=(other,), kwargs=kwargs) for other in others]


def promotion_rows(operator, dtype: torch.dtype) -> list[dict]:
    """Promotion, and dtypes that the operator has no kernel for: a row tells the result or the error."""
    samples = promotion_samples(operator, dtype)
    # The weight of `prelu` is random, which whole numbers are not.
    if dtype not in operator.dtypes and isinstance(operator, core.UnaryUfuncInfo) and operator.name != "nn.functional.prelu":
        samples = [unary_sample(operator, torch.tensor([1, 0]).to(dtype))]
    rows = []
    for sample in samples:
        try:
            rows.append(sample_row(operator, sample, dtype))
        except (RuntimeError, NotImplementedError, TypeError) as error:
            rows.append(error_row(operator, sample, error))
    return rows


def rounds_little(operator, sample, dtype: torch.dtype) -> bool:
    """Whether a float32 result is that of float64: where many products cancel out, digits depend on the order of the sum."""
    if dtype is not torch.float32 or not operator.name.startswith(("nn.functional.conv", "matrix_exp")):
        return True
    args, kwargs, _ = call_of(operator, sample)
    single = map_arguments([args, kwargs], short_decimals)
    double = map_arguments(single, lambda item: item.double() if isinstance(item, torch.Tensor) else item)
    results = [operator.op(*args, **kwargs).double() for args, kwargs in (single, double)]
    return torch.allclose(*results, rtol=5e-7, atol=3e-6)


def has_all_digits(operator, sample, dtype: torch.dtype) -> bool:
    """Whether a result in 16 bits is what float64 gives, rounded: elsewhere PyTorch rounds on the way, and digits depend on the order of its steps."""
    if dtype not in (torch.float16, torch.bfloat16) or operator.name in RANDOM or operator.name in ARBITRARY:
        return True
    args, kwargs, _ = call_of(operator, sample)
    narrow = map_arguments([args, kwargs], short_decimals)
    double = map_arguments(narrow, lambda item: item.double() if isinstance(item, torch.Tensor) and item.dtype is dtype else item)
    results = [tensors_in(python_form(operator)(*args, **kwargs)) for args, kwargs in (narrow, double)]
    return all(torch.allclose(got.double(), exact.to(got.dtype).double(), rtol=torch.finfo(dtype).eps, atol=1e-5, equal_nan=True)
               for got, exact in zip(*results) if got.dtype is dtype)


def rows_of(operator, dtype: torch.dtype, count: int) -> list[dict]:
    seed(f"{operator.name} {operator.variant_test_name} {dtype_name(dtype)}")
    differentiable = dtype is torch.float64 and operator.supports_autograd and operator.name not in WRONG_GRADIENT
    samples = [sample for sample in operator.sample_inputs("cpu", dtype, requires_grad=differentiable)
               if usable(operator, sample) and rounds_little(operator, sample, dtype) and has_all_digits(operator, sample, dtype) and has_one_answer(operator, sample)]
    if operator.name in OWN_SAMPLES:
        samples, count = OWN_SAMPLES[operator.name](dtype, differentiable), 2 if dtype in NARROW else 99
    chosen = most_diverse(samples, count) + special_samples(operator, dtype)
    return [sample_row(operator, sample, dtype) for sample in chosen]


def encode_error_argument(argument):
    """What is wrong with a large tensor is its shape, never a value."""
    if isinstance(argument, torch.Tensor) and argument.numel() > 12:
        return {"dtype": dtype_name(argument.dtype), "shape": list(argument.shape), "fill": 0}
    return encode_argument(argument)


def first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:160]


def error_row(operator, sample, error: Exception) -> dict:
    args, kwargs, receiver = call_of(operator, sample)
    row = {"args": map_arguments(args, encode_error_argument)}
    if kwargs:
        row["kwargs"] = map_arguments(kwargs, encode_error_argument)
    if receiver:
        row["receiver"] = receiver
    return row | {"error": type(error).__name__, "message": first_line(error)}


def error_cases(operator) -> list:
    """OpInfo's cases; tensors that it leaves empty hold the same on every run."""
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        return list(operator.error_inputs("cpu"))
    finally:
        torch.use_deterministic_algorithms(False)


def error_rows(operator) -> list[dict]:
    if operator.error_inputs_func is None:
        return []
    seed(f"{operator.name} errors")
    rows = []
    for case in error_cases(operator):
        args, kwargs, _ = call_of(operator, case.sample_input)
        huge = any(tensor.numel() > HUGE for tensor in tensors_in([args, kwargs]))
        if huge or not exists_in_typescript(operator, args, kwargs):
            continue
        try:
            python_form(operator)(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - which class it is, is what the row tells
            rows.append(error_row(operator, case.sample_input, error))
    return rows


def unique(rows: list[dict]) -> list[dict]:
    return [row for index, row in enumerate(rows) if row not in rows[:index]]


def variants_of(name: str) -> list:
    # bmm's "triton_optimized" exists for the sake of another device; `normal_` is a method of its own.
    return [operator for operator in common_methods_invocations.op_db
            if operator.name == name and (name, operator.variant_test_name) not in (("bmm", "triton_optimized"), ("normal", "in_place"))]


def write_operator(folder: Path, name: str) -> None:
    variants = variants_of(name)
    choose_sizes(name)
    rows = []
    for dtype, usual in DTYPES.items():
        count = min(usual, LARGE_SAMPLES.get(name, (usual, None))[0])
        for operator in variants:
            if dtype in operator.dtypes:
                rows += rows_of(operator, dtype, -(-count // len(variants)))
            rows += promotion_rows(operator, dtype)
    rows += [row for operator in variants for row in error_rows(operator)]
    errors = unique([row for row in rows if "error" in row])
    samples = unique([row for row in rows if "error" not in row])
    short_name = FILE_NAMES.get(name, name.removeprefix("nn.functional.").strip("_"))
    write_lines(folder / f"{short_name}.json", {"samples": samples, "errors": errors}, operator=name, forms=forms_of(name))


def generate(folder: Path, names: list[str]) -> None:
    warnings.simplefilter("ignore")
    target = folder / "operators"
    target.mkdir(parents=True, exist_ok=True)
    for name in names or OPERATORS:
        write_operator(target, name)
