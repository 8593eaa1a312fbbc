import type { TwisterState } from "./backends/random.ts";
import { cpu, type Device } from "./device.ts";
import { toDevice } from "./devices.ts";
import { uint8 } from "./dtype.ts";
import { RuntimeError } from "./errors/runtimeError.ts";
import { ValueError } from "./errors/valueError.ts";
import { inspectAs } from "./inspect.ts";
import { fromArrayOnCpu } from "./settle.ts";
import { readValues, Tensor } from "./tensor.ts";

const stateSize = 624;
/** Bytes of a state, and where in it the normal number stands that is left over. */
const stateLength = 5056;
const normalOffset = 24 + 8 * stateSize;
/** PyTorch's `default_rng_seed_val`. */
const defaultSeed = 67_280_421_310_721n;
const shiftSize = 397;

/**
 * PyTorch's source of random numbers on the CPU: a 32-bit Mersenne Twister, so that a seed gives the numbers that PyTorch draws from it.
 *
 * Source: `torch.Generator`; M. Matsumoto and T. Nishimura, "Mersenne Twister" (1998), mt19937; `aten/src/ATen/core/DistributionsHelper.h`.
 */
export class Generator {
  /** What the numbers are drawn from. @internal */
  readonly twister: TwisterState = { words: new Uint32Array(stateSize), next: stateSize };
  #seed = 0n;
  #cachedNormal: number | null = null;

  /** Where the numbers are drawn. Source: `torch.Generator.device`. */
  readonly device: Device;

  /**
   * A generator that starts from PyTorch's default seed.
   *
   * @throws RuntimeError when there is no such device.
   */
  constructor(device: Device | string = cpu) {
    this.device = toDevice(device);
    this.manual_seed(defaultSeed);
  }

