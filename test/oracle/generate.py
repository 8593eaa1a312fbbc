"""Writes PyTorch's answers into `data/`, next to this file; two runs on one machine write the same bytes.

Needs Python with `torch==2.13.0` and `numpy`; some parts need more (NEEDS), and are left out where they do not find it. Run it as `python test/oracle/generate.py`, or with the names of some parts only:
`python test/oracle/generate.py printing operators`. Names of operators behind `operators` write those only: `generate.py operators add mul`.
"""

import os
import sys
from importlib import metadata
from pathlib import Path

# OpInfo walks sets of strings in places, whose order Python draws anew for each process.
if os.environ.get("PYTHONHASHSEED") != "0":
    os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | {"PYTHONHASHSEED": "0"})

import torch  # noqa: E402

from generators import (
    autograd,
    character_gpt,
    layers,
    lazy,
    loading,
    mistakes,
    model_runs,
    modules,
    numpy_files,
    operators,
    opinfo,
    printing,
    programs,
    promotion,
    random_numbers,
    recurrent,
    saved_files,
    schedules,
    tokenizers,
    training,
    vision,
)

EXPECTED_VERSION = "2.13.0"
PARTS = {
    "autograd": autograd,
    "character-gpt": character_gpt,
    "data": loading,
    "printing": printing,
    "mistakes": mistakes,
    "numpy": numpy_files,
    "operators": operators,
    "opinfo": opinfo,
    "layers": layers,
    "lazy": lazy,
    "model-runs": model_runs,
    "modules": modules,
    "programs": programs,
    "promotion": promotion,
    "random": random_numbers,
    "schedules": schedules,
    "recurrent": recurrent,
    "saved-files": saved_files,
    "tokenizers": tokenizers,
    "training": training,
    "vision": vision,
}

NEEDS = {
    "saved-files": {"safetensors": "0.8.0"},
    "tokenizers": {"tokenizers": "0.23.2"},
    "vision": {"torchvision": "0.28.0", "pillow": "12.3.0"},
}
"""What parts need beyond PyTorch and NumPy."""


def needed(part: str) -> list[str]:
    """What a part needs and does not find, as pip takes it."""
    return [f"{name}=={version}" for name, version in NEEDS.get(part, {}).items() if installed(name) != version]


def installed(name: str) -> str | None:
    try:
        return metadata.version(name).split("+")[0]
    except metadata.PackageNotFoundError:
        return None


def main(names: list[str]) -> None:
    if names[:1] == ["operators"] and not set(names[1:]) & PARTS.keys():
        parts, chosen = ["operators"], names[1:]
    else:
        parts, chosen = names or list(PARTS), []
    unknown = [name for name in parts if name not in PARTS] + [name for name in chosen if name not in operators.OPERATORS]
    if unknown:
        sys.exit(f"No such part or operator: {', '.join(unknown)}. The parts are {', '.join(PARTS)}.")
    if torch.__version__.split("+")[0] != EXPECTED_VERSION:
        sys.exit(f"The answers are those of torch {EXPECTED_VERSION}; this is torch {torch.__version__}.")
    torch.set_num_threads(1)
    folder = Path(__file__).parent / "data"
    for part in parts:
        if missing := needed(part):
            if names:
                sys.exit(f"{part} needs {' '.join(missing)}.")
            print(f"left out: {part}, which needs {' '.join(missing)}")
        elif part == "operators":
            operators.generate(folder, chosen)
        else:
            PARTS[part].generate(folder)


main(sys.argv[1:])
