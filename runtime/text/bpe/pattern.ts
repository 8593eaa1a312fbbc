/** Regular expressions of tokenizers, which are written for Rust and Oniguruma, as JavaScript has them. */
import { ValueError } from "../../errors/valueError.ts";

/** How GPT-2 divides text into words, numbers, signs and spaces. */
export const gpt2Pattern: string = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

/** What JavaScript means by these is less, or more, than Unicode's white space and decimal digits. */
const classes: Readonly<Record<string, string>> = {
  s: String.raw`\p{White_Space}`,
  S: String.raw`\P{White_Space}`,
  d: String.raw`\p{Nd}`,
  D: String.raw`\P{Nd}`,
};

/** Letters of ASCII that others are equal to where case does not count. */
const furtherCases: Readonly<Record<string, string>> = { s: "ſ", k: "\u{212A}" };

function inBothCases(text: string): string {
  return text.replaceAll(/[a-z]/gi, (letter) => {
    const lower = letter.toLowerCase();
    return `[${lower}${lower.toUpperCase()}${furtherCases[lower] ?? ""}]`;
  });
}

/**
 * The same expression for JavaScript: classes of Unicode, and groups without case.
 *
 * @throws ValueError when it has something that JavaScript has not.
 */
export function toRegExp(pattern: string): RegExp {
  const translated = pattern
    .replaceAll(/\(\?i:([^()[\]\\]*)\)/g, (_, body: string) => `(?:${inBothCases(body)})`)
    .replaceAll(/\\([sSdD])/g, (_, name: string) => classes[name]!); // the expression above lists them;
  try {
    return new RegExp(translated, "gu");
  } catch (error) {
    throw new ValueError(
      `tokenizer: the expression ${JSON.stringify(pattern)} cannot be used in JavaScript: ${String(error)}.`,
      { cause: error },
    );
  }
}

/** Text as an expression that matches it. */
export function escaped(text: string): string {
  return text.replaceAll(/[$()*+./?[\\\]^{|}]/g, String.raw`\$&`);
}
