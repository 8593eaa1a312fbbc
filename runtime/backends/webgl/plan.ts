/** Which stages one program takes in, what it reads, and how it is known. */
import type { DType } from "../../dtype.ts";
import { isIdentity } from "./access.ts";
import { conversionTo, emitStage } from "./glsl/emission.ts";
import type { Access } from "./access.ts";
import type { Stage, StageInput } from "./stages.ts";
import type { Value } from "./values.ts";

/** An operand that is read from a texture. */
export interface Leaf {
  readonly value: Value;
  readonly access: Access | null;
}

type Reference =
  | { readonly kind: "stage" | "leaf"; readonly index: number; readonly dtype: DType }
  | { readonly kind: "number"; readonly index: number };

interface Member {
  readonly stage: Stage;
  readonly inputs: readonly Reference[];
  /** Where its parameters and constants begin among the program's fractions. */
  readonly numbers: number;
}

/** Operations that are done again, in other programs, rather than their results kept in a texture. */
const cheap = 24;

/** Textures that every WebGL 2 context lets a program read. */
const textureUnits = 16;

/** Whether a program may compute an input instead of reading it: it is pending, and it has the program's positions. */
export function canTakeIn(input: StageInput, length: number): boolean {
  return (
    "value" in input && input.access === null && input.value.stage !== null && input.value.length === length
  );
}

/** Whether a pending value that several computations use was a part of programs so often that it is kept from now on. */
function isWorthKeeping({ stage, users, taken }: Value): boolean {
  const { cost, leaves } = stage!; // only pending values are asked about
  // Each texture more than the one that would hold the result is an operation, too.
  return users > 1 && taken * (cost + leaves.length - 1) > cheap;
}

/** Everything that one program computes, for some values of one length. */
export class Plan {
  readonly leaves: Leaf[] = [];
  /** Numbers that change from call to call. */
  readonly fractions: number[] = [];
  readonly #members: Member[] = [];
  readonly #indices = new Map<Value, number>();
  readonly #roots: readonly number[];

  constructor(roots: readonly Value[]) {
    this.#roots = roots.map((root) => this.#take(root));
  }

  #take(value: Value): number {
    const known = this.#indices.get(value);
    if (known !== undefined) return known;
    const stage = value.stage!; // only values with one are taken in
    const inputs = stage.inputs.map((input) => this.#refer(input, stage.length));
    value.taken++;
    const member = { stage, inputs, numbers: this.fractions.length };
    this.fractions.push(...stage.parameters, ...stage.constants);
    this.#indices.set(value, this.#members.length);
    return this.#members.push(member) - 1;
  }

  #refer(input: StageInput, length: number): Reference {
    if ("number" in input) return { kind: "number", index: this.fractions.push(input.number) - 1 };
    const { value } = input;
    if (canTakeIn(input, length) && !this.#isKept(value))
      return { kind: "stage", index: this.#take(value), dtype: value.dtype };
    return { kind: "leaf", index: this.#leaf(value, input.access), dtype: value.dtype };
  }

  #isKept(value: Value): boolean {
    return !this.#indices.has(value) && this.leaves.length < textureUnits && isWorthKeeping(value);
  }

  #leaf(value: Value, access: Access | null): number {
    const known = this.leaves.findIndex((leaf) => leaf.value === value && sameAccess(leaf.access, access));
    return known >= 0 ? known : this.leaves.push({ value, access }) - 1;
  }

  /** Tells programs apart by what they compute, not by where they read. */
  get key(): string {
    const members = this.#members.map(({ stage, inputs }) => {
      const list = inputs.map((input) =>
        input.kind === "number"
          ? "n"
          : `${input.kind === "leaf" ? "l" : "s"}${input.index}:${input.dtype.code}`,
      );
      return `${stage.template.id}.${stage.compute.code}.${stage.dtype.code}.${stage.parameters.length}(${list.join()})`;
    });
    return `${members.join(";")}>${this.#roots.join()}`;
  }

  /** The statements of all stages. */
  body(): readonly string[] {
    return this.#members.flatMap(({ stage, inputs, numbers }, index) => {
      const { template, compute, dtype, parameters, constants } = stage;
      const conversions: string[] = [];
      const names = inputs.map((input, i) => {
        if (input.kind === "number") return `u[${input.index}]`;
        const name = `${input.kind === "leaf" ? "x" : "s"}${input.index}`;
        const text = conversionTo(compute, input.dtype, name);
        if (text === name) return name;
        conversions.push(`float s${index}i${i} = ${text};`);
        return `s${index}i${i}`;
      });
      const lines = emitStage(
        template,
        compute,
        dtype,
        {
          inputs: names,
          parameters: parameters.map((_, i) => `u[${numbers + i}]`),
          constants: constants.map((_, i) => `u[${numbers + parameters.length + i}]`),
        },
        `s${index}v`,
        `s${index}`,
      );
      return [...conversions, ...lines];
    });
  }

  /** What the statements call the results. */
  get results(): readonly string[] {
    return this.#roots.map((index) => `s${index}`);
  }
}

function sameAccess(left: Access | null, right: Access | null): boolean {
  if (left === null || right === null) return left === right;
  return (
    left.offset === right.offset &&
    left.sizes.length === right.sizes.length &&
    left.sizes.every((size, dim) => size === right.sizes[dim] && left.strides[dim] === right.strides[dim])
  );
}

/** The access, or `null` where it is each position's own element. */
export function settledAccess(access: Access, value: Value, length: number): Access | null {
  return value.length === length && isIdentity(access, length) ? null : access;
}
