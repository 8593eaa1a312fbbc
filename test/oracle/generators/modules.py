"""Modules of attention and the numbers that parameters begin with: outputs and gradients after a seed."""

import inspect
from pathlib import Path

import torch
from torch import nn

from .encode import encode_tensor, write_lines
from .operators import cotangent, encode_argument, map_arguments

BOOL = torch.bool
PADDING = torch.tensor([[False, False, True], [False, True, True]])
CAUSAL = torch.full((3, 3), -float("inf")).triu(1)


def x(*shape):
    """Numbers that differ, of size 1 or so; drawn where they are used, so that a row stands alone."""
    count = torch.Size(shape).numel()
    return torch.sin(torch.arange(count) * 1.7 + len(shape)).reshape(shape)


# Name, arguments, keywords, inputs, keywords of the call; an input that is "same" is the first one again.
ATTENTION = [
    ("MultiheadAttention", [4, 2], {}, [x(3, 2, 4), "same", "same"], {}),
    ("MultiheadAttention", [4, 2], {"batch_first": True}, [x(2, 3, 4), "same", "same"], {"need_weights": False}),
    ("MultiheadAttention", [4, 2], {}, [x(3, 2, 4), "same", "same"], {"need_weights": False, "key_padding_mask": PADDING}),
    ("MultiheadAttention", [4, 2, 0, False], {"batch_first": True}, [x(2, 3, 4), "same", "same"], {"need_weights": False, "attn_mask": CAUSAL, "is_causal": True}),
    ("MultiheadAttention", [4, 2], {"batch_first": True}, [x(2, 3, 4), "same", "same"], {"attn_mask": CAUSAL.bool(), "key_padding_mask": PADDING.roll(1, 0).logical_and(torch.tensor(False))}),
    ("MultiheadAttention", [4, 2], {"batch_first": True}, [x(2, 3, 4), "same", "same"], {"need_weights": False, "attn_mask": x(4, 3, 3)}),
    ("MultiheadAttention", [6, 3], {"batch_first": True}, [x(2, 2, 6), x(2, 5, 6), x(2, 5, 6).cos()], {"average_attn_weights": False}),
    ("MultiheadAttention", [6, 3], {}, [x(2, 2, 6), x(5, 2, 6), "second"], {"need_weights": False}),
    ("MultiheadAttention", [4, 1], {"kdim": 3, "vdim": 5}, [x(2, 2, 4), x(3, 2, 3), x(3, 2, 5)], {}),
    ("MultiheadAttention", [4, 2], {"add_bias_kv": True, "add_zero_attn": True}, [x(3, 2, 4), "same", "same"], {"attn_mask": CAUSAL}),
    ("MultiheadAttention", [4, 2], {"add_zero_attn": True}, [x(3, 2, 4), "same", "same"], {"need_weights": False, "key_padding_mask": PADDING}),
    ("MultiheadAttention", [4, 2], {}, [x(3, 4), "same", "same"], {"key_padding_mask": PADDING[0]}),
    ("MultiheadAttention", [4, 2], {}, [x(3, 4), "same", "same"], {"need_weights": False}),
]
# The same for layers of transformers, and whether they train.
LAYERS = [
    ("TransformerEncoderLayer", [4, 2, 6, 0], {}, [x(3, 2, 4)], {}, True),
    ("TransformerEncoderLayer", [4, 2], {"dim_feedforward": 5, "dropout": 0, "batch_first": True}, [x(2, 3, 4)], {"src_mask": CAUSAL, "is_causal": True}, True),
    ("TransformerEncoderLayer", [4, 2], {"dim_feedforward": 5, "dropout": 0, "batch_first": True, "norm_first": True}, [x(2, 3, 4)], {"src_key_padding_mask": PADDING}, True),
    ("TransformerEncoderLayer", [4, 1, 3], {"dropout": 0, "bias": False, "layer_norm_eps": 0.1}, [x(3, 2, 4)], {}, True),
    ("TransformerEncoderLayer", [4, 2, 6], {"batch_first": True}, [x(2, 3, 4)], {}, False),
    ("TransformerEncoderLayer", [4, 2, 6, 0, "gelu"], {"batch_first": True}, [x(2, 3, 4)], {}, True),
    ("TransformerEncoderLayer", [4, 2, 6], {}, [x(3, 4)], {}, False),
    ("GLU", [], {}, [x(2, 4)], {}, True),
    ("PReLU", [], {"num_parameters": 3, "init": 0.5}, [x(2, 3)], {}, True),
    ("RReLU", [], {}, [x(2, 3)], {}, False),
    ("Softmax2d", [], {}, [x(2, 2, 3)], {}, True),
    ("Unflatten", [1, (2, -1)], {}, [x(2, 4)], {}, True),
    ("InstanceNorm3d", [2], {"affine": True}, [x(1, 2, 2, 2, 2)], {}, True),
    ("BatchNorm2d", [2], {"bias": False}, [x(1, 2, 2, 2)], {}, True),
    ("GroupNorm", [1, 2], {"bias": False}, [x(1, 2, 2, 2)], {}, True),
    ("Bilinear", [2, 3, 2], {}, [x(2, 2), x(2, 3)], {}, True),
    ("Bilinear", [2, 3, 2], {"bias": False}, [x(2), x(3)], {}, True),
]
ACTIVATIONS = [
    ("Tanh", [], {}), ("Sigmoid", [], {}), ("GELU", [], {}), ("GELU", [], {"approximate": "tanh"}), ("SiLU", [], {}), ("SiLU", [True], {}), ("ReLU6", [], {}),
    ("LeakyReLU", [], {}), ("LeakyReLU", [0.2], {"inplace": True}), ("ELU", [], {}), ("ELU", [0.5, True], {}), ("Softplus", [], {}), ("Softplus", [0.5], {"threshold": 0.3}),
    ("Hardtanh", [], {}), ("Hardtanh", [-0.5], {"max_val": 0.25}), ("Identity", [], {}),
    ("CELU", [], {}), ("CELU", [0.5, True], {}), ("SELU", [], {}), ("SELU", [True], {}), ("Mish", [], {}), ("LogSigmoid", [], {}), ("Softsign", [], {}), ("Tanhshrink", [], {}),
    ("Softmin", [], {}), ("Softmin", [0], {}), ("Hardsigmoid", [], {}), ("Hardswish", [True], {}), ("Threshold", [0.1, 20], {}),
    ("Threshold", [0.1, 20, True], {}), ("Hardshrink", [], {}), ("Softshrink", [0.3], {}), ("PReLU", [], {}),
    ("RReLU", [], {}), ("RReLU", [0.1], {"upper": 0.3, "inplace": True}),
]
IMAGE, SEQUENCE, VOLUME = x(1, 2, 4, 5), x(2, 2, 6), x(1, 2, 3, 4, 3)
POSITIONS = torch.tensor([[[0, 3, 5], [1, 2, 4]]])
SPATIAL = [
    ("MaxPool3d", [2], {}, VOLUME), ("MaxPool3d", [(2, 3, 2)], {"stride": 1, "padding": 1}, VOLUME), ("AvgPool3d", [2], {"stride": 1, "count_include_pad": False, "padding": 1}, VOLUME),
    ("AdaptiveAvgPool3d", [(1, None, 2)], {}, VOLUME), ("AdaptiveMaxPool1d", [2], {}, SEQUENCE), ("AdaptiveMaxPool3d", [2], {}, VOLUME),
    ("FractionalMaxPool2d", [2], {"output_size": (2, 3)}, IMAGE), ("FractionalMaxPool3d", [2], {"output_ratio": (0.5, 0.5, 0.5)}, VOLUME),
    ("LPPool1d", [2, 3], {}, SEQUENCE), ("LPPool2d", [2, 3], {"stride": 1, "ceil_mode": True}, IMAGE), ("LPPool3d", [2, (1, 2, 2)], {}, VOLUME),
    ("Upsample", [(3, 4)], {}, SEQUENCE[None].cos()), ("Upsample", [], {"scale_factor": 2.5, "mode": "bilinear", "align_corners": True}, IMAGE),
    ("UpsamplingNearest2d", [], {"scale_factor": 2}, IMAGE), ("UpsamplingBilinear2d", [3], {}, IMAGE),
    ("ZeroPad1d", [1], {}, SEQUENCE), ("ZeroPad2d", [(1, 2, 0, 1)], {}, IMAGE), ("ZeroPad3d", [1], {}, VOLUME),
    ("ConstantPad1d", [1, 2.5], {}, SEQUENCE), ("ConstantPad2d", [(1, 0, -1, 1), 2.5], {}, IMAGE), ("ConstantPad3d", [1, 0.5], {}, VOLUME),
    ("ReflectionPad1d", [(2, 1)], {}, SEQUENCE), ("ReflectionPad2d", [1], {}, IMAGE), ("ReflectionPad3d", [1], {}, VOLUME),
    ("ReplicationPad1d", [2], {}, SEQUENCE), ("ReplicationPad2d", [(1, 2, 0, 1)], {}, IMAGE), ("ReplicationPad3d", [1], {}, VOLUME),
    ("CircularPad1d", [2], {}, SEQUENCE), ("CircularPad2d", [(1, 2, 0, 1)], {}, IMAGE), ("CircularPad3d", [1], {}, VOLUME),
    ("Unfold", [2], {}, IMAGE), ("Unfold", [(2, 3)], {"padding": 1, "stride": 2}, IMAGE), ("Fold", [(3, 4), 2], {}, x(1, 8, 6)),
    ("Dropout1d", [0.4], {}, SEQUENCE), ("Dropout2d", [], {}, IMAGE), ("Dropout3d", [0.4], {"inplace": True}, VOLUME),
    ("AlphaDropout", [0.3], {}, SEQUENCE), ("FeatureAlphaDropout", [], {}, SEQUENCE),
    ("Conv1d", [2, 2, 3], {"padding": 2, "padding_mode": "circular"}, SEQUENCE), ("Conv2d", [2, 1, (2, 3)], {"padding": "same", "padding_mode": "reflect"}, IMAGE),
    ("Conv3d", [2, 1, 2], {"padding": (1, 0, 2), "padding_mode": "replicate", "bias": False}, VOLUME),
]
UNPOOLING = [
    ("MaxUnpool1d", [2], {}, [x(1, 2, 3)], {"indices": POSITIONS}, True),
    ("MaxUnpool2d", [2], {"stride": (1, 2), "padding": (0, 1)}, [x(2, 1, 3)], {"indices": POSITIONS.reshape(2, 1, 3), "output_size": (2, 5)}, True),
    ("MaxUnpool3d", [(1, 2, 2)], {}, [x(2, 1, 1, 3)], {"indices": POSITIONS.reshape(2, 1, 1, 3)}, True),
]
# nn.init: the function, the shape, and further arguments.
INITIAL = [
    ("uniform_", [3, 4], {"a": -2, "b": 3}), ("normal_", [3, 4], {"mean": 1, "std": 0.5}), ("normal_", [5, 7], {}), ("constant_", [2], {"val": 0.3}),
    ("ones_", [2, 2], {}), ("zeros_", [2, 2], {}), ("eye_", [2, 3], {}), ("xavier_uniform_", [3, 4], {}), ("xavier_uniform_", [3, 2, 2, 2], {"gain": 2}),
    ("xavier_normal_", [4, 5], {}), ("kaiming_uniform_", [3, 4], {}), ("kaiming_uniform_", [3, 2, 3], {"a": 0.3, "mode": "fan_out"}),
    ("kaiming_normal_", [4, 6], {"nonlinearity": "relu"}), ("kaiming_normal_", [4, 4], {"nonlinearity": "tanh"}), ("kaiming_uniform_", [2, 8], {"nonlinearity": "linear"}),
    ("kaiming_uniform_", [2, 3], {"nonlinearity": "selu"}), ("orthogonal_", [4, 3], {}), ("orthogonal_", [2, 3, 2], {"gain": 2.5}), ("sparse_", [5, 3], {"sparsity": 0.3, "std": 0.5}),
    ("dirac_", [4, 3, 2], {}), ("dirac_", [4, 2, 3, 3], {"groups": 2}), ("dirac_", [2, 2, 1, 2, 3], {}), ("trunc_normal_", [30], {}),
    ("trunc_normal_", [20], {"mean": 1, "std": 0.5, "a": 0.5, "b": 1.25}), ("trunc_normal_", [20], {"a": 1.5, "b": 2.5}),
]

