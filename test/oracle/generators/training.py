"""Twenty steps of training a small network: the losses of every step and the parameters at the end."""

import itertools
from pathlib import Path

import torch
from torch import nn

from .encode import encode_tensor, write_lines

STEPS = 20
OPTIONS = [
    {"lr": 0.1},
    {"lr": 0.05, "momentum": 0.9},
    {"lr": 0.05, "momentum": 0.9, "nesterov": True},
    {"lr": 0.1, "weight_decay": 0.01},
    {"lr": 0.02, "momentum": 0.8, "dampening": 0.3, "weight_decay": 0.1},
    {"lr": 0.02, "momentum": 0.5, "maximize": True},
]


def regression():
    inputs = torch.linspace(-1, 1, 12).reshape(6, 2)
    return inputs, (inputs * inputs).sum(1, keepdim=True), 1, nn.MSELoss()


def classification():
    inputs = torch.linspace(-2, 2, 16).reshape(8, 2)
    return inputs, torch.tensor([0, 1, 2, 0, 2, 1, 1, 0]), 3, nn.CrossEntropyLoss()


TASKS = {"MSELoss": regression, "CrossEntropyLoss": classification}


def train(task: str, options: dict) -> dict:
    inputs, targets, out_features, loss_function = TASKS[task]()
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 5), nn.ReLU(), nn.Linear(5, out_features))
    row = {"loss": task, "options": options, "inputs": encode_tensor(inputs), "targets": encode_tensor(targets)}
    row["initial"] = [encode_tensor(parameter) for parameter in model.parameters()]
    optimizer = torch.optim.SGD(model.parameters(), **options)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = loss_function(model(inputs), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    row["losses"] = encode_tensor(torch.stack(losses))
    row["final"] = [encode_tensor(parameter) for parameter in model.parameters()]
    return row


def generate(folder: Path) -> None:
    rows = [train(task, options) for task, options in itertools.product(TASKS, OPTIONS)]
    write_lines(folder / "training.json", {"trajectories": rows})
