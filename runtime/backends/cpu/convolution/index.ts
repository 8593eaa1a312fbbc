/** See `ConvolutionBackend`: kernels for fractions, plain loops for whole numbers. */
import type { View } from "../../backend.ts";
import type { ConvolutionWindow } from "../../convolution.ts";
import { convolve, convolveTransposed, deriveWeight } from "./settled.ts";
import * as reference from "./reference.ts";

/** See `ConvolutionBackend.convolution`. */
export function convolution(
  output: View,
  input: View,
  weight: View,
  bias: View | null,
  window: ConvolutionWindow,
): void {
  if (!hasKernels(output) || !convolve(output, input, weight, bias, window))
    reference.convolution(output, input, weight, bias, window);
}

/** See `ConvolutionBackend.transposedConvolution`. */
export function transposedConvolution(
  input: View,
  output: View,
  weight: View,
  bias: View | null,
  window: ConvolutionWindow,
): void {
  if (!hasKernels(input) || !convolveTransposed(input, output, weight, bias, window))
    reference.transposedConvolution(input, output, weight, bias, window);
}

/** See `ConvolutionBackend.convolutionWeight`. */
export function convolutionWeight(weight: View, input: View, output: View, window: ConvolutionWindow): void {
  if (!hasKernels(weight) || !deriveWeight(weight, input, output, window))
    reference.convolutionWeight(weight, input, output, window);
}

function hasKernels({ dtype }: View): boolean {
  return dtype.name === "float32" || dtype.name === "float64";
}
