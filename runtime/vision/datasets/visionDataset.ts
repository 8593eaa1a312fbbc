/** What the datasets of images and of measurements have in common. */
import { describe } from "../../binding.ts";
import { Dataset } from "../../data/dataset.ts";
import { IndexError } from "../../errors/indexError.ts";
import { inspectAs } from "../../inspect.ts";
import { Module } from "../../nn/module.ts";
import type { Parameter } from "../../parameters.ts";

/** Turns one thing into another: a transform, or any function. */
export type Transformation<From, To> = (value: From) => To;

/** What every dataset takes besides what is its own. */
export interface DatasetTransforms<Sample, NewSample, Target, NewTarget> {
  /** What each sample goes through before it is given out, for example a `transforms.Compose`. */
  readonly transform?: Transformation<Sample, NewSample> | null;
  /** What each target goes through. */
  readonly target_transform?: Transformation<Target, NewTarget> | null;
}

/** A parameter that holds a function, or `null` for none. */
export function optionalFunction<From, To>(): Parameter<Transformation<From, To> | null> {
  return {
    expects: "a function, a transform or null",
    fallback: null,
    // What the function takes and gives, only its caller knows.
    convert: (value) =>
      value === null || typeof value === "function" ? (value as Transformation<From, To> | null) : undefined,
  };
}

/** A number of a sample, counted from the end where it is negative. @throws IndexError when there is no such sample. */
function checkedIndex(name: string, index: number, length: number): number {
  if (!Number.isInteger(index))
    throw new TypeError(`${name}: the index must be a whole number, not ${describe(index)}.`);
  if (index < -length || index >= length)
    throw new IndexError(
      `${name}: index ${index} is out of range for a dataset of ${length} samples (0 to ${length - 1}).`,
    );
  return index < 0 ? index + length : index;
}

/**
 * A dataset whose items are pairs `[sample, target]`, each of which may go through a transform.
 *
 * Source: `torchvision.datasets.VisionDataset`.
 */
export abstract class VisionDataset<Sample, Target, NewSample = Sample, NewTarget = Target> extends Dataset<
  [NewSample, NewTarget]
> {
  /** The folder that the data come from, or `null`. */
  readonly root: string | null;
  /** What samples go through, or `null`. */
  transform: Transformation<Sample, NewSample> | null;
  /** What targets go through, or `null`. */
  target_transform: Transformation<Target, NewTarget> | null;

  constructor(
    root: string | null,
    { transform = null, target_transform = null }: DatasetTransforms<Sample, NewSample, Target, NewTarget>,
  ) {
    super();
    this.root = root;
    this.transform = transform;
    this.target_transform = target_transform;
  }

  /** A sample and its target before the transforms. */
  protected abstract pair(index: number): readonly [Sample, Target];

  /** Further lines of the printed form. */
  protected extra_repr(): readonly string[] {
    return [];
  }

  /** The sample at `index`, which counts from the end where it is negative, and its target. @throws IndexError when there is none. */
  override get(index: number): [NewSample, NewTarget] {
    const [sample, target] = this.pair(checkedIndex(this.constructor.name, index, this.length));
    // Without a transform the types are the same.
    return [
      this.transform === null ? (sample as unknown as NewSample) : this.transform(sample),
      this.target_transform === null ? (target as unknown as NewTarget) : this.target_transform(target),
    ];
  }

  /** torchvision's printed form. */
  override toString(): string {
    const lines = [`Number of datapoints: ${this.length}`];
    if (this.root !== null) lines.push(`Root location: ${this.root}`);
    lines.push(...this.extra_repr());
    const transforms = this.transformLines();
    if (transforms.length > 0) lines.push("StandardTransform");
    const head = [`Dataset ${this.constructor.name}`, ...lines.map((line) => `    ${line}`)];
    return [...head, ...transforms].join("\n"); // torchvision indents the first line of the transforms only
  }

  private transformLines(): string[] {
    const named = { Transform: this.transform, "Target transform": this.target_transform };
    return Object.entries(named).flatMap(([name, value]) =>
      value === null ? [] : underHead(`${name}: `, nameOf(value)),
    );
  }
}

/** What a transform prints as: of a plain function its name. */
function nameOf(transform: Transformation<never, unknown>): string {
  return transform instanceof Module ? transform.toString() : `<function ${transform.name || "anonymous"}>`;
}

/** Text behind a head, with its further lines below its first. */
function underHead(head: string, text: string): string[] {
  return text.split("\n").map((line, i) => (i === 0 ? head : " ".repeat(head.length)) + line);
}

// An abstract class has no instances of its own; those of its subclasses print in this way.
inspectAs<VisionDataset<unknown, unknown>>(VisionDataset, (dataset) => dataset.toString());
