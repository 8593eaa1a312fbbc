/** Parameters as one vector, and back. Source: `torch/nn/utils/convert_parameters.py`. */
import { bind } from "../../binding.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { cat } from "../../ops/shaping/joining.ts";
import { tensor } from "../../parameters.ts";
import type { Tensor } from "../../tensor.ts";
import { someTensors } from "./given.ts";

/** @throws TypeError when parameters lie on different devices. */
function checkDevices(parameters: readonly Tensor[]): void {
  const devices = new Set(parameters.map(({ device }) => device.toString()));
  if (devices.size > 1)
    throw new TypeError(
      `Found two parameters on different devices, this is currently not supported: ${[...devices].join(", ")}.`,
    );
}

/**
 * The elements of all parameters in one vector, which gradients flow through: `nn.utils.parameters_to_vector(net.parameters())`.
 *
 * @throws TypeError when they lie on different devices. Source: `torch.nn.utils.parameters_to_vector`.
 */
export function parameters_to_vector(
  parameters: Iterable<Tensor> | { readonly parameters: Iterable<Tensor> },
): Tensor {
  const { parameters: all } = bind("parameters_to_vector", { parameters: someTensors }, [parameters]);
  checkDevices(all);
  return cat(all.map((parameter) => parameter.view(-1)));
}

/**
 * Gives the parameters the elements of a vector, in their order; they share them from then on.
 *
 * @throws RuntimeError when the vector is too short, TypeError when the parameters lie on different devices; nothing is changed then. Source: `torch.nn.utils.vector_to_parameters`.
 */
export function vector_to_parameters(vec: Tensor, parameters: Iterable<Tensor>): void;
export function vector_to_parameters(...args: readonly unknown[]): void {
  const { vec, parameters } = bind("vector_to_parameters", { vec: tensor, parameters: someTensors }, args);
  checkDevices(parameters);
  const wanted = parameters.reduce((sum, parameter) => sum + parameter.numel(), 0);
  if (vec.numel() < wanted)
    throw new RuntimeError(
      `vector_to_parameters: the parameters have ${wanted} elements, the vector has ${vec.numel()}. Give one element for each, as parameters_to_vector does.`,
    );
  let start = 0;
  for (const parameter of parameters) {
    const count = parameter.numel();
    parameter.data = vec.narrow(0, start, count).view(parameter.shape).data;
    start += count;
  }
}
