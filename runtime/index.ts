/** What `import torch, { nn, optim, F, Tensor } from "typetorch"` gives. */
import { installMethods } from "./methods.ts";

installMethods();

// Not `import *` and `export default`: for these TypeScript looks at every function of the namespace before it finds one.
export * as default from "./torch.ts";
export { autograd, data, graph, nn, no_grad, optim, snapshot, Tensor } from "./torch.ts";
export * as vision from "./vision/index.ts";
export * as F from "./nn/functional.ts";
export * as text from "./text/index.ts";
export * as safetensors from "./io/safetensors/index.ts";
export { Device } from "./device.ts";
export { DType, type DTypeName } from "./dtype.ts";
export { AssertionError } from "./errors/assertionError.ts";
export { IndexError } from "./errors/indexError.ts";
export { LinAlgError } from "./errors/linAlgError.ts";
export { NotImplementedError } from "./errors/notImplementedError.ts";
export { RuntimeError } from "./errors/runtimeError.ts";
export { ValueError } from "./errors/valueError.ts";
export { recoverFromInterrupt } from "./recover.ts";
export * from "./training/index.ts";
export type { FunctionContext as FunctionCtx } from "./autograd/context.ts";
export type { Shape } from "./shape.ts";
export type {
  GraphEdge,
  GraphNode,
  GraphSnapshot,
  GraphTensor,
  TensorSnapshot,
  TensorStatistics,
} from "./snapshot.ts";
