/** The namespace, spelled as PyTorch spells it. */
export * as amp from "./amp/index.ts";
export { autocast, get_autocast_dtype, is_autocast_enabled } from "./amp/autocast.ts";
export * as autograd from "./autograd/index.ts";
export { is_anomaly_check_nan_enabled, is_anomaly_enabled } from "./autograd/anomaly.ts";
export {
  enable_grad,
  inference_mode,
  is_grad_enabled,
  is_inference_mode_enabled,
  no_grad,
  set_grad_enabled,
} from "./autograd/modes.ts";
export * as backends from "./backends/settings.ts";
export {
  arange,
  as_tensor,
  asarray,
  bartlett_window,
  blackman_window,
  empty,
  empty_like,
  empty_permuted,
  empty_strided,
  eye,
  from_numpy,
  from_typed_array,
  frombuffer,
  full,
  full_like,
  hamming_window,
  hann_window,
  kaiser_window,
  linspace,
  logspace,
  ones,
  ones_like,
  rand,
  rand_like,
  randint,
  randint_like,
  randn,
  randn_like,
  randperm,
  range,
  scalar_tensor,
  tensor,
  tril_indices,
  triu_indices,
  zeros,
  zeros_like,
} from "./create.ts";
export { accelerator, cuda, mps, webgl, xpu } from "./accelerators.ts";
export * as data from "./data/index.ts";
export { deepcopy } from "./deepcopy.ts";
export * as distributions from "./probability/index.ts";
export { device, get_default_device, set_default_device } from "./defaultDevice.ts";
export { e, inf, nan, newaxis, pi } from "./constants.ts";
export {
  bfloat16,
  bool,
  can_cast,
  DType as dtype,
  float16,
  float32,
  float64,
  get_default_dtype,
  int16,
  int32,
  int64,
  int8,
  promote_types,
  set_default_dtype,
  uint8,
} from "./dtype.ts";
export {
  float16 as half,
  float32 as float,
  float64 as double,
  int16 as short,
  int32 as int,
  int64 as long,
} from "./dtype.ts";
export * as func from "./func/index.ts";
export { vmap } from "./func/index.ts";
export { graph, snapshot } from "./graph.ts";
export {
  is_complex,
  is_floating_point,
  is_nonzero,
  is_signed,
  is_tensor,
  numel,
  result_type,
  typename,
} from "./inquiries.ts";
export * from "./legacy.ts";
export { finfo, iinfo } from "./limits.ts";
export * as io from "./io/index.ts";
export { load } from "./io/torchFile/load.ts";
export { save } from "./io/torchFile/save.ts";
export { Layout as layout, strided } from "./storageLayout.ts";
export {
  channels_last,
  channels_last_3d,
  contiguous_format,
  MemoryFormat as memory_format,
  preserve_format,
} from "./memoryFormat.ts";
export * as nn from "./nn/index.ts";
export * from "./ops/functions.ts";
export { imag } from "./ops/elementwise/imaginary.ts";
export * from "./ops/elementwise/inPlaceFunctions.ts";
export * from "./ops/elementwise/methods.ts";
export * as special from "./ops/elementwise/special.ts";
export * from "./ops/linalg/methods.ts";
export * from "./ops/reductions/methods.ts";
export * from "./ops/sampling/methods.ts";
export { broadcast_shapes } from "./ops/shaping/broadcastShapes.ts";
export * from "./ops/shaping/methods.ts";
export * as linalg from "./linalg.ts";
export {
  abs,
  acos,
  add,
  addbmm,
  addcdiv,
  addcmul,
  addmm,
  addmv,
  all,
  amax,
  amin,
  any,
  argmax,
  argmin,
  argsort,
  asin,
  atan,
  atan2,
  baddbmm,
  bitwise_and,
  bitwise_or,
  bitwise_xor,
  bmm,
  ceil,
  chunk,
  clamp,
  clone,
  cos,
  cosh,
  cummax,
  cummin,
  cumprod,
  cumsum,
  detach,
  div,
  dot,
  eq,
  erf,
  erfc,
  exp,
  exp2,
  expm1,
  fill,
  flatten,
  flip,
  floor,
  gather,
  ge,
  gt,
  index_add,
  index_put,
  index_select,
  isfinite,
  isinf,
  isnan,
  kthvalue,
  le,
  lerp,
  log,
  log10,
  log1p,
  log2,
  log_softmax,
  logical_and,
  logical_not,
  logical_or,
  logical_xor,
  logsumexp,
  lt,
  masked_fill,
  masked_select,
  matmul,
  max,
  maximum,
  mean,
  min,
  minimum,
  mm,
  movedim,
  mul,
  mv,
  narrow,
  ne,
  neg,
  outer,
  permute,
  pow,
  prod,
  reciprocal,
  relu,
  repeat_interleave,
  reshape,
  roll,
  round,
  rsqrt,
  rsub,
  scatter,
  scatter_add,
  select,
  sigmoid,
  sign,
  sin,
  sinh,
  softmax,
  sort,
  split,
  sqrt,
  square,
  squeeze,
  std,
  sub,
  sum,
  t,
  take_along_dim,
  tan,
  tanh,
  topk,
  transpose,
  tril,
  triu,
  unbind,
  unsqueeze,
  var,
} from "./ops/methods.ts";
export { memory_stats, memory_summary, reset_peak_memory_stats, type MemoryStatistics } from "./memory.ts";
export { slice } from "./ops/shaping/subscript.ts";
export * as optim from "./optim/index.ts";
export { get_printoptions, set_printoptions } from "./printing.ts";
export { compile } from "./compile.ts";
export {
  are_deterministic_algorithms_enabled,
  get_float32_matmul_precision,
  is_deterministic_algorithms_warn_only_enabled,
  set_float32_matmul_precision,
  use_deterministic_algorithms,
} from "./precision.ts";
export * as random from "./randomFunctions.ts";
export {
  default_generator,
  fork_rng,
  Generator,
  get_rng_state,
  initial_seed,
  manual_seed,
  seed,
  set_rng_state,
} from "./random.ts";
export { Tensor } from "./tensor.ts";
export * as testing from "./testing/index.ts";
export { get_num_threads, set_num_threads } from "./threads.ts";
export { UntypedStorage } from "./untypedStorage.ts";
export * as utils from "./utils.ts";
export { __version__ } from "./version.ts";
export { is_warn_always_enabled, set_warn_always } from "./warn.ts";
