"""Recurrent networks and their cells: first weights after a seed, printed forms, outputs and gradients."""

from pathlib import Path

import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from .encode import encode_tensor, write_lines
from .modules import x
from .operators import cotangent

# Name, arguments, keywords, input, states or None, and lengths where the input is packed.
NETWORKS = [
    ("RNN", [3, 2], {}, x(3, 2, 3), None, None),
    ("RNN", [3, 2, 2, "relu"], {"bidirectional": True}, x(3, 2, 3), [x(4, 2, 2)], None),
    ("RNN", [2, 2, 1, "tanh", False, True], {}, x(2, 3, 2), [x(1, 2, 2)], None),
    ("RNN", [2, 3], {"batch_first": True}, x(3, 2), [x(1, 3)], None),
    ("GRU", [3, 2], {}, x(3, 2, 3), [x(1, 2, 2)], None),
    ("GRU", [2, 2, 2], {"batch_first": True, "bidirectional": True}, x(2, 3, 2), None, None),
    ("GRU", [2, 2], {"bias": False}, x(3, 2), None, None),
    ("GRU", [2, 2, 2], {"bidirectional": True}, x(4, 3, 2), [x(4, 3, 2)], [4, 2, 1]),
    ("GRU", [2, 2, 3], {"dropout": 0.5}, x(3, 2, 2), None, None),
    ("LSTM", [3, 2], {}, x(3, 2, 3), [x(1, 2, 2), x(1, 2, 2).cos()], None),
    ("LSTM", [2, 2, 2, False, True], {"bidirectional": True}, x(2, 3, 2), None, None),
    ("LSTM", [2, 3, 2], {"proj_size": 2, "bidirectional": True}, x(3, 2, 2), [x(4, 2, 2), x(4, 2, 3)], None),
    ("LSTM", [2, 3], {"proj_size": 1, "bias": False}, x(3, 2), None, None),
    ("LSTM", [2, 2], {}, x(3, 2), [x(1, 2), x(1, 2).cos()], None),
    ("LSTM", [2, 2, 2], {"dropout": 0.25, "bidirectional": True}, x(3, 2, 2), None, None),
    ("LSTM", [2, 2, 2], {"bidirectional": True, "batch_first": True}, x(4, 3, 2), [x(4, 3, 2), x(4, 3, 2).cos()], [2, 4, 1]),
    ("LSTM", [2, 2], {"dtype": torch.float64}, x(3, 2, 2).double(), None, None),
    ("RNNCell", [3, 2], {}, x(2, 3), None, None),
    ("RNNCell", [3, 2, False, "relu"], {}, x(2, 3), [x(2, 2)], None),
    ("GRUCell", [3, 2], {}, x(2, 3), [x(2, 2)], None),
    ("GRUCell", [3, 2, False], {}, x(3), None, None),
    ("LSTMCell", [3, 2], {}, x(2, 3), [x(2, 2), x(2, 2).cos()], None),
    ("LSTMCell", [3, 2], {"bias": False}, x(3), [x(2), x(2).cos()], None),
]


def flat(result) -> list:
    """All tensors of a result that carry gradients, in order."""
    if isinstance(result, PackedSequence):
        return [result.data]
    return [result] if isinstance(result, torch.Tensor) else [tensor for item in result for tensor in flat(item)]


def row(name: str, args: list, kwargs: dict, given: torch.Tensor, states: list | None, lengths: list | None) -> dict:
    torch.manual_seed(3)
    network = getattr(nn, name)(*args, **kwargs)
    leaves = [tensor.clone().requires_grad_() for tensor in [given, *(states or [])]]
    source, hx = leaves[0], leaves[1:]
    if lengths is not None:
        source = pack_padded_sequence(source, lengths, enforce_sorted=False)
    torch.manual_seed(4)
    results = flat(network(source, None if states is None else tuple(hx) if len(hx) == 2 else hx[0]))
    torch.autograd.backward(results, [cotangent(result, turn) for turn, result in enumerate(results)])
    return {
        "module": name, "args": args, "kwargs": {key: str(value).removeprefix("torch.") if key == "dtype" else value for key, value in kwargs.items()}, "lengths": lengths,
        "input": encode_tensor(given), "states": None if states is None else [encode_tensor(state) for state in states],
        "printed": str(network),
        "parameters": {key: encode_tensor(parameter) for key, parameter in network.named_parameters()},
        "outputs": [encode_tensor(result) for result in results],
        "gradients": [encode_tensor(leaf.grad) for leaf in [*leaves, *network.parameters()]],
    }


def generate(folder: Path) -> None:
    write_lines(folder / "recurrent.json", {"networks": [row(*one) for one in NETWORKS]})
