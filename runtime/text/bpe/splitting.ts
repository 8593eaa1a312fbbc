/** How text is divided into the words within which tokens are merged. */
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { ValueError } from "../../errors/valueError.ts";
import type { Step } from "./definition.ts";
import { escaped, gpt2Pattern, toRegExp } from "./pattern.ts";

/** Divides a text. */
export type Splitter = (text: string) => readonly string[];

/** The parts of a text that an expression matches, and those between them. */
function partsOf(text: string, expression: RegExp): { readonly text: string; readonly matches: boolean }[] {
  const parts: { text: string; matches: boolean }[] = [];
  let end = 0;
  for (const match of text.matchAll(expression)) {
    if (match.index > end) parts.push({ text: text.slice(end, match.index), matches: false });
    if (match[0] !== "") parts.push({ text: match[0], matches: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), matches: false });
  return parts;
}

function splitBy(expression: RegExp, removes: "matches" | "others" | null): Splitter {
  return (text) =>
    partsOf(text, expression)
      .filter(({ matches }) => removes === null || matches !== (removes === "matches"))
      .map((part) => part.text);
}

/** Whether the words of a tokenizer begin with a space that the text has not. */
function withSpaceBefore(text: string): string {
  return text.startsWith(" ") ? text : ` ${text}`;
}

const byGpt2: Splitter = splitBy(toRegExp(gpt2Pattern), null);

function expressionOf(step: Step): RegExp {
  const pattern = step["pattern"];
  if (typeof pattern === "object" && pattern !== null) {
    if ("Regex" in pattern && typeof pattern.Regex === "string") return toRegExp(pattern.Regex);
    if ("String" in pattern && typeof pattern.String === "string")
      return new RegExp(escaped(pattern.String), "gu");
  }
  throw new ValueError(`tokenizer: the step ${step.type} needs a pattern with Regex or String.`);
}

function splitterOfSplit(step: Step): Splitter {
  const behavior = step["behavior"];
  const expression = expressionOf(step);
  if (behavior === "Isolated") return splitBy(expression, null);
  if (behavior === "Removed") return splitBy(expression, step["invert"] === true ? "others" : "matches");
  throw new NotImplementedError(
    `tokenizer: the step Split with behavior ${JSON.stringify(behavior)} is not known; Isolated and Removed are.`,
  );
}

function splitterOfBytes(step: Step): Splitter {
  const divide: Splitter = step["use_regex"] === false ? (text) => (text === "" ? [] : [text]) : byGpt2;
  return step["add_prefix_space"] === true ? (text) => divide(withSpaceBefore(text)) : divide;
}

function isStep(value: unknown): value is Step {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** The steps of one, which may be a sequence. @throws ValueError where something in it is no step. */
export function stepsOf(step: Step | null | undefined, inside: string): readonly Step[] {
  if (step === null || step === undefined) return [];
  if (!isStep(step))
    throw new ValueError(`tokenizer: a step has a type, and this has none: ${JSON.stringify(step)}.`);
  if (step.type !== "Sequence") return [step];
  const steps = step[inside];
  if (!Array.isArray(steps)) throw new ValueError(`tokenizer: a Sequence needs an array named ${inside}.`);
  return steps.flatMap((each: Step) => stepsOf(each, inside));
}

function splitterOf(step: Step): Splitter {
  switch (step.type) {
    case "ByteLevel":
      return splitterOfBytes(step);
    case "Split":
      return splitterOfSplit(step);
    case "Digits":
      return splitBy(step["individual_digits"] === true ? /\p{N}/gu : /\p{N}+/gu, null);
    default:
      throw new NotImplementedError(
        `tokenizer: the pre_tokenizer ${step.type} is not known; ByteLevel, Split, Digits and Sequence are.`,
      );
  }
}

/**
 * All steps of a pre-tokenizer.
 *
 * @throws NotImplementedError for one that is not of bytes, or has a step that is not known.
 */
export function splitterFor(preTokenizer: Step | null | undefined): Splitter {
  const steps = stepsOf(preTokenizer, "pretokenizers");
  if (steps.at(-1)?.type !== "ByteLevel")
    throw new NotImplementedError(
      `tokenizer: only tokenizers of bytes are known, whose pre_tokenizer ends with ByteLevel, as those of GPT-2 and Llama 3; this one has ${steps.map(({ type }) => type).join(", ") || "none"}.`,
    );
  const splitters = steps.map(splitterOf);
  return (text) => {
    let parts: readonly string[] = [text];
    for (const split of splitters) parts = parts.flatMap(split);
    return parts;
  };
}
