/** One thing that the doctor looked at. */
export interface Finding {
  /** `missing` is an optional thing that is not there; `broken` is something without which the kernel does not work. */
  readonly state: "ok" | "missing" | "broken";
  readonly text: string;
  /** How to get it, or to repair it. */
  readonly advice?: string;
}

const MARKS: Readonly<Record<Finding["state"], string>> = { ok: "✓", missing: "–", broken: "✗" };

/** A finding as the doctor prints it. */
export function describeFinding({ state, text, advice }: Finding): string {
  return `  ${MARKS[state]} ${text}${advice === undefined ? "" : `\n      ${advice}`}`;
}
