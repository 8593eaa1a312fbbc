"""Trains a small network to tell four kinds of waves apart, and saves its weights: `python waves.py` writes waves.pt. Needs PyTorch."""

import math

import torch
from torch import nn


def waves(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Sines, squares, triangles and sawteeth in turn, with random frequency, phase and noise: 64 samples each."""
    kind = torch.arange(count) % 4
    cycles = torch.linspace(0, 1, 64) * (1 + 3 * torch.rand(count, 1)) + torch.rand(count, 1)
    part = cycles.frac()
    sine = (2 * math.pi * cycles).sin()
    shapes = torch.stack([sine, sine.sign(), 4 * (part - 0.5).abs() - 1, 2 * part - 1])
    return (shapes[kind, torch.arange(count)] + 0.3 * torch.randn(count, 64)).unsqueeze(1), kind


class WaveNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv1d(1, 8, 9, padding=4), nn.ReLU(), nn.MaxPool1d(2),
            nn.Conv1d(8, 16, 9, padding=4), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(),
        )
        self.classifier = nn.Linear(16, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.features(x))


torch.manual_seed(0)
net = WaveNet()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for step in range(1500):
    x, kind = waves(128)
    loss = nn.functional.cross_entropy(net(x), kind)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

x, kind = waves(2000)
print("right:", (net(x).argmax(1) == kind).float().mean().item())
torch.save(net.state_dict(), "waves.pt")