  /**
   * Starts the sequence that belongs to `seed`, a whole number. Source: `torch.Generator.manual_seed`.
   *
   * @throws ValueError when `seed` is not a whole number.
   */
  manual_seed(seed: number | bigint): this {
    if (typeof seed !== "bigint" && !Number.isInteger(seed))
      throw new ValueError(
        `manual_seed: expected a whole number, got ${String(seed)}. Use for example manual_seed(0).`,
      );
    this.#seed = BigInt.asUintN(64, BigInt(seed));
    const state = this.twister.words;
    state[0] = Number(this.#seed & 0xffff_ffffn);
    for (let i = 1; i < stateSize; i++) {
      const previous = state[i - 1]! ^ (state[i - 1]! >>> 30);
      state[i] = Math.imul(1_812_433_253, previous) + i;
    }
    this.twister.next = stateSize;
    this.#cachedNormal = null;
    return this;
  }

  /** What a cell shows of it; PyTorch shows where the object lies in memory instead. */
  toString(): string {
    return `Generator(device='${this.device.toString()}', seed=${this.#seed})`;
  }

  /** Starts a sequence that cannot be foreseen, and says from which seed. Source: `torch.Generator.seed`. */
  seed(): number | bigint {
    const words = crypto.getRandomValues(new Uint32Array(2));
    // 53 bits, so that the seed is an ordinary number.
    this.manual_seed((words[0]! & 0x1f_ffff) * 2 ** 32 + words[1]!);
    return this.initial_seed();
  }

  /**
   * All that the next numbers depend on, as the bytes that PyTorch's generator gives.
   *
   * Source: `CPUGeneratorImplState` in `aten/src/ATen/CPUGeneratorImpl.cpp`. @internal
   */
  stateBytes(): Uint8Array {
    const bytes = new Uint8Array(stateLength);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, this.#seed, true);
    view.setInt32(8, stateSize + 1 - this.twister.next, true);
    view.setInt32(12, 1, true);
    view.setBigUint64(16, BigInt(this.twister.next), true);
    this.twister.words.forEach((word, i) => view.setBigUint64(24 + 8 * i, BigInt(word), true));
    view.setFloat64(normalOffset + 8, this.#cachedNormal ?? 0, true);
    view.setInt32(normalOffset + 24, this.#cachedNormal === null ? 0 : 1, true);
    return bytes;
  }

  /**
   * Goes on from a state that `stateBytes` gave.
   *
   * @throws RuntimeError when the bytes are no state. @internal
   */
  restoreBytes(bytes: Uint8Array): void {
    if (bytes.length !== stateLength)
      throw new RuntimeError(
        `Expected either a CPUGeneratorImplStateLegacy of size ${stateLength - 8} or a CPUGeneratorImplState of size ${stateLength} but found the input RNG state size to be ${bytes.length}. Pass what get_state() gave.`,
      );
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const left = view.getInt32(8, true);
    const next = Number(view.getBigUint64(16, true));
    if (left < 1 || left > stateSize || next < 0 || next > stateSize)
      throw new RuntimeError(
        "Invalid mt19937 state: these bytes are no generator's. Pass what get_state() gave.",
      );
    this.#seed = view.getBigUint64(0, true);
    for (let i = 0; i < stateSize; i++)
      this.twister.words[i] = Number(view.getBigUint64(24 + 8 * i, true) & 0xffff_ffffn);
    this.twister.next = left === 1 ? stateSize : next;
    this.#cachedNormal =
      view.getInt32(normalOffset + 24, true) === 0 ? null : view.getFloat64(normalOffset + 8, true);
  }

  /** The state as a uint8 tensor, for `set_state`; PyTorch's generator takes it too. Source: `torch.Generator.get_state`. */
  get_state(): Tensor {
    const bytes = this.stateBytes();
    return fromArrayOnCpu(bytes, uint8, [bytes.length]);
  }

  /**
   * Goes on from a state that `get_state` gave, here or in PyTorch.
   *
   * @throws TypeError for anything but a uint8 tensor, RuntimeError when it is no state.
   * Source: `torch.Generator.set_state`.
   */
  set_state(state: Tensor): this {
    if (!(state instanceof Tensor) || state.dtype !== uint8)
      throw new TypeError(
        `expected a torch.ByteTensor (uint8), but got ${state instanceof Tensor ? state.dtype.toString() : typeof state}. Pass what get_state() gave.`,
      );
    this.restoreBytes(Uint8Array.from(readValues(state) as ArrayLike<number>)); // uint8 elements are numbers
    return this;
  }

  /** Another generator that goes on with the same numbers. Source: `torch.Generator.clone_state`. */
  clone_state(): Generator {
    const copy = new Generator();
    copy.restoreBytes(this.stateBytes());
    return copy;
  }

  /** The seed that the sequence was started with. */
  initial_seed(): number | bigint {
    return this.#seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(this.#seed) : this.#seed;
  }

  /** 32 random bits, as a number from 0 to 2³² − 1. */
  random(): number {
    if (this.twister.next === stateSize) this.#twist();
    let y = this.twister.words[this.twister.next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c_5680;
    y ^= (y << 15) & 0xefc6_0000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** 64 random bits. */
  random64(): bigint {
    const high = BigInt(this.random());
    return (high << 32n) | BigInt(this.random());
  }

  /** A float32 from [0, 1), of 24 random bits. */
  uniformFloat(): number {
    return (this.random() & 0xff_ffff) / 0x100_0000;
  }

  /** A float64 from [0, 1), of 53 random bits. */
  uniformDouble(): number {
    const high = this.random() & 0x1f_ffff;
    return (high * 0x1_0000_0000 + this.random()) / 2 ** 53;
  }

  /** A standard normal number, by the Box–Muller transform; every second one comes from the pair before. */
  normalDouble(): number {
    if (this.#cachedNormal !== null) {
      const cached = this.#cachedNormal;
      this.#cachedNormal = null;
      return cached;
    }
    const u1 = this.uniformDouble();
    const u2 = this.uniformDouble();
    const radius = Math.sqrt(-2 * Math.log1p(-u2));
    const theta = 2 * Math.PI * u1;
    this.#cachedNormal = radius * Math.sin(theta);
    return radius * Math.cos(theta);
  }

  #twist(): void {
    const state = this.twister.words;
    for (let i = 0; i < stateSize; i++) {
      const mixed = (state[i]! & 0x8000_0000) | (state[(i + 1) % stateSize]! & 0x7fff_ffff);
      const twisted = (mixed >>> 1) ^ (mixed & 1 ? 0x9908_b0df : 0);
      state[i] = state[(i + shiftSize) % stateSize]! ^ twisted;
    }
    this.twister.next = 0;
  }
}

inspectAs(Generator, (generator) => generator.toString());

/** The generator that is used where none is given. Source: `torch.default_generator`. */
export const default_generator: Generator = new Generator();
default_generator.seed();

/** Seeds the default generator and returns it. Source: `torch.manual_seed`. */
export function manual_seed(seed: number | bigint): Generator {
  return default_generator.manual_seed(seed);
}

/** Seeds the default generator with something that cannot be foreseen, and says with what. Source: `torch.seed`. */
export function seed(): number | bigint {
  return default_generator.seed();
}

/** The seed of the default generator. Source: `torch.initial_seed`. */
export function initial_seed(): number | bigint {
  return default_generator.initial_seed();
}

/** The state of the default generator. Source: `torch.get_rng_state`. */
export function get_rng_state(): Tensor {
  return default_generator.get_state();
}

/** Sets the state of the default generator. @throws as `Generator.set_state`. Source: `torch.set_rng_state`. */
export function set_rng_state(state: Tensor): void {
  default_generator.set_state(state);
}

/**
 * Runs `body`, and sets the default generator back to where it was before: what is drawn inside changes nothing outside.
 *
 * Source: `torch.random.fork_rng`.
 */
export function fork_rng<T>(body: () => T): T {
  const before = default_generator.stateBytes();
  try {
    return body();
  } finally {
    default_generator.restoreBytes(before);
  }
}
