"""Every network of `model_programs` trained by every optimizer: what its parameters are at first, and the loss after some steps."""

import hashlib
from pathlib import Path

import torch

from .encode import encode_float, write_lines
from .model_programs import MODELS

SEED = 11
STEPS = 50
# Settings with which rounding errors of float32 stay small: some parameters have no influence, and gradients that are nothing else.
OPTIMIZERS = {
    "SGD": {"lr": 0.02, "momentum": 0.9},
    "Adam": {"lr": 0.002},
    "AdamW": {"lr": 0.002, "weight_decay": 0.1, "eps": 1e-6},
    "RMSprop": {"lr": 0.0005, "momentum": 0.5},
    "Adagrad": {"lr": 0.005, "initial_accumulator_value": 0.1},
    "Adadelta": {"lr": 0.5},
    "Adamax": {"lr": 0.002},
    "NAdam": {"lr": 0.001},
    "RAdam": {"lr": 0.001},
    "ASGD": {"lr": 0.02, "t0": 20.0},
    "Rprop": {"lr": 0.0001, "step_sizes": [1e-6, 0.002]},
    "Adafactor": {"lr": 0.005},
    "Muon": {"lr": 0.0005},
    "LBFGS": {"lr": 0.1, "max_iter": 1, "history_size": 5},
}
# It divides by differences of gradients, which in float32 are little more than rounding errors.
DTYPES = {"LBFGS": "float64"}


def checksum(model) -> str:
    """Of the bytes of all parameters and buffers."""
    digest = hashlib.sha256()
    for tensor in model.state_dict().values():
        digest.update(tensor.detach().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]


def dtype_for(optimizer_name: str) -> str:
    return DTYPES.get(optimizer_name, "float32")


def train(name: str, optimizer_name: str) -> tuple[float, float]:
    torch.manual_seed(SEED)
    torch.set_default_dtype(getattr(torch, dtype_for(optimizer_name)))
    model, loss_function = MODELS[name]()
    # Muon takes matrices only.
    parameters = [parameter for parameter in model.parameters() if optimizer_name != "Muon" or parameter.ndim == 2]
    optimizer = getattr(torch.optim, optimizer_name)(parameters, **OPTIMIZERS[optimizer_name])

    def closure():
        optimizer.zero_grad()
        loss = loss_function()
        loss.backward()
        return loss

    losses = [optimizer.step(closure).item() for _ in range(STEPS)]
    last = loss_function().item()
    torch.set_default_dtype(torch.float32)
    return losses[0], last


def generate(folder: Path) -> None:
    rows = []
    for name, make in MODELS.items():
        torch.manual_seed(SEED)
        row = {"model": name, "checksum": checksum(make()[0])}
        runs = {optimizer: train(name, optimizer) for optimizer in OPTIMIZERS}
        row["first"] = {dtype_for(optimizer): encode_float(runs[optimizer][0]) for optimizer in ("SGD", "LBFGS")}
        row["losses"] = {optimizer: encode_float(last) for optimizer, (_, last) in runs.items()}
        rows.append(row)
    write_lines(folder / "model-runs.json", {"models": rows}, seed=SEED, steps=STEPS, optimizers=OPTIMIZERS, dtypes=DTYPES)