# Arguments that have no default, or one that is no number, word or truth value.
GIVEN = {
    "in_features": 3, "in1_features": 3, "in2_features": 2, "out_features": 2, "in_channels": 2, "out_channels": 4, "kernel_size": 2, "output_size": 3, "padding": 1,
    "num_features": 2, "num_groups": 1, "num_channels": 2, "normalized_shape": (3,), "num_embeddings": 3, "num_classes": 3, "n_classes": 5, "cutoffs": [2], "embedding_dim": 2, "embed_dim": 4, "num_heads": 2, "d_model": 4,
    "nhead": 2, "upscale_factor": 2, "downscale_factor": 2, "groups": 1, "size": 2, "norm_type": 2, "dim": 1, "unflattened_size": (2, -1), "threshold": 0.5, "value": 0.25,
    "activation": "relu",
}
# Where that would be wrong: one of two is given; and names that were given up, or that nothing else goes with.
INSTEAD = {
    "Fold": {"output_size": (4, 4)}, "FractionalMaxPool2d": {"output_size": 2}, "FractionalMaxPool3d": {"output_size": 2}, "Upsample": {"size": 2},
    "UpsamplingNearest2d": {"size": 2}, "UpsamplingBilinear2d": {"size": 2},
}
LEFT_OUT = {"min_value", "max_value"}
# Modules that take anything, that hold others, that are lazy or recurrent.
WITHOUT_CONSTRUCTOR = (
    "Identity Sequential ModuleList ModuleDict ParameterList ParameterDict Module Container DataParallel TransformerEncoder TransformerDecoder Transformer"
).split()


