/** Parts of a model of which nothing is kept for backward but their inputs. Source: `torch/utils/checkpoint.py`. */
import { isKeywords } from "../binding.ts";
import { fork_rng, get_rng_state, set_rng_state } from "../random.ts";
import type { Tensor } from "../tensor.ts";
import { enable_grad, is_grad_enabled } from "./modes.ts";
import { saved_tensors_hooks } from "./packing.ts";

/** What `checkpoint` takes by name, behind the function's own arguments. */
export interface CheckpointOptions {
  /** Which of PyTorch's two ways; both are the same here, that of `false`. */
  readonly use_reentrant?: boolean;
  /** Whether the function draws the same random numbers when it runs again. */
  readonly preserve_rng_state?: boolean;
}

const optionNames = new Set([
  "use_reentrant",
  "preserve_rng_state",
  "context_fn",
  "determinism_check",
  "debug",
]);

function areOptions(value: unknown): value is CheckpointOptions {
  return isKeywords(value) && Object.keys(value).some((name) => optionNames.has(name));
}

/** What derivatives would keep of a call: places in a list, which is filled when somebody asks for one. */
class Recomputation {
  #kept = 0;
  /** How many were asked for since the list was filled; after all of them it is forgotten. */
  #given = 0;
  #tensors: Tensor[] | null = null;
  readonly #again: () => unknown;

  constructor(again: () => unknown) {
    this.#again = again;
  }

  put(): number {
    return this.#kept++;
  }

  get(place: number): Tensor {
    const tensors = (this.#tensors ??= this.#compute());
    const tensor = tensors[place];
    if (tensor === undefined)
      throw new Error(
        `torch.utils.checkpoint: A different number of tensors was saved during the original forward and recomputation: ${this.#kept} and ${tensors.length}. The function must do the same each time.`,
      );
    if (++this.#given >= this.#kept) [this.#tensors, this.#given] = [null, 0];
    return tensor;
  }

  #compute(): Tensor[] {
    const tensors: Tensor[] = [];
    enable_grad(() =>
      saved_tensors_hooks(
        (tensor) => {
          tensors.push(tensor);
          return tensor;
        },
        (tensor: Tensor) => tensor,
        this.#again,
      ),
    );
    return tensors;
  }
}

/**
 * Calls `func` and keeps nothing for its derivatives: `backward` calls it once more. It takes more time, and less memory.
 *
 * `torch.utils.checkpoint.checkpoint(block, x, {use_reentrant: false})`.
 *
 * @throws Error from `backward` when the second call does something else than the first.
 * Source: `torch.utils.checkpoint.checkpoint`.
 */
export function checkpoint<Args extends unknown[], R>(
  func: (...args: Args) => R,
  ...given: [...args: Args, options?: CheckpointOptions]
): R {
  const last = given.at(-1);
  const options = areOptions(last) ? last : {};
  // What stands before the options are the function's arguments.
  const args = (areOptions(last) ? given.slice(0, -1) : given) as unknown as Args;
  if (!is_grad_enabled()) return func(...args);
  const state = (options.preserve_rng_state ?? true) ? get_rng_state() : null;
  const again = (): unknown =>
    fork_rng(() => {
      if (state !== null) set_rng_state(state);
      return func(...args);
    });
  const recomputation = new Recomputation(again);
  return saved_tensors_hooks(
    () => recomputation.put(),
    (place: number) => recomputation.get(place),
    () => func(...args),
  );
}

type Step = (input: Tensor) => Tensor;

/**
 * Calls functions one after the other, in so many parts of equal length, of which all but the last are checkpoints.
 *
 * `torch.utils.checkpoint.checkpoint_sequential(model, 2, x, {use_reentrant: false})`.
 *
 * Source: `torch.utils.checkpoint.checkpoint_sequential`.
 */
export function checkpoint_sequential(
  functions: Iterable<Step>,
  segments: number,
  input: Tensor,
  options: CheckpointOptions = {},
): Tensor {
  const steps = [...functions];
  const length = Math.floor(steps.length / segments);
  const through = (part: readonly Step[]): Step => {
    return (x) => part.reduce((value, step) => step(value), x);
  };
  let value = input;
  for (let i = 0; i < segments - 1; i++)
    value = checkpoint(through(steps.slice(i * length, (i + 1) * length)), value, options);
  return through(steps.slice((segments - 1) * length))(value);
}
