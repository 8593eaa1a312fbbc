"""Type promotion: what dtype each operator gives for every pair of dtypes, with and without dimensions, and for plain numbers; or which error.

`promotion.test.ts` has the same operands in the same order, and calls the operators by the same names.
"""

import warnings
from pathlib import Path

import torch

from .encode import dtype_name, write_lines

DTYPES = [torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.bfloat16, torch.float32, torch.float64]
NUMBERS = [2, 2.5, True]
# One letter for each answer.
LETTERS = {"bool": "b", "uint8": "u", "int8": "c", "int16": "s", "int32": "i", "int64": "l", "float16": "h", "bfloat16": "g", "float32": "f", "float64": "d",
           "RuntimeError": "R", "NotImplementedError": "N", "TypeError": "T", "True": "1", "False": "0"}

# Operators of two operands, of which the second may be a number.
BINARY = """add sub mul div floor_divide remainder fmod pow eq lt bitwise_and bitwise_or bitwise_left_shift bitwise_right_shift
logical_and logical_xor rsub true_divide xlogy float_power result_type clamp_min""".split()
# Operators of two tensors.
TENSORS = """maximum minimum fmax fmin atan2 hypot copysign nextafter heaviside logaddexp gcd lcm ldexp isclose cat stack where clamp_both addcmul addcdiv lerp lerp_tensor
dot matmul mm mse_loss max_two equal_dtype outer cross cdist searchsorted isin div_floor div_trunc promote_types can_cast index_add masked_fill index_put""".split()
UNARY = """neg abs sign exp sqrt sin sigmoid floor round reciprocal square logical_not bitwise_not isnan sum prod mean var cumsum cumprod amax argmax any all sort
logsumexp softmax relu norm median mode cummax nonzero count_nonzero unique bincount histc angle signbit deg2rad erf lgamma std_mean aminmax diff trapezoid nansum trunc frac sgn
positive clamp_number div_number floor_divide_number pow_fraction gelu leaky_relu elu dropout full_like ones_like rand_like zeros_like to_fraction inverse""".split()
IN_PLACE = "add_ sub_ mul_ div_ pow_ remainder_ floor_divide_ eq_ logical_and_ bitwise_and_ copy_ atan2_ fmod_ lt_".split()
IN_PLACE_UNARY = "exp_ sqrt_ sigmoid_ reciprocal_ neg_ logical_not_ round_ float_number_ clamp_fraction_".split()


def dimensioned(dtype, values=(3, 1)):
    return torch.tensor(values).to(dtype)


def single(dtype):
    return torch.tensor(2).to(dtype)


def matrix(x):
    return x.reshape(-1, 1).expand(-1, 2) if x.dim() else x.expand(2, 2)


SPECIAL = {
    "cat": lambda x, y: torch.cat([x.reshape(-1), y.reshape(-1)]),
    "stack": lambda x, y: torch.stack([x, y]),
    "where": lambda x, y: torch.where(torch.tensor([True, False]), x, y),
    "clamp_both": lambda x, y: torch.clamp(x, y, y),
    "clamp_min": lambda x, y: torch.clamp(x, min=y),
    "addcmul": lambda x, y: torch.addcmul(x, y, y),
    "addcdiv": lambda x, y: torch.addcdiv(x, y, y),
    "lerp": lambda x, y: torch.lerp(x, y, 0.5),
    "lerp_tensor": lambda x, y: torch.lerp(x, x, y),
    "matmul": lambda x, y: torch.matmul(matrix(x), matrix(y)),
    "mm": lambda x, y: torch.mm(matrix(x), matrix(y)),
    "mse_loss": lambda x, y: torch.nn.functional.mse_loss(x, y),
    "max_two": torch.max,
    "equal_dtype": lambda x, y: x.type_as(y),
    "outer": lambda x, y: torch.outer(x.reshape(-1), y.reshape(-1)),
    "cross": lambda x, y: torch.linalg.cross(x.reshape(-1, 1).expand(-1, 3), y.reshape(-1, 1).expand(-1, 3)),
    "cdist": lambda x, y: torch.cdist(matrix(x), matrix(y)),
    "div_floor": lambda x, y: torch.div(x, y, rounding_mode="floor"),
    "div_trunc": lambda x, y: torch.div(x, y, rounding_mode="trunc"),
    "promote_types": lambda x, y: torch.promote_types(x.dtype, y.dtype),
    "can_cast": lambda x, y: torch.can_cast(x.dtype, y.dtype),
    "index_add": lambda x, y: x.clone().reshape(-1).index_add(0, torch.tensor([0]), y.reshape(-1)[:1]),
    "masked_fill": lambda x, y: x.masked_fill(torch.tensor(True), y.reshape(-1)[0]),
    "index_put": lambda x, y: x.clone().reshape(-1).index_put([torch.tensor([0])], y.reshape(-1)[:1]),
    "norm": lambda x: torch.linalg.vector_norm(x),
    "softmax": lambda x: torch.softmax(x, 0),
    "cumsum": lambda x: torch.cumsum(x, 0),
    "cumprod": lambda x: torch.cumprod(x, 0),
    "cummax": lambda x: torch.cummax(x, 0)[0],
    "logsumexp": lambda x: torch.logsumexp(x, 0),
    "sort": lambda x: torch.sort(x)[0],
    "mode": lambda x: torch.mode(x)[0],
    "std_mean": lambda x: torch.std_mean(x)[0],
    "aminmax": lambda x: torch.aminmax(x)[0],
    "trapezoid": lambda x: torch.trapezoid(x),
    "clamp_number": lambda x: torch.clamp(x, 0.5, 1.5),
    "div_number": lambda x: torch.div(x, 2),
    "floor_divide_number": lambda x: torch.floor_divide(x, 2.5),
    "pow_fraction": lambda x: torch.pow(x, 0.5),
    "gelu": torch.nn.functional.gelu,
    "leaky_relu": torch.nn.functional.leaky_relu,
    "elu": torch.nn.functional.elu,
    "dropout": torch.nn.functional.dropout,
    "full_like": lambda x: torch.full_like(x, 1.5),
    "to_fraction": lambda x: x + 0.5,
    "inverse": lambda x: torch.linalg.inv(matrix(x) + torch.eye(2)),
    "float_number_": lambda x: x.add_(0.5),
    "clamp_fraction_": lambda x: x.clamp_(0.5),
}