def constructor_row(name: str) -> dict:
    """How a module is made with all its arguments, those by name alone apart."""
    signature = inspect.signature(getattr(nn, name))
    known = [one for one in signature.parameters.values() if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD) and one.name not in LEFT_OUT]
    required = [one.name for one in known if one.default is one.empty]
    chosen = {one.name: GIVEN[one.name] if one.name in required or one.name == "activation" else one.default for one in known} | INSTEAD.get(name, {})
    module = getattr(nn, name)(**chosen)
    return {
        "module": name, "required": sorted({*required, *INSTEAD.get(name, {})}, key=list(chosen).index), "arguments": chosen,
        "byNameOnly": [one.name for one in known if one.kind == one.KEYWORD_ONLY], "printed": str(module),
    }


def constructors() -> list[str]:
    """All modules but those that the list above names, and lazy and recurrent ones."""
    classes = [name for name in dir(nn) if inspect.isclass(getattr(nn, name)) and issubclass(getattr(nn, name), nn.Module)]
    return [name for name in classes if name not in WITHOUT_CONSTRUCTOR and not name.startswith(("Lazy", "RNN", "LSTM", "GRU"))]


def resolved(inputs: list) -> list:
    tensors = [item if isinstance(item, str) else item.clone().requires_grad_() for item in inputs]
    return [{"same": tensors[0], "second": tensors[1]}[item] if isinstance(item, str) else item for item in tensors]


