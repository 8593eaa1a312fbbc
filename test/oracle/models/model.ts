import type { nn, Tensor } from "../../../runtime/index.ts";

/** A network with data for it, as `generators/model_programs.py` has it in Python. */
export interface Program {
  readonly model: nn.Module;
  /** Computes the loss of the network as it is now. */
  readonly loss: () => Tensor;
}
