/** What users may do with the tensors that derivatives keep: put them away, and bring them back. Source: `torch/autograd/graph.py`. */
import { runOutside } from "../scope.ts";
import { Tensor } from "../tensor.ts";
import { guardOf, runWithin, swapGradMode, type GradModeGuard } from "./modes.ts";

/** Puts a saved tensor away: whatever it gives is kept instead. */
type Pack = (tensor: Tensor) => unknown;
/** Brings back what `Pack` made. */
type Unpack = (packed: never) => Tensor;

interface Hooks {
  readonly pack: Pack;
  readonly unpack: Unpack;
}

/** The hooks that are in force, the innermost last. */
const active: Hooks[] = [];

/** Whether saved tensors are handed to hooks. */
export function isPacking(): boolean {
  return active.length > 0;
}

/** One tensor that was put away. */
class Packed {
  readonly #value: unknown;
  readonly #unpack: Unpack;

  constructor(tensor: Tensor, { pack, unpack }: Hooks) {
    const recording = swapGradMode(false);
    try {
      this.#value = runOutside(() => pack(tensor));
    } finally {
      swapGradMode(recording);
    }
    this.#unpack = unpack;
  }

  get(): Tensor {
    const tensor: unknown = runOutside(() => this.#unpack(this.#value as never)); // it is what the user's other hook made
    if (tensor instanceof Tensor) return tensor;
    throw new TypeError(
      "Output of saved tensor unpack_hook expected to be a Tensor: return the tensor that pack_hook was given, or an equal one.",
    );
  }
}

/** The arguments of a call, of which the saved tensors were put away. */
export class PackedContext {
  readonly #context: Record<string, unknown>;

  constructor(context: Record<string, unknown>) {
    this.#context = context;
  }

  /** The context with its tensors brought back. */
  unpack(): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this.#context).map(([name, value]) => [name, restored(value)]));
  }
}

function restored(value: unknown): unknown {
  if (value instanceof Packed) return value.get();
  return Array.isArray(value) ? value.map(restored) : value;
}

/** Hands the saved tensors of a context to the innermost hooks. */
export function packContext(context: Record<string, unknown>, saved: readonly Tensor[]): PackedContext {
  const hooks = active.at(-1)!; // somebody asked `isPacking`
  const put = (value: unknown): unknown => {
    if (value instanceof Tensor && saved.includes(value)) return new Packed(value, hooks);
    return Array.isArray(value) ? value.map(put) : value;
  };
  return new PackedContext(
    Object.fromEntries(Object.entries(context).map(([name, value]) => [name, put(value)])),
  );
}

function entering(hooks: Hooks): () => () => void {
  return () => {
    active.push(hooks);
    return () => void active.splice(active.lastIndexOf(hooks), 1);
  };
}

/**
 * Hands every tensor that a derivative keeps to `pack_hook`, and what that gives to `unpack_hook` when backward needs it.
 *
 * `saved_tensors_hooks(pack, unpack, () => …)`, or `using _ = saved_tensors_hooks(pack, unpack)`.
 *
 * Source: `torch.autograd.graph.saved_tensors_hooks`.
 */
export function saved_tensors_hooks<T>(pack_hook: Pack, unpack_hook: Unpack, body: () => T): T;
export function saved_tensors_hooks(pack_hook: Pack, unpack_hook: Unpack): GradModeGuard;
export function saved_tensors_hooks<T>(
  pack_hook: Pack,
  unpack_hook: Unpack,
  body?: () => T,
): T | GradModeGuard {
  const enter = entering({ pack: pack_hook, unpack: unpack_hook });
  return body === undefined ? guardOf(enter) : runWithin(enter, body);
}

/** Keeps saved tensors in the processor's memory, where all of them are. Source: `torch.autograd.graph.save_on_cpu`. */
export function save_on_cpu<T>(body: () => T): T;
export function save_on_cpu(): GradModeGuard;
export function save_on_cpu<T>(body?: () => T): T | GradModeGuard {
  const enter = entering({ pack: (tensor) => tensor, unpack: (tensor: Tensor) => tensor });
  return body === undefined ? guardOf(enter) : runWithin(enter, body);
}
