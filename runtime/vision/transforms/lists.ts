/** Transforms made of transforms. */
import { bind, describe } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { tensor } from "../../create.ts";
import { ValueError } from "../../errors/valueError.ts";
import { Module } from "../../nn/module.ts";
import { multinomial } from "../../ops/sampling/distributions.ts";
import { number, type Parameter } from "../../parameters.ts";
import { happens, order } from "./draws.ts";
import { isNumbers } from "./image.ts";
import { settings } from "./printed.ts";
import { checkedProbability } from "./transform.ts";

/** A transform, or any function of one argument. */
export type Step = (input: never) => unknown;

type InputOf<S> = S extends (input: infer I) => unknown ? I : never;
type OutputOf<S> = S extends (input: never) => infer O ? O : never;

/** What the first of a list takes. */
export type FirstInput<List extends readonly Step[]> = List extends readonly [infer First, ...unknown[]]
  ? InputOf<First>
  : InputOf<List[number]>;

/** What the last of a list gives. */
export type LastOutput<List extends readonly Step[]> = List extends readonly [...unknown[], infer Last]
  ? OutputOf<Last>
  : OutputOf<List[number]>;

/** What a list of transforms is made with. */
export interface ListArguments<List extends readonly Step[]> {
  readonly transforms: List;
}

const transforms: Parameter<readonly Step[]> = {
  expects: "an array of transforms or functions",
  convert: (value) => (Array.isArray(value) ? value : undefined),
};

/** @throws TypeError for something that is no function, ValueError when there is none. */
function checked<List extends readonly Step[]>(name: string, list: List): List {
  if (list.length === 0) throw new ValueError(`${name}: Pass at least one transform.`);
  for (const [position, step] of list.entries())
    if (typeof step !== "function")
      throw new TypeError(
        `${name}: ${describe(step)} at ${position} is neither a transform nor a function. Make a transform with new.`,
      );
  return list;
}

/** One after the other. */
function applied(steps: readonly Step[], input: unknown): unknown {
  // What each takes is what the one before gives: the program's types say so, not these.
  return steps.reduce((value, step) => (step as (input: unknown) => unknown)(value), input);
}

/** A transform as text: of a plain function its name. */
function nameOf(step: Step): string {
  return step instanceof Module ? step.toString() : `<function ${step.name || "<lambda>"}>`;
}

/** The transforms below each other, as torchvision prints them. */
function inLines(name: string, steps: readonly Step[]): string {
  const lines = steps
    .map((step) => `    ${nameOf(step)}`)
    .join("\n")
    .split("\n");
  return lines.length === 1
    ? `${name}(${lines[0]})`
    : `${name}(\n${lines.map((line) => `  ${line}`).join("\n")}\n)`;
}

/**
 * Transforms one after the other: `new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.5], [0.5])])`.
 *
 * @throws TypeError for something that is no function, ValueError when there is none.
 * Source: `torchvision.transforms.v2.Compose`.
 */
export class Compose<const List extends readonly Step[] = readonly Step[]> extends Module {
  readonly transforms: List;

  constructor(...args: CallForms<ListArguments<List>, [transforms: List], ["transforms"]>) {
    super();
    // The table takes lists of all kinds; the arguments' type says of which kind this is.
    this.transforms = checked("Compose", bind("Compose", { transforms }, args).transforms as List);
  }

  override forward(input: FirstInput<List>): LastOutput<List> {
    return applied(this.transforms, input) as LastOutput<List>; // the last one's type
  }

  override toString(): string {
    return inLines("Compose", this.transforms);
  }
}

/**
 * Transforms that are applied together with probability `p`.
 *
 * @throws TypeError for something that is no function, ValueError when there is none, or for what is no probability.
 * Source: `torchvision.transforms.v2.RandomApply`.
 */
export class RandomApply<const List extends readonly Step[] = readonly Step[]> extends Module {
  readonly transforms: List;
  readonly p: number;

