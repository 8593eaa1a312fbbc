/** `torch.nn.functional`: the operators of networks as functions. */
export { cross_entropy, mse_loss, nll_loss } from "../ops/loss.ts";
export { linear } from "../ops/matmul.ts";
export { log_softmax, softmax } from "../ops/reduction.ts";
export { relu, sigmoid, tanh } from "../ops/unary.ts";
