"""Modules of transformers that write, losses with layers of their own, and older normalisations: in the form of `modules.py`."""

from pathlib import Path

import torch

from .encode import write_lines
from .modules import CAUSAL, PADDING, module_row, x

LABELS = torch.tensor([0, 4, 2, 9, 5])
MEMORY = {"memory_key_padding_mask": PADDING, "tgt_mask": CAUSAL, "tgt_is_causal": True}
LAYERS = [
    ("TransformerDecoderLayer", [4, 2, 5, 0], {}, [x(2, 2, 4), x(3, 2, 4).cos()], {}, True),
    ("TransformerDecoderLayer", [4, 2, 5, 0], {"batch_first": True, "norm_first": True}, [x(2, 3, 4), x(2, 3, 4).cos()], MEMORY, True),
    ("TransformerDecoderLayer", [4, 1, 3], {"activation": "gelu", "bias": False}, [x(2, 4), x(3, 4).cos()], {}, False),
    ("Transformer", [4, 2, 1, 1, 3, 0], {"batch_first": True}, [x(2, 3, 4), x(2, 3, 4).cos()], MEMORY | {"src_key_padding_mask": PADDING, "src_mask": CAUSAL}, True),
    ("Transformer", [2, 1, 1, 2, 3], {"bias": False, "norm_first": True}, [x(2, 1, 2), x(3, 1, 2).cos()], {}, False),
    ("AdaptiveLogSoftmaxWithLoss", [4, 10, [3, 7]], {"div_value": 2}, [x(5, 4)], {"target_": LABELS}, True),
    ("AdaptiveLogSoftmaxWithLoss", [4, 10, [5]], {"head_bias": True}, [x(4)], {"target_": torch.tensor(7)}, True),
    ("LinearCrossEntropyLoss", [4, 10], {"bias": True, "label_smoothing": 0.1, "ignore_index": 2}, [x(5, 4)], {"target": LABELS}, True),
    ("LinearCrossEntropyLoss", [2, 3], {"out_features": (2,), "reduction": "sum"}, [x(2, 2)], {"target": torch.tensor([[0, 2], [1, 1]])}, True),
    ("SyncBatchNorm", [2], {"momentum": None, "bias": False}, [x(3, 2)], {}, True),
]


def generate(folder: Path) -> None:
    write_lines(folder / "layers.json", {"layers": [module_row(*row) for row in LAYERS]})
