/** What convolutions refuse. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import { formatShape, type Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import type { WindowArguments } from "./convolution.ts";

/** @throws RuntimeError when dtypes or numbers of dimensions do not fit. */
export function checkOperands(
  name: string,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  rank: number,
): void {
  if (weight.ndim !== rank + 2)
    throw new RuntimeError(
      `${name}: expected the weight to have ${rank + 2} dimensions (two of channels, ${rank} of the kernel), but got weight of size ${formatShape(weight.shape)}.`,
    );
  if (input.ndim !== rank + 1 && input.ndim !== rank + 2)
    throw new RuntimeError(
      `Expected ${rank + 1}D (unbatched) or ${rank + 2}D (batched) input to ${name}, but got input of size: ${formatShape(input.shape)}. The dimensions are [batch, channels, …].`,
    );
  if (input.dtype !== weight.dtype)
    throw new RuntimeError(
      `Input type (torch.${input.dtype.typeName}Tensor) and weight type (torch.${weight.dtype.typeName}Tensor) should be the same. Convert one of them, for example with .to(${weight.dtype.toString()}).`,
    );
  if (bias !== null && bias.dtype !== input.dtype)
    throw new RuntimeError(
      `Input type (${input.dtype.name}) and bias type (${bias.dtype.name}) should be the same. Convert one of them.`,
    );
}

/** @throws RuntimeError for a window that cannot be. */
export function checkWindow({ stride, padding, dilation, groups }: WindowArguments): void {
  if (padding.some((value) => value < 0))
    throw new RuntimeError(`negative padding is not supported, got ${formatShape(padding)}.`);
  if (stride.some((value) => value <= 0))
    throw new RuntimeError(`non-positive stride is not supported, got ${formatShape(stride)}.`);
  if (dilation.some((value) => value <= 0))
    throw new RuntimeError(`non-positive dilation is not supported, got ${formatShape(dilation)}.`);
  if (groups <= 0) throw new RuntimeError(`non-positive groups is not supported, got groups=${groups}.`);
}

/** @throws RuntimeError when the channels do not fit. `channels` are those of a batched input. */
export function checkChannels(
  shapes: { readonly input: Shape; readonly weight: Shape; readonly bias: Shape | null },
  channels: number,
  groups: number,
  transposed: boolean,
): void {
  const { input, weight, bias } = shapes;
  const given = transposed ? `transposed=1` : `groups=${groups}`;
  if (weight[0]! < groups || weight[0]! % groups !== 0)
    throw new RuntimeError(
      `Given groups=${groups}, expected weight to be at least ${groups} and divisible by ${groups} at dimension 0, but got weight of size ${formatShape(weight)} instead.`,
    );
  const expected = transposed ? weight[0]! : weight[1]! * groups;
  if (channels !== expected)
    throw new RuntimeError(
      `Given ${given}, weight of size ${formatShape(weight)}, expected input${formatShape(input)} to have ${expected} channels, but got ${channels} channels instead. Check the layer's in_channels.`,
    );
  const results = transposed ? weight[1]! * groups : weight[0]!;
  if (bias !== null && (bias.length !== 1 || bias[0] !== results))
    throw new RuntimeError(
      `Given ${transposed ? "transposed=1, " : ""}weight of size ${formatShape(weight)}, expected bias to be 1-dimensional with ${results} elements, but got bias of size ${formatShape(bias)} instead.`,
    );
}
