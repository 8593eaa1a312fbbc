"""The model of the lesson on characters, trained for a few steps on the lesson's own text: the loss of every step."""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from .encode import encode_tensor, write_lines

WIDTH, HEADS, CONTEXT, BATCH, STEPS = 64, 4, 32, 8, 25
LESSON = Path(__file__).parents[3] / "notebooks" / "07-characters-gpt.ipynb"


def sonnets() -> str:
    cells = ("".join(cell["source"]) for cell in json.loads(LESSON.read_text(encoding="utf-8"))["cells"])
    return next(cell.split("`")[1] for cell in cells if cell.startswith("const sonnets = `"))


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.queries, self.keys, self.values, self.project = (nn.Linear(WIDTH, WIDTH, bias=False) for _ in range(4))

    def forward(self, x):
        divided = [part(x).unflatten(-1, (HEADS, WIDTH // HEADS)).transpose(1, 2) for part in (self.queries, self.keys, self.values)]
        return self.project(F.scaled_dot_product_attention(*divided, is_causal=True).transpose(1, 2).flatten(2))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.attention, self.norm2 = nn.LayerNorm(WIDTH), Attention(), nn.LayerNorm(WIDTH)
        self.think = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.think(self.norm2(x))


class GPT(nn.Module):
    def __init__(self, characters: int):
        super().__init__()
        self.token, self.position = nn.Embedding(characters, WIDTH), nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.Sequential(*(Block() for _ in range(4)))
        self.norm, self.scores = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, characters, bias=False)
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, 0, 0.08)

    def forward(self, ids):
        return self.scores(self.norm(self.blocks(self.token(ids) + self.position(torch.arange(ids.size(1))))))


def losses() -> torch.Tensor:
    text = sonnets()
    characters = sorted(set(text))
    ids = torch.tensor([characters.index(character) for character in text])
    torch.manual_seed(0)
    model = GPT(len(characters))
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    result = []
    for _ in range(STEPS):
        places = torch.randint(len(ids) - CONTEXT, (BATCH, 1)) + torch.arange(CONTEXT)
        loss = F.cross_entropy(model(ids[places]).flatten(0, 1), ids[places + 1].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        result.append(loss.item())
    return torch.tensor(result)


def generate(folder: Path) -> None:
    sizes = {"width": WIDTH, "heads": HEADS, "context": CONTEXT, "batch": BATCH}
    write_lines(folder / "character-gpt.json", {}, sizes=sizes, losses=encode_tensor(losses()))
