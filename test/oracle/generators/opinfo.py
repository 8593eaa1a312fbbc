"""The names that PyTorch's OpInfo samples for float32 on the CPU, and how Python calls each."""

from pathlib import Path

import torch

from .encode import compact
from .internals import common_methods_invocations
from .operator_calls import forms_of

# Names outside of torch, Tensor, torch.linalg and torch.nn.functional.
OTHER_HOMES = ("fft.", "masked.", "signal.", "sparse.", "special.", "_refs.", "torch.ops.")


def generate(folder: Path) -> None:
    names = {operator.name for operator in common_methods_invocations.op_db if torch.float32 in operator.supported_dtypes("cpu")}
    # A few names can only be reached through torch.ops.
    rows = [{"name": name, "forms": forms_of(name)} for name in sorted(names) if not name.startswith(OTHER_HOMES) and forms_of(name)]
    text = ",\n".join(compact(row) for row in rows)
    (folder / "opinfo.json").write_text(f"[\n{text}\n]\n", encoding="utf-8")
