"""Small networks of every kind with data for them, as `test/oracle/models/` has them in TypeScript: each gives its model and a function that computes the loss."""

import torch
import torch.nn.functional as F
from torch import nn


def linear_regression():
    model = nn.Linear(3, 1)
    x = torch.randn(16, 3)
    y = x @ torch.tensor([[1.0], [-2.0], [0.5]]) + 0.1 * torch.randn(16, 1)
    return model, lambda: F.mse_loss(model(x), y)


def perceptron():
    model = nn.Sequential(nn.Linear(6, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 3))
    x, y = torch.randn(24, 6), torch.randint(3, (24,))
    return model, lambda: F.cross_entropy(model(x), y)


def lenet():
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(4, 6, 3),
        nn.Tanh(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(24, 12),
        nn.Tanh(),
        nn.Linear(12, 4),
    )
    x, y = torch.randn(8, 1, 12, 12), torch.randint(4, (8,))
    return model, lambda: F.cross_entropy(model(x), y)


class ResidualBlock(nn.Module):
    def __init__(self, channels, out):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.skip = nn.Conv2d(channels, out, 1, bias=False)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(y)) + self.skip(x))


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = ResidualBlock(3, 4)
        self.second = ResidualBlock(4, 6)
        self.fc = nn.Linear(6, 3)

    def forward(self, x):
        y = F.max_pool2d(self.first(x), 2)
        return self.fc(self.second(y).mean(dim=(2, 3)))


def resnet():
    model = ResNet()
    x, y = torch.randn(6, 3, 8, 8), torch.randint(3, (6,))
    return model, lambda: F.cross_entropy(model(x), y)


def autoencoder():
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, stride=2, padding=1),
        nn.GELU(),
        nn.Conv2d(4, 2, 3, padding=1),
        nn.Tanh(),
        nn.Flatten(),
        nn.Linear(32, 8),
        nn.Linear(8, 32),
        nn.Unflatten(1, (2, 4, 4)),
        nn.ConvTranspose2d(2, 4, 3, stride=2, padding=1, output_padding=1),
        nn.GELU(),
        nn.Conv2d(4, 1, 3, padding=1),
        nn.Sigmoid(),
    )
    x = torch.rand(6, 1, 8, 8)
    return model, lambda: F.mse_loss(model(x), x)


class BagClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.EmbeddingBag(20, 8)
        self.fc = nn.Linear(8, 3)

    def forward(self, tokens, offsets):
        return self.fc(self.embedding(tokens, offsets))


def text_classifier():
    model = BagClassifier()
    tokens, offsets, y = torch.randint(20, (30,)), torch.tensor([0, 4, 9, 15, 22]), torch.tensor([0, 1, 2, 1, 0])
    return model, lambda: F.cross_entropy(model(tokens, offsets), y)


