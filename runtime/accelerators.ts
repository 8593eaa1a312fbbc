/** Devices that programs ask for and that are not here: `torch.cuda` and its like. */

/** What a program may ask of a kind of device. */
export interface Accelerator {
  /** Whether there is such a device: no. */
  is_available(): boolean;
  /** How many there are: 0. */
  device_count(): number;
}

const absent: Accelerator = { is_available: () => false, device_count: () => 0 };

/** NVIDIA's graphics processors: none. Source: `torch.cuda`. */
export const cuda: Accelerator = absent;
/** Apple's graphics processors: none. Source: `torch.mps`. */
export const mps: Accelerator = absent;
/** Intel's graphics processors: none. Source: `torch.xpu`. */
export const xpu: Accelerator = absent;
/** Whatever accelerator there is: none. Source: `torch.accelerator`. */
export const accelerator: Accelerator = absent;
