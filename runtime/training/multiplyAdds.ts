/** How many multiplications, each with an addition, a call of a module takes. */
import type { Shape } from "../shape.ts";

function product(sizes: Shape): number {
  return sizes.reduce((all, size) => all * size, 1);
}

/** Examples times pixels of a convolution's output: all sizes but that of the channels, which stands before the pixels. */
function places(kind: string, output: Shape): number {
  const pixels = Number(/([123])d/.exec(kind)?.[1] ?? output.length - 2);
  const channels = output.length - 1 - pixels;
  return product(output.filter((_, dim) => dim !== channels));
}

/** How often a call uses each element of a parameter. */
function uses(kind: string, parameter: string, output: Shape): number {
  if (parameter === "weight" || parameter === "bias") {
    if (kind.includes("Conv")) return places(kind, output);
    if (kind.includes("Linear")) return product(output.slice(0, -1));
    return output[0] ?? 1;
  }
  return /weight|bias/.test(parameter) ? product(output.slice(0, -1).slice(0, 2)) : 0;
}

/**
 * The multiply-adds of one call, by its parameters and the shape of its (first) output.
 *
 * Each element of a weight or bias counts once for each place where it is used: of a convolution, and of a transposed one, for each example and each pixel of the output; of a
 * linear layer for each row of the output; of a normalisation or an embedding for each example; of recurrent layers and attention for each example and each position.
 * What has no weights (activations, pooling, the products of queries and keys) counts nothing.
 *
 * Source: the rule of torchinfo 1.8 (`LayerInfo.calculate_macs`), which asks for a batch in front; here there may be none.
 *
 * @param kind the name of the module's class
 * @param parameters how many elements there are under each name
 */
export function multiplyAdds(
  kind: string,
  parameters: Iterable<readonly [name: string, elements: number]>,
  output: Shape,
): number {
  let sum = 0;
  for (const [name, elements] of parameters) sum += elements * uses(kind, name, output);
  return sum;
}
