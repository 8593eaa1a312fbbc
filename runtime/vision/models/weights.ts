/** What constructors of models take for their weights. */
import { load } from "../../io/torchFile/load.ts";
import { ValueError } from "../../errors/valueError.ts";
import type { Module } from "../../nn/module.ts";
import type { Parameter } from "../../parameters.ts";
import { Tensor } from "../../tensor.ts";

/** Tensors by name: what `state_dict` gives. */
export type StateDict = Readonly<Record<string, Tensor>> | ReadonlyMap<string, Tensor>;

/** Where a model's weights come from: a file that `torch.save` or torchvision wrote, or a state dict. */
export type Weights = string | StateDict | null;

/** The parameter that holds them. */
export const weightsParameter: Parameter<Weights> = {
  expects: "the path of a file with a state_dict, a state_dict or null",
  fallback: null,
  keywordOnly: true,
  convert: (value) =>
    value === null || typeof value === "string"
      ? value
      : typeof value === "object" && !(value instanceof Tensor)
        ? (value as StateDict) // `load_state_dict` looks at what is in it
        : undefined,
};

/** @throws ValueError when there is no such file: torchvision's names of weights are no files here. */
function read(file: string): StateDict {
  try {
    return load<StateDict>(file);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    throw new ValueError(
      `weights: there is no file ${JSON.stringify(file)}. Weights are not downloaded: give the path of a file with a state_dict, such as torchvision's resnet18-f37072fd.pth.`,
      { cause: error },
    );
  }
}

/** Gives a model its weights, where there are some. @throws as `torch.load` and `load_state_dict`. */
export function withWeights<M extends Module>(model: M, weights: Weights): M {
  if (weights === null) return model;
  const state = typeof weights === "string" ? read(weights) : weights;
  model.load_state_dict(state);
  return model;
}
