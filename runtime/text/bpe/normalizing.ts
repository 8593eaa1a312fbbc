import { NotImplementedError } from "../../errors/notImplementedError.ts";
import type { Step } from "./definition.ts";
import { stepsOf } from "./splitting.ts";

const forms: ReadonlySet<string> = new Set(["NFC", "NFD", "NFKC", "NFKD"]);

/** What is done to a text before it is divided. @throws NotImplementedError for a step that is not known. */
export function normalizerFor(normalizer: Step | null | undefined): (text: string) => string {
  const steps = stepsOf(normalizer, "normalizers").map(({ type }) => type);
  const unknown = steps.find((type) => !forms.has(type));
  if (unknown !== undefined)
    throw new NotImplementedError(
      `tokenizer: the normalizer ${unknown} is not known; ${[...forms].join(", ")} and Sequence are.`,
    );
  return (text) => steps.reduce((changed, form) => changed.normalize(form), text);
}