  constructor(
    ...args: CallForms<
      ListArguments<List> & { readonly p?: number },
      [transforms: List, p?: number],
      ["transforms"]
    >
  ) {
    super();
    const bound = bind("RandomApply", { transforms, p: number(0.5) }, args);
    this.transforms = checked("RandomApply", bound.transforms as List); // as in `Compose`
    this.p = checkedProbability("RandomApply", bound.p);
  }

  override forward(input: FirstInput<List>): FirstInput<List> | LastOutput<List> {
    return happens(this.p) ? (applied(this.transforms, input) as LastOutput<List>) : input; // the last one's type
  }

  override toString(): string {
    return inLines("RandomApply", this.transforms);
  }
}

const probabilities: Parameter<readonly number[] | null> = {
  expects: "an array of numbers or null",
  fallback: null,
  convert: (value) => (value === null || isNumbers(value) ? value : undefined),
};

/**
 * One of several transforms, each as probable as the others, or as the numbers `p` say.
 *
 * @throws TypeError for something that is no function, ValueError when there is none, or not as many numbers.
 * Source: `torchvision.transforms.v2.RandomChoice`.
 */
export class RandomChoice<const List extends readonly Step[] = readonly Step[]> extends Module {
  readonly transforms: List;
  readonly p: readonly number[];

  constructor(
    ...args: CallForms<
      ListArguments<List> & { readonly p?: readonly number[] | null },
      [transforms: List, p?: readonly number[] | null],
      ["transforms"]
    >
  ) {
    super();
    const bound = bind("RandomChoice", { transforms, p: probabilities }, args);
    this.transforms = checked("RandomChoice", bound.transforms as List); // as in `Compose`
    const weights = bound.p ?? this.transforms.map(() => 1);
    if (weights.length !== this.transforms.length)
      throw new ValueError(
        `RandomChoice: Length of p doesn't match the number of transforms: ${weights.length} != ${this.transforms.length}.`,
      );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    this.p = weights.map((weight) => weight / total);
  }

  override forward(input: InputOf<List[number]>): OutputOf<List[number]> {
    const chosen = Number(multinomial(tensor([...this.p], { device: "cpu" }), 1).item());
    return applied([this.transforms[chosen]!], input) as OutputOf<List[number]>; // one of their types
  }

  override extra_repr(): string {
    return settings({ transforms: this.transforms.map(nameOf), p: this.p });
  }
}

/**
 * Transforms in random order.
 *
 * @throws TypeError for something that is no function, ValueError when there is none.
 * Source: `torchvision.transforms.v2.RandomOrder`.
 */
export class RandomOrder<const List extends readonly Step[] = readonly Step[]> extends Module {
  readonly transforms: List;

  constructor(...args: CallForms<ListArguments<List>, [transforms: List], ["transforms"]>) {
    super();
    this.transforms = checked("RandomOrder", bind("RandomOrder", { transforms }, args).transforms as List); // as in `Compose`
  }

  override forward(input: InputOf<List[number]>): OutputOf<List[number]> {
    const steps = order(this.transforms.length).map((position) => this.transforms[position]!);
    return applied(steps, input) as OutputOf<List[number]>; // one of their types
  }

  override extra_repr(): string {
    return settings({ transforms: this.transforms.map(nameOf) });
  }
}

/** A function as a transform. Source: `torchvision.transforms.v2.Lambda`. */
export class Lambda<In = never, Out = unknown> extends Module {
  readonly lambd: (input: In) => Out;

  /** @throws TypeError for anything else. */
  constructor(lambd: (input: In) => Out) {
    super();
    if (typeof lambd !== "function")
      throw new TypeError(`Lambda(): argument 'lambd' must be a function, not ${describe(lambd)}.`);
    this.lambd = lambd;
  }

  override forward(input: In): Out {
    return this.lambd(input);
  }

  override extra_repr(): string {
    return `${this.lambd.name || "<lambda>"}, types=['object']`;
  }
}
