"""Training a small network: the losses of every step and the parameters at the end."""

import itertools
from pathlib import Path

import torch
from torch import nn

from .encode import encode_tensor, write_lines

# Optimizers that divide by the size of the gradient make much of a rounding error where that is small: long runs are in float64.
RUNS = {"SGD": [("float32", 20)], "Adam": [("float32", 20), ("float64", 100)], "AdamW": [("float64", 100)]}
USUAL_RUNS = [("float32", 20), ("float64", 100)]
# Its steps are long where the loss is nearly flat, and make much of rounding errors: the classes can be told apart without a rest, so that there is no minimum.
LBFGS_RUNS = {"MSELoss": [("float64", 100)], "CrossEntropyLoss": [("float64", 10)]}
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
    "RMSprop": [
        {},
        {"lr": 0.005, "alpha": 0.9, "momentum": 0.5},
        {"lr": 0.005, "centered": True, "eps": 0.001},
        {"lr": 0.001, "centered": True, "momentum": 0.9, "weight_decay": 0.1},
        {"lr": 0.001, "maximize": True, "weight_decay": 0.01},
    ],
    "Adagrad": [
        {},
        {"lr": 0.1, "lr_decay": 0.05, "weight_decay": 0.02},
        {"lr": 0.05, "initial_accumulator_value": 0.5, "eps": 0.001},
        {"lr": 0.01, "maximize": True},
    ],
    "Adadelta": [{}, {"lr": 2.5, "rho": 0.95, "eps": 1e-4}, {"rho": 0.5, "weight_decay": 0.1}, {"maximize": True}],
    "Adamax": [{}, {"lr": 0.05, "betas": [0.7, 0.99], "eps": 0.001}, {"weight_decay": 0.2}, {"maximize": True}],
    "NAdam": [
        {},
        {"lr": 0.02, "betas": [0.8, 0.95], "momentum_decay": 0.1},
        {"lr": 0.01, "weight_decay": 0.1, "eps": 0.001},
        {"lr": 0.01, "weight_decay": 0.2, "decoupled_weight_decay": True},
        {"maximize": True},
    ],
    "RAdam": [
        {},
        {"lr": 0.02, "betas": [0.8, 0.95]},
        {"lr": 0.02, "betas": [0.9, 0.7]},
        {"lr": 0.01, "weight_decay": 0.1, "eps": 0.001},
        {"lr": 0.01, "weight_decay": 0.2, "decoupled_weight_decay": True},
        {"maximize": True},
    ],
    "ASGD": [{}, {"lr": 0.1, "lambd": 0.01, "alpha": 0.5, "t0": 10.0}, {"weight_decay": 0.1, "t0": 0.0}, {"maximize": True}],
    "Rprop": [{}, {"lr": 0.001, "etas": [0.6, 1.1]}, {"step_sizes": [1e-3, 0.02]}, {"lr": 0.001, "maximize": True}],
    "Adafactor": [
        {},
        {"lr": 0.1, "beta2_decay": -0.5, "weight_decay": 0.1},
        {"d": 2.0, "eps": [1e-4, 0.01]},
        {"maximize": True},
    ],
    "Muon": [{}, {"lr": 0.02, "momentum": 0.8, "nesterov": False, "weight_decay": 0.5}, {"adjust_lr_fn": "match_rms_adamw", "ns_steps": 3}],
    "LBFGS": [
        {"max_iter": 2},
        {"lr": 0.2, "max_iter": 4, "history_size": 3},
        {"max_iter": 3, "line_search_fn": "strong_wolfe"},
        {"lr": 0.5, "max_iter": 6, "max_eval": 5, "history_size": 4, "line_search_fn": "strong_wolfe", "tolerance_grad": 1e-4},
    ],
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
    # Muon takes matrices only.
    parameters = [parameter for parameter in model.parameters() if optimizer_name != "Muon" or parameter.ndim == 2]
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}
    optimizer = getattr(torch.optim, optimizer_name)(parameters, **given)
    losses = []

    def closure():
        optimizer.zero_grad()
        loss = loss_function(model(inputs), targets)
        loss.backward()
        return loss

    for _ in range(steps):
        losses.append(optimizer.step(closure).detach())
    row["printed"] = str(optimizer)
    row["losses"] = encode_tensor(torch.stack(losses))
    row["final"] = [encode_tensor(parameter) for parameter in model.parameters()]
    return row


def generate(folder: Path) -> None:
    rows = [
        train(task, name, options, *run)
        for task, name in itertools.product(TASKS, OPTIONS)
        for run in (LBFGS_RUNS[task] if name == "LBFGS" else RUNS.get(name, USUAL_RUNS))
        for options in OPTIONS[name]
    ]
    write_lines(folder / "training.json", {"trajectories": rows})
