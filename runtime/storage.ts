import { allocateArray, type DType, type TypedArray } from "./dtype.ts";
import { cpu, type Device } from "./device.ts";

/**
 * The elements behind a tensor and all of its views. Source: `torch.UntypedStorage`, and the version counter of
 * `torch/csrc/autograd/saved_variable.h`.
 */
export class Storage {
  readonly data: TypedArray;
  readonly device: Device;
  /** Counts the in-place writes, so that backward notices when a tensor that it saved has changed since. */
  version = 0;

  constructor(data: TypedArray, device: Device = cpu) {
    this.data = data;
    this.device = device;
  }

  /** A storage of `length` zeros. */
  static allocate(dtype: DType, length: number): Storage {
    return new Storage(allocateArray(dtype, length));
  }
}
