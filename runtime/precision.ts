/** Switches of PyTorch's that trade exactness for speed. Programs set them; here there is nothing to trade. */
import { describe } from "./binding.ts";
import { RuntimeError } from "./errors/runtimeError.ts";

const precisions = ["highest", "high", "medium"] as const;

/** How exact products of float32 matrices have to be. */
export type MatmulPrecision = (typeof precisions)[number];

let precision: MatmulPrecision = "highest";
let deterministic = false;
let onlyWarn = false;

/**
 * How exact products of float32 matrices have to be. It is remembered, and changes nothing: they are always computed in float32.
 *
 * @throws RuntimeError for anything but "highest", "high" and "medium".
 * Source: `torch.set_float32_matmul_precision`.
 */
export function set_float32_matmul_precision(wanted: MatmulPrecision): void {
  if (!precisions.includes(wanted))
    throw new RuntimeError(
      `float32 matmul precision must be "highest", "high" or "medium", not ${JSON.stringify(wanted)}.`,
    );
  precision = wanted;
}

/** What `set_float32_matmul_precision` was told last. Source: `torch.get_float32_matmul_precision`. */
export function get_float32_matmul_precision(): MatmulPrecision {
  return precision;
}

/**
 * Asks for algorithms that give the same on every run. It is remembered, and changes nothing: all of them do, with any number of threads.
 *
 * @throws TypeError for anything but true and false.
 * Source: `torch.use_deterministic_algorithms`.
 */
export function use_deterministic_algorithms(
  mode: boolean,
  { warn_only = false }: { readonly warn_only?: boolean } = {},
): void {
  for (const [name, value] of Object.entries({ mode, warn_only }))
    if (typeof value !== "boolean")
      throw new TypeError(
        `use_deterministic_algorithms(): argument '${name}' must be bool, not ${describe(value)}: true or false.`,
      );
  [deterministic, onlyWarn] = [mode, mode && warn_only];
}

/** What `use_deterministic_algorithms` was told last. Source: `torch.are_deterministic_algorithms_enabled`. */
export function are_deterministic_algorithms_enabled(): boolean {
  return deterministic;
}

/** Whether `use_deterministic_algorithms` was told to warn only. Source: `torch.is_deterministic_algorithms_warn_only_enabled`. */
export function is_deterministic_algorithms_warn_only_enabled(): boolean {
  return onlyWarn;
}
