"""Short programs about data sets and loaders, with every line that they print.

`data-programs.test.ts` has the same programs, under the same names, in TypeScript.
"""

import inspect
import warnings
from pathlib import Path

from ..encode import write_lines
from ..programs.page import run
from . import datasets, loaders, samplers


def programs() -> list:
    found = []
    for module in (datasets, loaders, samplers):
        values = [value for value in vars(module).values() if inspect.isfunction(value) and value.__module__ == module.__name__]
        found += [value for value in values if not inspect.signature(value).parameters]
    return found


def generate(folder: Path) -> None:
    warnings.simplefilter("ignore")
    write_lines(folder / "data-programs.json", {"programs": [run(program) for program in programs()]})
