"""Learning rates, and momenta, of every scheduler: for two groups, step by step, and the state at the end."""

from collections import Counter
from pathlib import Path

import torch
import warnings
from torch.optim import lr_scheduler, swa_utils

from .encode import encode_float, write_lines

STEPS = 30

# Name, arguments by name, and how it is stepped: `None` without an argument, else with these.
SCHEDULES = [
    ("LambdaLR", {"lr_lambda": "power"}, None),
    ("LambdaLR", {"lr_lambda": ["power", "thirds"]}, None),
    ("MultiplicativeLR", {"lr_lambda": "power"}, None),
    ("MultiplicativeLR", {"lr_lambda": ["power", "thirds"]}, None),
    ("StepLR", {"step_size": 7}, None),
    ("StepLR", {"step_size": 3, "gamma": 0.7}, None),
    ("StepLR", {"step_size": 4, "gamma": 0.5}, "epochs"),
    ("MultiStepLR", {"milestones": [3, 8, 8, 20]}, None),
    ("MultiStepLR", {"milestones": [5, 11], "gamma": 0.3}, "epochs"),
    ("ConstantLR", {}, None),
    ("ConstantLR", {"factor": 0.25, "total_iters": 11}, None),
    ("ConstantLR", {"factor": 0.5, "total_iters": 6}, "epochs"),
    ("LinearLR", {}, None),
    ("LinearLR", {"start_factor": 0.1, "end_factor": 0.8, "total_iters": 13}, None),
    ("LinearLR", {"start_factor": 1.0, "end_factor": 0.0, "total_iters": 9}, None),
    ("LinearLR", {"start_factor": 0.2, "total_iters": 8}, "epochs"),
    ("ExponentialLR", {"gamma": 0.9}, None),
    ("ExponentialLR", {"gamma": 0.8}, "epochs"),
    ("PolynomialLR", {}, None),
    ("PolynomialLR", {"total_iters": 17, "power": 2.5}, None),
    ("PolynomialLR", {"total_iters": 10, "power": 0.5}, "epochs"),
    ("CosineAnnealingLR", {"T_max": 7}, None),
    ("CosineAnnealingLR", {"T_max": 12, "eta_min": 0.003}, None),
    ("CosineAnnealingLR", {"T_max": 10, "eta_min": 0.01}, "epochs"),
    ("CosineAnnealingWarmRestarts", {"T_0": 6}, None),
    ("CosineAnnealingWarmRestarts", {"T_0": 3, "T_mult": 2, "eta_min": 0.002}, None),
    ("CosineAnnealingWarmRestarts", {"T_0": 4, "T_mult": 2}, "fractions"),
    ("CosineAnnealingWarmRestarts", {"T_0": 5, "eta_min": 0.01}, "fractions"),
    ("ReduceLROnPlateau", {"patience": 2}, "losses"),
    ("ReduceLROnPlateau", {"mode": "max", "factor": 0.5, "patience": 0, "cooldown": 2, "min_lr": 0.004}, "losses"),
    ("ReduceLROnPlateau", {"factor": 0.3, "patience": 1, "threshold": 0.05, "threshold_mode": "abs", "min_lr": [0.001, 0.02]}, "losses"),
    ("ReduceLROnPlateau", {"mode": "max", "patience": 3, "threshold": 0.02, "threshold_mode": "abs", "eps": 0.01}, "losses"),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.2, "step_size_up": 5}, None),
    ("CyclicLR", {"base_lr": [0.01, 0.02], "max_lr": [0.1, 0.4], "step_size_up": 4, "step_size_down": 7, "mode": "triangular2"}, None),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.2, "step_size_up": 6, "mode": "exp_range", "gamma": 0.97, "base_momentum": 0.7}, None),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.2, "step_size_up": 5, "scale_fn": "thirds", "scale_mode": "iterations", "cycle_momentum": False}, None),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 30}, None),
    ("OneCycleLR", {"max_lr": [0.5, 0.1], "epochs": 5, "steps_per_epoch": 6, "anneal_strategy": "linear", "three_phase": True}, None),
    ("OneCycleLR", {"max_lr": 0.3, "total_steps": 31, "pct_start": 0.45, "div_factor": 10, "final_div_factor": 100, "three_phase": True}, None),
    ("OneCycleLR", {"max_lr": 0.3, "total_steps": 40, "cycle_momentum": False}, None),
    ("SWALR", {"swa_lr": 0.05}, None),
    ("SWALR", {"swa_lr": [0.05, 0.001], "anneal_epochs": 4, "anneal_strategy": "linear"}, None),
    ("SWALR", {"swa_lr": 0.01, "anneal_epochs": 0}, None),
]

