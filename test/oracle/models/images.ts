/** Networks of layers that take images. */
import torch, { F, nn, type Tensor } from "../../../runtime/index.ts";
import type { Program } from "./model.ts";

export function lenet(): Program {
  const model = new nn.Sequential(
    new nn.Conv2d(1, 4, 3, { padding: 1 }),
    new nn.Tanh(),
    new nn.AvgPool2d(2),
    new nn.Conv2d(4, 6, 3),
    new nn.Tanh(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(24, 12),
    new nn.Tanh(),
    new nn.Linear(12, 4),
  );
  const [x, y] = [torch.randn(8, 1, 12, 12), torch.randint(4, [8])];
  return { model, loss: () => F.cross_entropy(model(x), y) };
}

class ResidualBlock extends nn.Module {
  conv1: nn.Conv2d;
  bn1: nn.BatchNorm2d;
  conv2: nn.Conv2d;
  bn2: nn.BatchNorm2d;
  skip: nn.Conv2d;

  constructor(channels: number, out: number) {
    super();
    this.conv1 = new nn.Conv2d(channels, out, 3, { padding: 1, bias: false });
    this.bn1 = new nn.BatchNorm2d(out);
    this.conv2 = new nn.Conv2d(out, out, 3, { padding: 1, bias: false });
    this.bn2 = new nn.BatchNorm2d(out);
    this.skip = new nn.Conv2d(channels, out, 1, { bias: false });
  }

  override forward(x: Tensor): Tensor {
    const y = F.relu(this.bn1(this.conv1(x)));
    return F.relu(this.bn2(this.conv2(y)).add(this.skip(x)));
  }
}

class ResNet extends nn.Module {
  first: ResidualBlock = new ResidualBlock(3, 4);
  second: ResidualBlock = new ResidualBlock(4, 6);
  fc: nn.Linear = new nn.Linear(6, 3);

  override forward(x: Tensor): Tensor {
    const y = F.max_pool2d(this.first(x), 2);
    return this.fc(this.second(y).mean([2, 3]));
  }
}

export function resnet(): Program {
  const model = new ResNet();
  const [x, y] = [torch.randn(6, 3, 8, 8), torch.randint(3, [6])];
  return { model, loss: () => F.cross_entropy(model(x), y) };
}

export function autoencoder(): Program {
  const model = new nn.Sequential(
    new nn.Conv2d(1, 4, 3, { stride: 2, padding: 1 }),
    new nn.GELU(),
    new nn.Conv2d(4, 2, 3, { padding: 1 }),
    new nn.Tanh(),
    new nn.Flatten(),
    new nn.Linear(32, 8),
    new nn.Linear(8, 32),
    new nn.Unflatten(1, [2, 4, 4]),
    new nn.ConvTranspose2d(2, 4, 3, { stride: 2, padding: 1, output_padding: 1 }),
    new nn.GELU(),
    new nn.Conv2d(4, 1, 3, { padding: 1 }),
    new nn.Sigmoid(),
  );
  const x = torch.rand(6, 1, 8, 8);
  return { model, loss: () => F.mse_loss(model(x), x) };
}

class UNet extends nn.Module {
  down1: nn.Conv2d = new nn.Conv2d(1, 3, 3, { padding: 1 });
  down2: nn.Conv2d = new nn.Conv2d(3, 5, 3, { padding: 1 });
  middle: nn.Linear = new nn.Linear(5, 5);
  up: nn.Conv2d = new nn.Conv2d(8, 3, 3, { padding: 1 });
  out: nn.Conv2d = new nn.Conv2d(3, 1, 1);

  override forward(x: Tensor): Tensor {
    const early = F.leaky_relu(this.down1(x));
    const late = F.elu(this.down2(F.avg_pool2d(early, 2)));
    const mixed = this.middle(late.permute(0, 2, 3, 1)).permute(0, 3, 1, 2);
    const wide = F.interpolate(mixed, { scale_factor: 2, mode: "bilinear", align_corners: false });
    return this.out(torch.relu(this.up(torch.cat([early, wide], 1))));
  }
}

export function unet(): Program {
  const model = new UNet();
  const x = torch.randn(4, 1, 8, 8);
  const y = x.gt(0.3).to(x.dtype);
  return { model, loss: () => F.binary_cross_entropy_with_logits(model(x), y) };
}
