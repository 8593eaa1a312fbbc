/** See `ConvolutionBackend`. */
export { convolution, convolutionWeight, transposedConvolution } from "./reference.ts";
