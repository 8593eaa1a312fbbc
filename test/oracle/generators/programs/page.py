"""What programs print: `show` prints a tensor or a plain value; `fails` runs a function that must raise, and prints the name of the exception."""

import torch

LINES: list[str] = []
MESSAGES: list[str] = []


def show(*values) -> None:
    LINES.append(" ".join(str(value) for value in values))


def fails(action) -> None:
    try:
        action()
    except Exception as error:  # noqa: BLE001 - its class is what the program shows
        LINES.append(type(error).__name__)
        MESSAGES.append(str(error).splitlines()[0][:160])
    else:
        raise AssertionError("the program says that this must fail")


def name_of(function):
    return None if function is None else type(function).__name__


def leaf(values):
    return torch.tensor(values, requires_grad=True)


def run(program) -> dict:
    LINES.clear()
    MESSAGES.clear()
    torch.manual_seed(0)
    program()
    return {"name": program.__name__.replace("_", " "), "lines": list(LINES)} | ({"messages": list(MESSAGES)} if MESSAGES else {})
