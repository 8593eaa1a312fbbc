/** Points in the plane with a class each, made by a rule: problems to see a classifier on. The rules are scikit-learn's, the random numbers our own. */
import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { cpu } from "../../device.ts";
import { normalInto, randomPermutation } from "../../drawing.ts";
import { float32, int64 } from "../../dtype.ts";
import { ValueError } from "../../errors/valueError.ts";
import {
  flag,
  integer,
  number,
  optionalInteger,
  optionalNumber,
  type ParametersOf,
} from "../../parameters.ts";
import { placedOn } from "../../placement.ts";
import { default_generator, Generator } from "../../random.ts";
import { allocate, fromArrayOnCpu } from "../../settle.ts";
import { readValues, type Tensor } from "../../tensor.ts";

/** What all of them take. */
export interface GeneratedOptions {
  /** How many points there are altogether; 100 unless given. */
  readonly n_samples?: number;
  /** Whether the points come in random order; `true` unless given. */
  readonly shuffle?: boolean;
  /** The standard deviation of what is added to each coordinate; nothing unless given. */
  readonly noise?: number | null;
  /** A seed, which gives the same points in every run; without it the default generator is used, which `torch.manual_seed` seeds. */
  readonly random_state?: number | null;
}

/** Points, float32 of shape `[n_samples, 2]`, and their classes, int64 of shape `[n_samples]`. */
export type Points = [points: Tensor, classes: Tensor];

const common: ParametersOf<GeneratedOptions> = {
  n_samples: integer(100),
  shuffle: flag(true),
  noise: optionalNumber,
  random_state: optionalInteger,
};

/** A point before the noise. */
interface Point {
  readonly x: number;
  readonly y: number;
  readonly label: number;
}

/** The generator of a seed, or the default one. */
function generatorOf(seed: number | null): Generator {
  return seed === null ? default_generator : new Generator().manual_seed(seed);
}

/** @throws ValueError for a number of points, or a noise, below 0. */
function check(name: string, n_samples: number, noise: number | null): void {
  if (n_samples < 1) throw new ValueError(`${name}: n_samples must be 1 or more, got ${n_samples}.`);
  if (noise !== null && !(noise >= 0))
    throw new ValueError(`${name}: noise is a standard deviation, 0 or more, got ${noise}.`);
}

/** Standard normal numbers, two for each point, as `torch.randn` draws them. */
function normals(count: number, generator: Generator): ArrayLike<number> {
  const values = placedOn(cpu, () => allocate([count, 2], float32));
  normalInto("randn", values, generator, 0, 1);
  return readValues(values) as ArrayLike<number>; // float32 elements are numbers
}

/** Adds the noise, and mixes. */
function finished(
  points: readonly Point[],
  noise: number | null,
  shuffle: boolean,
  generator: Generator,
): Points {
  const count = points.length;
  const offsets = noise === null ? null : normals(count, generator);
  const order = shuffle ? Array.from(randomPermutation(generator, count)) : [...points.keys()];
  const coordinates = order.flatMap((at) => {
    const shift = (axis: number): number => (offsets === null ? 0 : offsets[2 * at + axis]! * noise!);
    return [points[at]!.x + shift(0), points[at]!.y + shift(1)];
  });
  return [
    fromArrayOnCpu(Float32Array.from(coordinates), float32, [count, 2]),
    fromArrayOnCpu(
      BigInt64Array.from(order, (at) => BigInt(points[at]!.label)),
      int64,
      [count],
    ),
  ];
}

/** Numbers from 0 to `last` in equal steps. */
function steps(count: number, last: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => (count === 1 ? 0 : (i * last) / (count - 1)));
}

/**
 * Two half circles that reach into each other: `const [x, y] = vision.datasets.make_moons({n_samples: 200, noise: 0.1, random_state: 0})`.
 *
 * @throws ValueError when there are no points, or the noise is negative.
 * Source: `sklearn.datasets.make_moons`.
 */
export function make_moons(
  ...args: CallForms<
    GeneratedOptions,
    [n_samples?: number, shuffle?: boolean, noise?: number | null, random_state?: number | null]
  >
): Points {
  const { n_samples, shuffle, noise, random_state } = bind("make_moons", common, args);
  check("make_moons", n_samples, noise);
  const outside = Math.floor(n_samples / 2);
  const upper = steps(outside, Math.PI).map((t) => ({ x: Math.cos(t), y: Math.sin(t), label: 0 }));
  const lower = steps(n_samples - outside, Math.PI).map((t) => ({
    x: 1 - Math.cos(t),
    y: 0.5 - Math.sin(t),
    label: 1,
  }));
  return finished([...upper, ...lower], noise, shuffle, generatorOf(random_state));
}

/** Points in equal steps around the middle. */
function circle(count: number, radius: number, label: number): readonly Point[] {
  return Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count;
    return { x: radius * Math.cos(angle), y: radius * Math.sin(angle), label };
  });
}

/** What `datasets.make_circles` takes. */
export interface CirclesOptions extends GeneratedOptions {
  /** The inner circle's radius; the outer one's is 1. 0.8 unless given. */
  readonly factor?: number;
}