def module_row(name: str, args: list, kwargs: dict, inputs: list, call: dict, training: bool) -> dict:
    torch.manual_seed(3)
    module = getattr(nn, name)(*args, **kwargs).train(training)
    tensors = resolved(inputs)
    # A leaf is not written in place: modules get the result of an operation.
    given = {id(tensor): tensor * 1 for tensor in tensors}
    outputs = module(*[given[id(tensor)] for tensor in tensors], **call)
    results = [item for item in (outputs if isinstance(outputs, tuple) else [outputs]) if item is not None]
    torch.autograd.backward(results, [cotangent(result, turn) for turn, result in enumerate(results)])
    leaves = {id(tensor): tensor for tensor in tensors}.values()
    return {
        "module": name, "args": args, "kwargs": kwargs, "training": training,
        "inputs": [item if isinstance(item, str) else encode_tensor(item) for item in inputs],
        "call": map_arguments(call, encode_argument),
        "printed": str(module),
        "parameters": {key: encode_tensor(parameter) for key, parameter in module.named_parameters()},
        "outputs": [encode_tensor(result) for result in results],
        "gradients": [encode_tensor(leaf.grad) for leaf in [*leaves, *module.parameters()]],
    }


def initial_row(name: str, shape: list, kwargs: dict) -> dict:
    torch.manual_seed(5)
    return {"function": name, "shape": shape, "kwargs": kwargs, "result": encode_tensor(getattr(nn.init, name)(torch.empty(shape), **kwargs))}


def generate(folder: Path) -> None:
    rows = [*[(*row, True) for row in ATTENTION], *LAYERS, *[(*row, [x(7) * 2], {}, True) for row in ACTIVATIONS], *[(*row, [item], {}, True) for *row, item in SPATIAL], *UNPOOLING]
    lists = {"modules": [module_row(*row) for row in rows], "initial": [initial_row(*row) for row in INITIAL], "constructors": [constructor_row(name) for name in constructors()]}
    write_lines(folder / "modules.json", lists)
