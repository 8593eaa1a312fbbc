/** Computing in 16 bits what bears it. Source: `torch/amp/autocast_mode.py`, `aten/src/ATen/autocast_mode.h`. */
import { swapCast } from "../autocast.ts";
import { guardOf, runWithin, type GradModeGuard } from "../autograd/modes.ts";
import { isKeywords } from "../binding.ts";
import { bfloat16, float16, float32, float64, promote_types, type DType } from "../dtype.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { to } from "../ops/shaping/conversion.ts";
import { Tensor } from "../tensor.ts";
import { warnOnce } from "../warn.ts";

const words = (names: string): ReadonlySet<string> => new Set(names.split(/\s+/));

/** Operators that compute in the lower dtype: `AT_FORALL_LOWER_PRECISION_FP` of the CPU. */
const lower = words(`conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d conv_tbc bmm mm
  linalg_vecdot baddbmm addmm addbmm linear matmul prelu scaled_dot_product_attention`);

/** Operators that need float32: `AT_FORALL_FP32_CPU`. */
const single =
  words(`avg_pool3d binary_cross_entropy grid_sampler prod quantile nanquantile cdist trace cholesky
  cholesky_inverse cholesky_solve inverse lu_solve orgqr ormqr pinverse max_pool3d max_unpool2d max_unpool3d
  adaptive_avg_pool3d mse_loss cosine_embedding_loss nll_loss hinge_embedding_loss poisson_nll_loss smooth_l1_loss
  cross_entropy l1_loss huber_loss margin_ranking_loss soft_margin_loss triplet_margin_loss multi_margin_loss ctc_loss
  kl_div multilabel_margin_loss binary_cross_entropy_with_logits linalg_cond linalg_matrix_rank linalg_solve
  linalg_cholesky linalg_svdvals linalg_eigvalsh linalg_inv linalg_householder_product linalg_tensorinv
  linalg_tensorsolve geqrf qr svd triangular_solve fractional_max_pool2d fractional_max_pool3d adaptive_max_pool3d
  linalg_qr linalg_cholesky_ex linalg_svd linalg_eigh linalg_lstsq linalg_inv_ex`);

/** Operators whose tensors must have one dtype: the widest that came. */
const widest = words("stack cat index_copy");

/** Whether a tensor may be cast: float64 and whole numbers stay as they are. */
function isEligible(value: unknown): value is Tensor {
  return (
    value instanceof Tensor &&
    !value.isNumber &&
    value.dtype.is_floating_point &&
    value.dtype !== float64 &&
    value.device.type === "cpu"
  );
}

function cast(value: unknown, dtype: DType): unknown {
  if (Array.isArray(value)) return value.map((item) => cast(item, dtype));
  return isEligible(value) && value.dtype !== dtype ? to(value, { dtype }) : value;
}

function widestOf(args: object): DType | null {
  const found = Object.values(args).flat().filter(isEligible);
  return found.length === 0 ? null : found.map((tensor) => tensor.dtype).reduce(promote_types);
}

/** The arguments of an operator, in the dtype in which it computes while `dtype` is the lower one. */
function inDTypes<A extends object>(operator: string, args: A, dtype: DType): A {
  const target = lower.has(operator)
    ? dtype
    : single.has(operator)
      ? float32
      : widest.has(operator)
        ? widestOf(args)
        : null;
  if (target === null) return args;
  // Under the same names there is the same, in another dtype.
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, cast(value, target)])) as A;
}

let current: DType | null = null;

/** What `autocast` takes by name. */
export interface AutocastOptions {
  /** The lower dtype: bfloat16 unless given, or float16. */
  readonly dtype?: DType | null;
  /** Whether it casts at all. */
  readonly enabled?: boolean;
  /** Whether casts of weights are remembered; they are made anew here. */
  readonly cache_enabled?: boolean | null;
}

/** The lower dtype that is meant, `null` for none. Warns of what cannot be. */
function lowerDType(device_type: string, { dtype, enabled = true }: AutocastOptions): DType | null {
  if (typeof device_type !== "string")
    throw new RuntimeError(
      `Expected \`device_type\` of type \`str\`, got: \`${typeof device_type}\`. Give "cpu" first.`,
    );
  if (!enabled) return null;
  if (device_type !== "cpu") {
    warnOnce(
      `User provided device_type of '${device_type}', which has no 16-bit arithmetic here. Disabling. torch.autocast("cpu") casts.`,
    );
    return null;
  }
  const wanted = dtype ?? bfloat16;
  if (wanted === bfloat16 || wanted === float16) return wanted;
  warnOnce(
    "In CPU autocast, but the target dtype is not supported. Disabling autocast. CPU Autocast only supports dtype of torch.bfloat16, torch.float16 currently.",
  );
  return null;
}

function entering(dtype: DType | null): () => () => void {
  return () => {
    const [before, cast] = [
      current,
      swapCast(dtype === null ? null : (operator, args) => inDTypes(operator, args, dtype)),
    ];
    current = dtype;
    return () => {
      current = before;
      swapCast(cast);
    };
  };
}

/**
 * Computes products and convolutions in 16 bits, and what needs the digits in float32, whatever the dtypes of their tensors: while a function runs, or with `using` for
 * the rest of a block. Weights and their gradients stay float32.
 *
 * `torch.autocast("cpu", {dtype: torch.bfloat16}, () => model(x))`, `using _ = torch.autocast("cpu")`.
 *
 * @throws RuntimeError for a device type that is no string. Devices other than the CPU are not cast for; a warning says so.
 * Source: `torch.autocast`.
 */
export function autocast(device_type: string, options?: AutocastOptions): GradModeGuard;
export function autocast<T>(device_type: string, options: AutocastOptions, body: () => T): T;
export function autocast<T>(device_type: string, body: () => T): T;
export function autocast<T>(
  device_type: string,
  options: AutocastOptions | (() => T) = {},
  body?: () => T,
): T | GradModeGuard {
  const [named, run] = isKeywords(options) ? [options as AutocastOptions, body] : [{}, options as () => T];
  const enter = entering(lowerDType(device_type, named));
  return run === undefined ? guardOf(enter) : runWithin(enter, run);
}

/** Whether operators on tensors of a device are cast for now. Source: `torch.is_autocast_enabled`. */
export function is_autocast_enabled(device_type = "cpu"): boolean {
  return device_type === "cpu" && current !== null;
}

/** The lower dtype of `autocast`. Source: `torch.get_autocast_dtype`. */
export function get_autocast_dtype(_device_type = "cpu"): DType {
  return current ?? bfloat16;
}

/** Whether `autocast` can do something on a device. Source: `torch.amp.is_autocast_available`. */
export function is_autocast_available(device_type: string): boolean {
  return device_type === "cpu";
}
