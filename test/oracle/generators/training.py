"""Training a small network: the losses of every step and the parameters at the end."""

import itertools
from pathlib import Path

import torch
from torch import nn

from .encode import encode_tensor, write_lines

# Adam divides by the size of the gradient, which makes much of a rounding error where that is small: its long runs are in float64.
RUNS = {"SGD": [("float32", 20)], "Adam": [("float32", 20), ("float64", 100)], "AdamW": [("float64", 100)]}
OPTIONS = {
    "SGD": [
        {"lr": 0.1},
        {"lr": 0.05, "momentum": 0.9},
        {"lr": 0.05, "momentum": 0.9, "nesterov": True},
        {"lr": 0.1, "weight_decay": 0.01},
        {"lr": 0.02, "momentum": 0.8, "dampening": 0.3, "weight_decay": 0.1},
        {"lr": 0.02, "momentum": 0.5, "maximize": True},
    ],
    "Adam": [
        {},
        {"lr": 0.02, "betas": [0.8, 0.95]},
        {"lr": 0.01, "weight_decay": 0.1, "eps": 0.001},
        {"lr": 0.02, "betas": [0.5, 0.9], "amsgrad": True},
        {"lr": 0.002, "maximize": True, "weight_decay": 0.05, "amsgrad": True},
        {"lr": 0.01, "weight_decay": 0.2, "decoupled_weight_decay": True},
    ],
    "AdamW": [{"lr": 0.01}, {"lr": 0.01, "weight_decay": 0.3, "amsgrad": True}],
}


def regression():
    inputs = torch.linspace(-1, 1, 12).reshape(6, 2)
    return inputs, (inputs * inputs).sum(1, keepdim=True), 1, nn.MSELoss()


def classification():
    inputs = torch.linspace(-2, 2, 16).reshape(8, 2)
    return inputs, torch.tensor([0, 1, 2, 0, 2, 1, 1, 0]), 3, nn.CrossEntropyLoss()


TASKS = {"MSELoss": regression, "CrossEntropyLoss": classification}


def train(task: str, optimizer_name: str, options: dict, dtype: str, steps: int) -> dict:
    inputs, targets, out_features, loss_function = TASKS[task]()
    inputs, targets = [given.to(getattr(torch, dtype)) if given.is_floating_point() else given for given in (inputs, targets)]
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 5), nn.ReLU(), nn.Linear(5, out_features)).to(inputs.dtype)
    row = {"loss": task, "optimizer": optimizer_name, "options": options, "dtype": dtype}
    row |= {"inputs": encode_tensor(inputs), "targets": encode_tensor(targets)}
    row["initial"] = [encode_tensor(parameter) for parameter in model.parameters()]
    optimizer = getattr(torch.optim, optimizer_name)(model.parameters(), **options)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = loss_function(model(inputs), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    row["losses"] = encode_tensor(torch.stack(losses))
    row["final"] = [encode_tensor(parameter) for parameter in model.parameters()]
    return row


def generate(folder: Path) -> None:
    choices = [(name, options, *run) for name in OPTIONS for run in RUNS[name] for options in OPTIONS[name]]
    rows = [train(task, *choice) for task, choice in itertools.product(TASKS, choices)]
    write_lines(folder / "training.json", {"trajectories": rows})