class RecurrentClassifier(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.embedding = nn.Embedding(12, 6)
        self.recurrent = kind(6, 8, batch_first=True)
        self.fc = nn.Linear(8, 3)

    def forward(self, tokens):
        states, _ = self.recurrent(self.embedding(tokens))
        return self.fc(states.select(1, -1))


def recurrent(kind):
    model = RecurrentClassifier(kind)
    x, y = torch.randint(12, (6, 7)), torch.randint(3, (6,))
    return model, lambda: F.cross_entropy(model(x), y)


class EncoderClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(12, 8)
        layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.1, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.fc = nn.Linear(8, 3)

    def forward(self, tokens):
        return self.fc(self.encoder(self.embedding(tokens)).mean(dim=1))


def transformer():
    model = EncoderClassifier()
    x, y = torch.randint(12, (5, 6)), torch.randint(3, (5,))
    return model, lambda: F.cross_entropy(model(x), y)


def normalized():
    model = nn.Sequential(
        nn.Conv1d(2, 8, 3, padding=1),
        nn.GroupNorm(2, 8),
        nn.GELU(),
        nn.Flatten(),
        nn.Linear(80, 16),
        nn.RMSNorm(16),
        nn.SiLU(),
        nn.Linear(16, 12),
        nn.LayerNorm(12),
        nn.GELU(approximate="tanh"),
        nn.Linear(12, 1),
    )
    x, y = torch.randn(8, 2, 10), torch.randn(8, 1)
    return model, lambda: F.smooth_l1_loss(model(x), y)


class CausalBlock(nn.Module):
    def __init__(self, size, heads):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(size)
        self.qkv = nn.Linear(size, 3 * size)
        self.out = nn.Linear(size, size)
        self.norm2 = nn.LayerNorm(size)
        self.mlp = nn.Sequential(nn.Linear(size, 2 * size), nn.GELU(), nn.Linear(2 * size, size))

    def forward(self, x):
        batch, time, size = x.shape
        q, k, v = [
            part.view(batch, time, self.heads, size // self.heads).transpose(1, 2) for part in self.qkv(self.norm1(x)).chunk(3, dim=2)
        ]
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(y.transpose(1, 2).reshape(batch, time, size))
        return x + self.mlp(self.norm2(x))


class CharacterGPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(11, 8)
        self.positions = nn.Embedding(9, 8)
        self.blocks = nn.Sequential(CausalBlock(8, 2), CausalBlock(8, 2))
        self.norm = nn.LayerNorm(8)
        self.head = nn.Linear(8, 11, bias=False)

    def forward(self, tokens):
        x = self.tokens(tokens) + self.positions(torch.arange(tokens.shape[1]))
        return self.head(self.norm(self.blocks(x)))


def character_gpt():
    model = CharacterGPT()
    text = torch.randint(11, (4, 10))
    x, y = text[:, :-1], text[:, 1:]
    return model, lambda: F.cross_entropy(model(x).reshape(-1, 11), y.reshape(-1))


class VariationalAutoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(12, 10)
        self.mean = nn.Linear(10, 3)
        self.spread = nn.Linear(10, 3)
        self.decoder = nn.Sequential(nn.Linear(3, 10), nn.Softplus(), nn.Linear(10, 12))

    def forward(self, x):
        hidden = torch.tanh(self.encoder(x))
        mean, spread = self.mean(hidden), self.spread(hidden)
        return self.decoder(mean + torch.randn_like(mean) * torch.exp(0.5 * spread)), mean, spread


def variational_autoencoder():
    model = VariationalAutoencoder()
    x = torch.rand(10, 12)

    def loss():
        y, mean, spread = model(x)
        divergence = -0.5 * (1 + spread - mean.pow(2) - spread.exp()).mean()
        return F.binary_cross_entropy_with_logits(y, x) + 0.1 * divergence

    return model, loss


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1 = nn.Conv2d(1, 3, 3, padding=1)
        self.down2 = nn.Conv2d(3, 5, 3, padding=1)
        self.middle = nn.Linear(5, 5)
        self.up = nn.Conv2d(8, 3, 3, padding=1)
        self.out = nn.Conv2d(3, 1, 1)

    def forward(self, x):
        early = F.leaky_relu(self.down1(x))
        late = F.elu(self.down2(F.avg_pool2d(early, 2)))
        mixed = self.middle(late.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        wide = F.interpolate(mixed, scale_factor=2, mode="bilinear", align_corners=False)
        return self.out(torch.relu(self.up(torch.cat([early, wide], dim=1))))


def unet():
    model = UNet()
    x = torch.randn(4, 1, 8, 8)
    y = (x > 0.3).to(x.dtype)
    return model, lambda: F.binary_cross_entropy_with_logits(model(x), y)


MODELS = {
    "linear regression": linear_regression,
    "perceptron": perceptron,
    "LeNet": lenet,
    "ResNet": resnet,
    "autoencoder": autoencoder,
    "text classifier": text_classifier,
    "RNN": lambda: recurrent(nn.RNN),
    "LSTM": lambda: recurrent(nn.LSTM),
    "GRU": lambda: recurrent(nn.GRU),
    "transformer": transformer,
    "normalized": normalized,
    "character GPT": character_gpt,
    "variational autoencoder": variational_autoencoder,
    "U-net": unet,
}
