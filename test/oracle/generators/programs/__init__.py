"""Short programs, with every line that they print. `programs.test.ts` has the same programs, under the same names, in TypeScript."""

import inspect
import warnings
from pathlib import Path

from ..encode import write_lines
from . import containers, creation, dtypes, elements, engine, first_values, images, module_hooks, networks, nn_utils, pruning, subscripts, tutorials
from .page import run


def programs() -> list:
    found = []
    for module in (engine, creation, networks, module_hooks, containers, nn_utils, pruning, first_values, images, subscripts, dtypes, elements, tutorials):
        values = [value for value in vars(module).values() if inspect.isfunction(value) and value.__module__ == module.__name__]
        found += [value for value in values if not inspect.signature(value).parameters]
    return found


def generate(folder: Path) -> None:
    # PyTorch warns of reference cycles after `backward(create_graph=True)`.
    warnings.simplefilter("ignore")
    write_lines(folder / "programs.json", {"programs": [run(program) for program in programs()]})
