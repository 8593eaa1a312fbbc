/** Networks of layers that take vectors. */
import torch, { F, nn, type Tensor } from "../../../runtime/index.ts";
import type { Program } from "./model.ts";

export function linearRegression(): Program {
  const model = new nn.Linear(3, 1);
  const x = torch.randn(16, 3);
  const y = x.matmul(torch.tensor([[1.0], [-2.0], [0.5]])).add(torch.randn(16, 1).mul(0.1));
  return { model, loss: () => F.mse_loss(model(x), y) };
}

export function perceptron(): Program {
  const model = new nn.Sequential(
    new nn.Linear(6, 16),
    new nn.BatchNorm1d(16),
    new nn.ReLU(),
    new nn.Dropout(0.2),
    new nn.Linear(16, 3),
  );
  const [x, y] = [torch.randn(24, 6), torch.randint(3, [24])];
  return { model, loss: () => F.cross_entropy(model(x), y) };
}

export function normalized(): Program {
  const model = new nn.Sequential(
    new nn.Conv1d(2, 8, 3, { padding: 1 }),
    new nn.GroupNorm(2, 8),
    new nn.GELU(),
    new nn.Flatten(),
    new nn.Linear(80, 16),
    new nn.RMSNorm(16),
    new nn.SiLU(),
    new nn.Linear(16, 12),
    new nn.LayerNorm(12),
    new nn.GELU({ approximate: "tanh" }),
    new nn.Linear(12, 1),
  );
  const [x, y] = [torch.randn(8, 2, 10), torch.randn(8, 1)];
  return { model, loss: () => F.smooth_l1_loss(model(x), y) };
}

class VariationalAutoencoder extends nn.Module {
  encoder: nn.Linear = new nn.Linear(12, 10);
  mean: nn.Linear = new nn.Linear(10, 3);
  spread: nn.Linear = new nn.Linear(10, 3);
  decoder: nn.Sequential = new nn.Sequential(new nn.Linear(3, 10), new nn.Softplus(), new nn.Linear(10, 12));

  override forward(x: Tensor): [reconstruction: Tensor, mean: Tensor, spread: Tensor] {
    const hidden = torch.tanh(this.encoder(x));
    const [mean, spread] = [this.mean(hidden), this.spread(hidden)];
    return [this.decoder(mean.add(torch.randn_like(mean).mul(spread.mul(0.5).exp()))), mean, spread];
  }
}

export function variationalAutoencoder(): Program {
  const model = new VariationalAutoencoder();
  const x = torch.rand(10, 12);
  const loss = (): Tensor => {
    const [y, mean, spread] = model(x);
    const divergence = spread.add(1).sub(mean.pow(2)).sub(spread.exp()).mean().mul(-0.5);
    return F.binary_cross_entropy_with_logits(y, x).add(divergence.mul(0.1));
  };
  return { model, loss };
}