# Schedules that are made of others: the inner ones, and the milestones of a sequence.
COMPOSED = [
    ("SequentialLR", [("ConstantLR", {"factor": 0.1, "total_iters": 6}), ("ExponentialLR", {"gamma": 0.9})], [6]),
    ("SequentialLR", [("LinearLR", {"start_factor": 0.2, "total_iters": 5}), ("CosineAnnealingLR", {"T_max": 15})], [5]),
    ("SequentialLR", [("ExponentialLR", {"gamma": 0.5}), ("StepLR", {"step_size": 3}), ("LinearLR", {})], [4, 15]),
    ("ChainedScheduler", [("ConstantLR", {"factor": 0.1, "total_iters": 20}), ("ExponentialLR", {"gamma": 0.9})], None),
    ("ChainedScheduler", [("LinearLR", {"total_iters": 4}), ("StepLR", {"step_size": 6, "gamma": 0.3}), ("CosineAnnealingLR", {"T_max": 9})], None),
]

FUNCTIONS = {"power": lambda epoch: 0.95**epoch, "thirds": lambda epoch: 1 / (1 + epoch // 3)}
OPTIMIZERS = {"SGD": {"lr": 0.1, "momentum": 0.5}, "Adam": {"lr": 0.1}}
EPOCHS = [1, 2, 3, 4, 6, 7, 9, 12, 5, 0, 1, 20, 21]
LOSSES = [1.0, 0.8, 0.79, 0.795, 0.81, 0.8, 0.6, 0.62, 0.61, 0.63, 0.59, 0.58, 0.7, 0.7, 0.7, 0.69, 0.71, 0.72, 0.5, 0.51, 0.52, 0.53, 0.54]


def make_optimizer(name: str):
    parameters = [torch.nn.Parameter(torch.ones(2)) for _ in range(2)]
    return getattr(torch.optim, name)([{"params": [parameters[0]]}, {"params": [parameters[1]], "lr": 0.02}], **OPTIMIZERS[name])


def decoded(value):
    if isinstance(value, list) and any(isinstance(item, str) and item in FUNCTIONS for item in value):
        return [FUNCTIONS[item] for item in value]
    return FUNCTIONS.get(value, value) if isinstance(value, str) else value


def make(optimizer, name: str, arguments: dict):
    return getattr(swa_utils if name == "SWALR" else lr_scheduler, name)(optimizer, **{key: decoded(value) for key, value in arguments.items()})


def steps_of(how) -> list:
    if how is None:
        return [[]] * STEPS
    if how == "epochs":
        return [[epoch] for epoch in EPOCHS]
    if how == "losses":
        return [[loss] for loss in LOSSES]
    return [[step / 4] for step in range(60)]


def plain(value):
    if isinstance(value, float):
        return encode_float(value)
    if isinstance(value, Counter):
        return sorted(value.items())
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if key != "_scale_fn_ref"}
    return value


def momentum_of(group) -> float:
    return group["betas"][0] if "betas" in group else group["momentum"]


def run(optimizer, scheduler, steps) -> dict:
    rates, momenta = [], []
    for arguments in [None, *steps]:
        if arguments is not None:
            optimizer.step()
            scheduler.step(*arguments)
        rates.append([encode_float(float(group["lr"])) for group in optimizer.param_groups])
        momenta.append(encode_float(momentum_of(optimizer.param_groups[0])))
        assert scheduler.get_last_lr() == [group["lr"] for group in optimizer.param_groups]
    row = {"rates": rates, "state": plain(scheduler.state_dict())}
    return row | {"momenta": momenta} if len(set(momenta)) > 1 else row


def generate(folder: Path) -> None:
    warnings.simplefilter("ignore")
    rows = []
    for name, arguments, how in SCHEDULES:
        for optimizer_name in OPTIMIZERS if name in ("CyclicLR", "OneCycleLR") else ["SGD"]:
            optimizer = make_optimizer(optimizer_name)
            scheduler = make(optimizer, name, arguments)
            steps = steps_of(how)
            row = {"scheduler": name, "arguments": arguments, "optimizer": optimizer_name, "steps": steps if how else STEPS}
            rows.append(row | run(optimizer, scheduler, steps))
    for name, inner, milestones in COMPOSED:
        optimizer = make_optimizer("SGD")
        schedulers = [make(optimizer, *one) for one in inner]
        scheduler = (
            lr_scheduler.ChainedScheduler(schedulers)
            if milestones is None
            else lr_scheduler.SequentialLR(optimizer, schedulers, milestones)
        )
        row = {"scheduler": name, "inner": inner, "milestones": milestones, "optimizer": "SGD", "steps": STEPS}
        rows.append(row | run(optimizer, scheduler, steps_of(None)))
    write_lines(folder / "schedules.json", {"schedules": rows})
