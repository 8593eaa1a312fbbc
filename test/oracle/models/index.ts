/** The networks that are trained as PyTorch has trained them, by the names in its answers. */
import { nn } from "../../../runtime/index.ts";
import { autoencoder, lenet, resnet, unet } from "./images.ts";
import type { Program } from "./model.ts";
import { characterGPT, recurrent, textClassifier, transformer } from "./texts.ts";
import { linearRegression, normalized, perceptron, variationalAutoencoder } from "./vectors.ts";

export const models: Readonly<Record<string, () => Program>> = {
  "linear regression": linearRegression,
  perceptron,
  LeNet: lenet,
  ResNet: resnet,
  autoencoder,
  "text classifier": textClassifier,
  RNN: () => recurrent(nn.RNN),
  LSTM: () => recurrent(nn.LSTM),
  GRU: () => recurrent(nn.GRU),
  transformer,
  normalized,
  "character GPT": characterGPT,
  "variational autoencoder": variationalAutoencoder,
  "U-net": unet,
};
