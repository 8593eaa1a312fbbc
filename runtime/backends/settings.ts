/** `torch.backends`: what computes, and switches for it. */
import { blasLibrary } from "./cpu/blas/library.ts";
import { enableBlas, isBlasEnabled } from "./cpu/blas/multiply.ts";
import { accelerator } from "./chosen.ts";
import { RuntimeError } from "../errors/runtimeError.ts";

/** A BLAS library of the system: OpenBLAS or Accelerate. */
export interface BlasSettings {
  /** Whether there is one that can be used. Looks for it when first asked. */
  is_available(): boolean;
  /**
   * Whether large matrix products are computed by it; off at first. Results then differ in their last bits, and can depend on the number of threads. It uses as many
   * as `torch.set_num_threads` says.
   *
   * @throws RuntimeError when it is switched on where there is none.
   */
  enabled: boolean;
  /** The name that it was found under, or `null`. */
  readonly library: string | null;
  /** What it says of its version and configuration, or `null`. */
  version(): string | null;
}

/** `torch.backends.blas`. */
export const blas: BlasSettings = {
  is_available: () => blasLibrary() !== null,
  get enabled() {
    return isBlasEnabled();
  },
  set enabled(on: boolean) {
    if (on && blasLibrary() === null)
      throw new RuntimeError(
        "torch.backends.blas: there is no BLAS library to use. Install OpenBLAS (on Debian and Ubuntu: apt install libopenblas0) and the package koffi, which npm installs along where it can.",
      );
    enableBlas(on);
  },
  get library() {
    return blasLibrary()?.name ?? null;
  },
  version: () => blasLibrary()?.version ?? null,
};

/** Whether PyTorch's other backends are there: they are not. `torch.backends.mps.is_available()`. */
interface AbsentBackend {
  is_available(): boolean;
  is_built(): boolean;
}

const absent: AbsentBackend = { is_available: () => false, is_built: () => false };

/** Switches of NVIDIA's libraries, which programs set: they may be set, and change nothing here. */
interface IgnoredSwitches {
  enabled: boolean;
  benchmark: boolean;
  deterministic: boolean;
  allow_tf32: boolean;
  is_available(): boolean;
}

/** `torch.backends.cudnn`. */
export const cudnn: IgnoredSwitches = {
  enabled: false,
  benchmark: false,
  deterministic: false,
  allow_tf32: false,
  is_available: () => false,
};

/** `torch.backends.mps`. */
export const mps: AbsentBackend = absent;
/** `torch.backends.cuda`; its switches may be set, and change nothing. */
export const cuda: Pick<AbsentBackend, "is_built"> & { readonly matmul: { allow_tf32: boolean } } = {
  is_built: absent.is_built,
  matmul: { allow_tf32: false },
};

/** `torch.backends.webgl`. */
export const webgl: Pick<AbsentBackend, "is_available"> = {
  is_available: () => accelerator().unavailable() === null,
};
