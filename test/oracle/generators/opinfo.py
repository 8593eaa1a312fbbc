"""The names that PyTorch's OpInfo samples for float32 on the CPU, and how Python calls each."""

from pathlib import Path

import torch

from .encode import compact
from .operators import common_methods_invocations, forms_of

# Names outside of torch, Tensor, torch.linalg and torch.nn.functional.
OTHER_HOMES = ("fft.", "masked.", "signal.", "sparse.", "special.", "_refs.", "torch.ops.")


def form(name: str) -> list[str]:
    """OpInfo samples a few names that are no function's."""
    return forms_of(name) or [f"torch.{name}"]


def generate(folder: Path) -> None:
    names = {operator.name for operator in common_methods_invocations.op_db if torch.float32 in operator.supported_dtypes("cpu")}
    rows = [{"name": name, "forms": form(name)} for name in sorted(names) if not name.startswith(OTHER_HOMES)]
    text = ",\n".join(compact(row) for row in rows)
    (folder / "opinfo.json").write_text(f"[\n{text}\n]\n", encoding="utf-8")
