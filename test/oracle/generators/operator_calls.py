"""How Python calls the operators: in which order OpInfo's arguments go, and which functions and methods they are."""

import functools

import torch

# Further names of an operator in PyTorch, with the same arguments.
SECOND_NAMES = {
    "linalg.det": ["torch.det", "Tensor.det"],
    "linalg.householder_product": ["torch.orgqr", "Tensor.orgqr"],
    "linalg.inv": ["torch.inverse", "Tensor.inverse"],
    "linalg.matrix_power": ["torch.matrix_power", "Tensor.matrix_power"],
    "linalg.slogdet": ["torch.slogdet", "Tensor.slogdet"],
    "matrix_exp": ["torch.linalg.matrix_exp"],
    "outer": ["torch.ger", "Tensor.ger"],
    "nn.functional.celu": ["torch.celu"],
    "nn.functional.hardshrink": ["torch.hardshrink", "Tensor.hardshrink"],
    "nn.functional.prelu": ["torch.prelu", "Tensor.prelu"],
    "nn.functional.rrelu": ["torch.rrelu"],
    "nn.functional.selu": ["torch.selu"],
    "nn.functional.threshold": ["torch.threshold"],
    "nn.functional.relu": ["torch.relu", "Tensor.relu"],
    "softmax": ["torch.nn.functional.softmax"],
    "log_softmax": ["torch.nn.functional.log_softmax"],
}
# How OpInfo's arguments are ordered for the function itself, where its own lambda puts them otherwise.
ORDERS = {
    "where": [1, 0, 2],
    "nn.functional.embedding": [1, 0],
    "einsum": [1, 0],
    "polygamma": [1, 0],
}
# Names whose operator writes into a tensor, or is a property: OpInfo calls them through a lambda.
METHOD_NAMES = {
    "cauchy": "cauchy_", "exponential": "exponential_", "geometric": "geometric_", "log_normal": "log_normal_", "uniform": "uniform_",
    "resize_": "resize_", "resize_as_": "resize_as_", "zero_": "zero_",
}


def on_copy(method: str):
    return lambda tensor, *args, **kwargs: getattr(tensor.clone(), method)(*args, **kwargs)


METHODS = {name: on_copy(method) for name, method in METHOD_NAMES.items()}
# Operators that draw random numbers: each sample is drawn after the same seed.
RANDOM = set("""
bernoulli cauchy exponential geometric log_normal uniform normal multinomial rand rand_like randn randn_like randint randint_like
nn.functional.dropout nn.functional.dropout2d nn.functional.dropout3d nn.functional.alpha_dropout nn.functional.feature_alpha_dropout
nn.functional.rrelu nn.functional.fractional_max_pool2d nn.functional.fractional_max_pool3d
svd_lowrank pca_lowrank
""".split())
# Operators whose own lambda in OpInfo multiplies two tensors, so that the rank is low, and is called with the product here.
OF_PRODUCTS = {("linalg.pinv", "singular"), ("svd_lowrank", ""), ("pca_lowrank", "")}
# Operators that OpInfo calls through a lambda which drops results or changes arguments.
PLAIN = {"linalg.lstsq", "linalg.pinv"}
# Operators whose gradient PyTorch's own gradcheck refuses: only their values are written down.
WRONG_GRADIENT = {"as_strided_scatter"}
ARBITRARY = {"empty", "empty_like", "empty_permuted", "empty_strided", "new_empty", "new_empty_strided"}
SEED = 1234


def call_of(operator, sample) -> tuple[list, dict, int]:
    """The arguments in the order of the function form, and which of them a method is called on."""
    args = [sample.input, *sample.args]
    if (operator.name, operator.variant_test_name) in OF_PRODUCTS:
        # Factors of one decimal: the product stays of low rank when it is written down.
        left, right = (torch.round(factor.detach(), decimals=1) for factor in args[:2])
        product = left @ right.mT
        args = [product.requires_grad_(args[0].requires_grad), *args[2:]]
    order = ORDERS.get(operator.name)
    if operator.name == "normal" and operator.variant_test_name == "number_mean":
        order = [1, 0]
    if order is None:
        return args, dict(sample.kwargs), 0
    return [args[position] for position in order] + args[len(order):], dict(sample.kwargs), order.index(0)


def python_form(operator):
    if operator.name in ORDERS:
        return functools.reduce(getattr, operator.name.split("."), torch)
    if operator.name in METHODS:
        return METHODS[operator.name]
    if operator.name in RANDOM | PLAIN:
        return functools.reduce(getattr, operator.name.split("."), torch)
    if operator.name == "__getitem__":
        return lambda tensor, index: tensor[tuple(index) if isinstance(index, list) else index]
    if operator.name == "nn.functional.scaled_dot_product_attention":
        return plain_attention
    return operator.op


def plain_attention(*args, **kwargs) -> torch.Tensor:
    """The fast kernel has no second derivatives; the plain one gives the same numbers."""
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        return torch.nn.functional.scaled_dot_product_attention(*args, **kwargs)


def forms_of(name: str) -> list[str]:
    """How Python calls an operator: as functions, and as a method."""
    if name.startswith(("nn.functional.", "linalg.")):
        forms = [f"torch.{name}"]
    elif name in METHODS:
        forms = [f"Tensor.{METHOD_NAMES[name]}"]
    else:
        owners = {"torch": torch, "Tensor": torch.Tensor}
        # `torch.float` is a dtype; only the method converts.
        forms = [f"{home}.{name}" for home, owner in owners.items() if is_form(owner, name)]
    return forms + SECOND_NAMES.get(name, [])


def is_form(owner, name: str) -> bool:
    value = getattr(owner, name, None)
    return callable(value) or (owner is torch.Tensor and name in ("H", "T", "mH", "mT"))
