import { ValueError } from "../errors/valueError.ts";

/** How tensors are printed: what `torch.get_printoptions()` returns. */
export interface PrintOptions {
  /** Digits after the decimal point. */
  readonly precision: number;
  /** A tensor with more elements than this is summarised. */
  readonly threshold: number;
  /** How many items a summary shows at the beginning and at the end of each dimension. */
  readonly edgeitems: number;
  /** Characters a line may have before it is broken. */
  readonly linewidth: number;
  /** Scientific notation always (`true`), never (`false`), or where the values call for it (`null`). */
  readonly sci_mode: boolean | null;
}

/** Named sets of options. */
type PrintProfile = "default" | "short" | "full";

/** What `set_printoptions` takes: a profile, and options that override it. Left out or `null` means unchanged. */
export interface PrintOptionsUpdate {
  readonly precision?: number | null;
  readonly threshold?: number | null;
  readonly edgeitems?: number | null;
  readonly linewidth?: number | null;
  readonly profile?: PrintProfile | null;
  readonly sci_mode?: boolean | null;
}

type ProfileOptions = Omit<PrintOptions, "sci_mode">;

const profiles: Readonly<Record<PrintProfile, ProfileOptions>> = {
  default: { precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80 },
  short: { precision: 2, threshold: 1000, edgeitems: 2, linewidth: 80 },
  full: { precision: 4, threshold: Infinity, edgeitems: 3, linewidth: 80 },
};

let current: PrintOptions = { ...profiles.default, sci_mode: null };

/** A copy of the options in force; `set_printoptions` takes it back as it is. */
export function get_printoptions(): PrintOptions {
  return { ...current };
}

function profileNamed(name: PrintProfile | null | undefined): ProfileOptions {
  if (name === null || name === undefined) return current;
  if (!Object.hasOwn(profiles, name)) {
    const known = Object.keys(profiles).join('", "');
    throw new ValueError(`set_printoptions: profile must be one of "${known}"; got "${String(name)}".`);
  }
  return profiles[name];
}

function checkCount(name: string, value: number, largest: number): void {
  const whole = Number.isInteger(value) || value === Infinity;
  if (!whole || value < 0 || value > largest) {
    const limit = largest === Infinity ? "0 or more" : `from 0 to ${largest}`;
    throw new ValueError(`set_printoptions: ${name} must be a whole number, ${limit}; got ${String(value)}.`);
  }
}

const optionNames: ReadonlySet<string> = new Set([
  "precision",
  "threshold",
  "edgeitems",
  "linewidth",
  "profile",
  "sci_mode",
]);

/** More digits than any double has: 1074 after the point is the longest expansion. */
const largestPrecision = 1074;

/**
 * Changes how tensors are printed, as `torch.set_printoptions` does. As there, `sci_mode` is not kept: leaving it
 * out goes back to the choice by value.
 *
 * @throws ValueError for an unknown profile, or a count that is negative or not whole; TypeError for an option that does not exist.
 */
export function set_printoptions(update: PrintOptionsUpdate = {}): void {
  const unknown = Object.keys(update).find((name) => !optionNames.has(name));
  if (unknown !== undefined)
    throw new TypeError(
      `set_printoptions() got an unexpected keyword argument '${unknown}'. It takes ${[...optionNames].join(", ")}.`,
    );
  const base = profileNamed(update.profile);
  const next: PrintOptions = {
    precision: update.precision ?? base.precision,
    threshold: update.threshold ?? base.threshold,
    edgeitems: update.edgeitems ?? base.edgeitems,
    linewidth: update.linewidth ?? base.linewidth,
    sci_mode: update.sci_mode ?? null,
  };
  checkCount("precision", next.precision, largestPrecision);
  checkCount("threshold", next.threshold, Infinity);
  checkCount("edgeitems", next.edgeitems, Infinity);
  checkCount("linewidth", next.linewidth, Infinity);
  current = next;
}