/**
 * A circle inside another.
 *
 * @throws ValueError when there are no points, the noise is negative, or `factor` is not in [0, 1).
 * Source: `sklearn.datasets.make_circles`.
 */
export function make_circles(
  ...args: CallForms<
    CirclesOptions,
    [
      n_samples?: number,
      shuffle?: boolean,
      noise?: number | null,
      random_state?: number | null,
      factor?: number,
    ]
  >
): Points {
  const parameters = { ...common, factor: number(0.8) };
  const { n_samples, shuffle, noise, random_state, factor } = bind("make_circles", parameters, args);
  check("make_circles", n_samples, noise);
  if (!(factor >= 0 && factor < 1))
    throw new ValueError(`make_circles: factor must be 0 or more and less than 1, got ${factor}.`);
  const outside = Math.floor(n_samples / 2);
  const points = [...circle(outside, 1, 0), ...circle(n_samples - outside, factor, 1)];
  return finished(points, noise, shuffle, generatorOf(random_state));
}

/** What `datasets.make_spirals` takes. */
export interface SpiralsOptions extends GeneratedOptions {
  /** How many arms there are, each a class; 2 unless given. */
  readonly n_classes?: number;
  /** How often an arm goes round; 1 unless given. */
  readonly turns?: number;
}

/**
 * Arms of a spiral that begin in the middle and reach a radius of 1, one for each class.
 *
 * @throws ValueError when there are no points or arms, or the noise is negative.
 * Source: the spirals of Lang and Witbrock, "Learning to tell two spirals apart" (1988), with any number of arms.
 */
export function make_spirals(
  ...args: CallForms<
    SpiralsOptions,
    [
      n_samples?: number,
      shuffle?: boolean,
      noise?: number | null,
      random_state?: number | null,
      n_classes?: number,
      turns?: number,
    ]
  >
): Points {
  const parameters = { ...common, n_classes: integer(2), turns: number(1) };
  const bound = bind("make_spirals", parameters, args);
  const { n_samples, shuffle, noise, random_state, n_classes, turns } = bound;
  check("make_spirals", n_samples, noise);
  if (n_classes < 1) throw new ValueError(`make_spirals: n_classes must be 1 or more, got ${n_classes}.`);
  const points = shares(n_samples, n_classes).flatMap((count, label) =>
    Array.from({ length: count }, (_, i) => {
      const radius = (i + 1) / count;
      const angle = 2 * Math.PI * (turns * radius + label / n_classes);
      return { x: radius * Math.cos(angle), y: radius * Math.sin(angle), label };
    }),
  );
  return finished(points, noise, shuffle, generatorOf(random_state));
}

/** A number divided into parts as equal as can be, the larger ones first. */
function shares(total: number, parts: number): readonly number[] {
  return Array.from({ length: parts }, (_, i) => Math.floor(total / parts) + (i < total % parts ? 1 : 0));
}

/** What `datasets.make_blobs` takes. */
export interface BlobsOptions extends Omit<GeneratedOptions, "noise"> {
  /** How many blobs there are, or where: `[[x, y], …]`. 3 at random places in ±10 unless given. */
  readonly centers?: number | readonly (readonly [x: number, y: number])[];
  /** The standard deviation of each blob's points around its centre; 1 unless given. */
  readonly cluster_std?: number;
}

const blobsParameters: ParametersOf<BlobsOptions> = {
  n_samples: common.n_samples,
  centers: {
    expects: "a number of blobs, or an array of centres [x, y]",
    fallback: 3,
    convert: (value) =>
      Number.isInteger(value) || (Array.isArray(value) && value.every(isPlace))
        ? (value as number | [number, number][]) // as just seen
        : undefined,
  },
  cluster_std: number(1),
  shuffle: common.shuffle,
  random_state: common.random_state,
};

function isPlace(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === "number");
}

/**
 * Round clouds of normally distributed points, one for each class.
 *
 * @throws ValueError when there are no points or blobs, or the standard deviation is negative.
 * Source: `sklearn.datasets.make_blobs`.
 */
export function make_blobs(
  ...args: CallForms<
    BlobsOptions,
    [
      n_samples?: number,
      centers?: BlobsOptions["centers"],
      cluster_std?: number,
      shuffle?: boolean,
      random_state?: number | null,
    ]
  >
): Points {
  const { n_samples, centers, cluster_std, shuffle, random_state } = bind(
    "make_blobs",
    blobsParameters,
    args,
  );
  check("make_blobs", n_samples, cluster_std);
  const generator = generatorOf(random_state);
  const coordinate = (): number => 20 * generator.uniformDouble() - 10;
  const places =
    typeof centers === "number"
      ? Array.from({ length: centers }, (): readonly [number, number] => [coordinate(), coordinate()])
      : centers;
  if (places.length === 0) throw new ValueError("make_blobs: centers must be 1 or more, got 0.");
  const points = shares(n_samples, places.length).flatMap((count, label) => {
    const [x, y] = places[label]!;
    return Array.from({ length: count }, () => ({ x, y, label }));
  });
  return finished(points, cluster_std, shuffle, generator);
}
