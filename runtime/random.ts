import type { TwisterState } from "./backends/random.ts";
import { ValueError } from "./errors/valueError.ts";

const stateSize = 624;
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

  constructor() {
    this.manual_seed(BigInt(Date.now()) * 4_294_967n);
  }

  /**
   * Starts the sequence that belongs to `seed`, a whole number. Source: `torch.Generator.manual_seed`.
   *
   * @throws ValueError when `seed` is not a whole number.
   */
  manual_seed(seed: number | bigint): this {
    if (typeof seed === "number" && !Number.isInteger(seed))
      throw new ValueError(
        `manual_seed: expected a whole number, got ${seed}. Use for example manual_seed(0).`,
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

/** The generator that is used where none is given. Source: `torch.default_generator`. */
export const default_generator: Generator = new Generator();

/** Seeds the default generator and returns it. Source: `torch.manual_seed`. */
export function manual_seed(seed: number | bigint): Generator {
  return default_generator.manual_seed(seed);
}

type FloatArray = Float32Array | Float64Array;

/** Fills `values` with numbers from [low, high), in the order in which PyTorch draws them. Source: `uniform_real_distribution`. */
export function fillUniform(values: FloatArray, generator: Generator, low: number, high: number): void {
  if (values instanceof Float32Array) {
    const from = Math.fround(low);
    const width = Math.fround(Math.fround(high) - from);
    // Rounded once, when it is stored, as PyTorch's fused multiply-add rounds: the product of two floats is exact in a double.
    for (let i = 0; i < values.length; i++) values[i] = generator.uniformFloat() * width + from;
    return;
  }
  for (let i = 0; i < values.length; i++) values[i] = generator.uniformDouble() * (high - low) + low;
}

/**
 * Fills `values` with normal numbers. PyTorch draws fewer than 16 one by one in float64, and more in blocks of 16.
 *
 * Source: `normal_fill` in `aten/src/ATen/native/cpu/DistributionTemplates.h`.
 */
export function fillNormal(values: FloatArray, generator: Generator, mean: number, std: number): void {
  if (values.length < 16) {
    for (let i = 0; i < values.length; i++) values[i] = generator.normalDouble() * std + mean;
    return;
  }
  fillUniform(values, generator, 0, 1);
  for (let start = 0; start + 16 <= values.length; start += 16) boxMuller(values, start, mean, std);
  if (values.length % 16 === 0) return;
  const last = values.subarray(values.length - 16);
  fillUniform(last, generator, 0, 1);
  boxMuller(last, 0, mean, std);
}

/** Turns 16 uniform numbers into normal ones: element j with element j + 8. */
function boxMuller(values: FloatArray, start: number, mean: number, std: number): void {
  const round = values instanceof Float32Array ? Math.fround : (x: number): number => x;
  for (let j = start; j < start + 8; j++) {
    const radius = round(Math.sqrt(round(-2 * round(Math.log(round(1 - values[j]!))))));
    const theta = round(round(2 * Math.PI) * values[j + 8]!);
    values[j] = round(round(radius * round(Math.cos(theta))) * std) + mean;
    values[j + 8] = round(round(radius * round(Math.sin(theta))) * std) + mean;
  }
}

/** A whole number from [low, high). Source: `random_from_to_kernel`. */
export function randomInteger(generator: Generator, low: bigint, high: bigint): bigint {
  const range = high - low;
  const bits = range >= 1n << 32n ? generator.random64() : BigInt(generator.random());
  return (bits % range) + low;
}

/** The numbers 0 to n − 1 in random order. Source: `randperm_cpu`. */
export function randomPermutation(generator: Generator, n: number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < n - 1; i++) {
    const other = i + (generator.random() % (n - i));
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
}