def call(name, *args):
    if name in SPECIAL:
        return SPECIAL[name](*args)
    if name.endswith("_"):
        return getattr(args[0], name)(*args[1:])
    return getattr(torch, name)(*args)


def answer(name, *args) -> str:
    return attempt(lambda: call(name, *args))


def attempt(action) -> str:
    """The letter of the result's dtype, or of the error."""
    try:
        result = action()
    except Exception as error:  # noqa: BLE001 - its class is the answer
        return LETTERS[type(error).__name__]
    if isinstance(result, torch.Tensor):
        result = result.dtype
    return LETTERS[dtype_name(result) if isinstance(result, torch.dtype) else str(result)]


def fresh(kind, dtype):
    return {"dimensioned": dimensioned, "single": single}[kind](dtype)


def operands(numbers: bool) -> list:
    """Every dtype with dimensions, then without, then plain numbers."""
    tensors = [lambda kind=kind, dtype=dtype: fresh(kind, dtype) for kind in ("dimensioned", "single") for dtype in DTYPES]
    return tensors + ([lambda value=value: value for value in NUMBERS] if numbers else [])


def grid(name: str, numbers: bool) -> dict:
    """A line for each left operand: the answers for all right ones."""
    return {"name": name, "rows": ["".join(answer(name, left(), right()) for right in operands(numbers)) for left in operands(False)]}


def line(name: str) -> dict:
    return {"name": name, "row": "".join(answer(name, dimensioned(dtype)) for dtype in DTYPES)}


def out_row(source) -> str:
    """Which dtypes a sum of this one can be written into."""
    def write(target):
        return torch.add(dimensioned(source), dimensioned(source), out=torch.zeros(2, dtype=target))
    return "".join(attempt(lambda target=target: write(target)) for target in DTYPES)


def under(default) -> dict:
    """What plain numbers and quotients give under another default dtype."""
    torch.set_default_dtype(default)
    rows = {"dtype": dtype_name(default)}
    for name in ("add", "div", "where", "result_type"):
        rows[name] = "".join(answer(name, dimensioned(dtype), torch.tensor(2.5, dtype=torch.float32)) + answer(name, dimensioned(dtype), 2.5) for dtype in DTYPES)
    rows["exp"] = "".join(answer("exp", dimensioned(dtype)) for dtype in DTYPES)
    torch.set_default_dtype(torch.float32)
    return rows


def generate(folder: Path) -> None:
    warnings.simplefilter("ignore")
    lists = {
        "binary": [grid(name, True) for name in BINARY],
        "tensors": [grid(name, False) for name in TENSORS],
        "inPlace": [grid(name, True) for name in IN_PLACE],
        "unary": [line(name) for name in UNARY + IN_PLACE_UNARY],
        "out": [out_row(source) for source in DTYPES],
        "defaults": [under(default) for default in (torch.float64, torch.float16, torch.bfloat16)],
    }
    write_lines(folder / "promotion.json", lists, letters={letter: name for name, letter in LETTERS.items()})
