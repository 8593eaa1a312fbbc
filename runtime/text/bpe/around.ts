/** Tokens that a tokenizer puts before and behind a text, such as that of its beginning. */
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { ValueError } from "../../errors/valueError.ts";
import type { Step } from "./definition.ts";
import { stepsOf } from "./splitting.ts";

/** Their ids. */
export interface Around {
  readonly before: readonly number[];
  readonly behind: readonly number[];
}

/** A template is a list of tokens and of the text, which is the sequence A. */
function ofTemplate(step: Step): Around {
  const { single, special_tokens: tokens } = step as unknown as {
    // what Hugging Face writes; what is missing is noticed below
    readonly single?: readonly {
      readonly SpecialToken?: { readonly id: string };
      readonly Sequence?: unknown;
    }[];
    readonly special_tokens?: Readonly<Record<string, { readonly ids: readonly number[] }>>;
  };
  const place = single?.findIndex((part) => part.Sequence !== undefined) ?? -1;
  if (single === undefined || place < 0)
    throw new ValueError("tokenizer: the TemplateProcessing has no place for the text.");
  const idsOf = (parts: typeof single): number[] =>
    parts.flatMap(({ SpecialToken: special }) => {
      const ids = special && tokens?.[special.id]?.ids;
      if (ids === undefined)
        throw new ValueError("tokenizer: the TemplateProcessing names a token without ids.");
      return ids;
    });
  return { before: idsOf(single.slice(0, place)), behind: idsOf(single.slice(place + 1)) };
}

/** Pairs of a token and its id. */
function ofPair(step: Step): Around {
  const [before, behind] = [step["cls"], step["sep"]] as readonly (readonly [string, number] | undefined)[]; // what Hugging Face writes
  if (before === undefined || behind === undefined)
    throw new ValueError(`tokenizer: the post_processor ${step.type} needs cls and sep.`);
  return { before: [before[1]], behind: [behind[1]] };
}

function ofStep(step: Step): Around {
  switch (step.type) {
    case "ByteLevel":
      return { before: [], behind: [] };
    case "TemplateProcessing":
      return ofTemplate(step);
    case "RobertaProcessing":
    case "BertProcessing":
      return ofPair(step);
    default:
      throw new NotImplementedError(
        `tokenizer: the post_processor ${step.type} is not known; ByteLevel, TemplateProcessing, RobertaProcessing, BertProcessing and Sequence are.`,
      );
  }
}

/** What all steps of a post-processor put around a text. @throws NotImplementedError for a step that is not known. */
export function aroundOf(postProcessor: Step | null | undefined): Around {
  const all = stepsOf(postProcessor, "processors").map(ofStep);
  return {
    before: all.flatMap(({ before }) => before),
    behind: all.flatMap(({ behind }) => behind),
  };
}
