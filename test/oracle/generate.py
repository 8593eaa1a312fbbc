"""Writes PyTorch's answers into `data/`, next to this file; two runs on one machine write the same bytes.

Needs Python with `torch==2.13.0` and `numpy`. Run it as `python test/oracle/generate.py`, or with the names of some parts only:
`python test/oracle/generate.py printing operators`.
"""

import sys
from pathlib import Path

import torch

from generators import modules, operators, printing, programs, random_numbers, training

EXPECTED_VERSION = "2.13.0"
PARTS = {
    "printing": printing,
    "operators": operators,
    "modules": modules,
    "programs": programs,
    "random": random_numbers,
    "training": training,
}


def main(names: list[str]) -> None:
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        sys.exit(f"No such part: {', '.join(unknown)}. The parts are {', '.join(PARTS)}.")
    if torch.__version__.split("+")[0] != EXPECTED_VERSION:
        sys.exit(f"The answers are those of torch {EXPECTED_VERSION}; this is torch {torch.__version__}.")
    torch.set_num_threads(1)
    for name in names or PARTS:
        PARTS[name].generate(Path(__file__).parent / "data")


main(sys.argv[1:])
