import { InputError } from "../input-error.ts";
import type { Notebook } from "./types.ts";

/** JavaScript is TypeScript, so notebooks of JavaScript kernels run too. */
const LANGUAGES = new Set(["typescript", "javascript"]);

/**
 * Checks that a notebook is written in the language that this kernel runs. A notebook without metadata is taken as it is.
 *
 * @throws InputError that names the kernel found and the one needed.
 */
export function checkLanguage(notebook: Notebook, file: string): void {
  const name = textAt(notebook.metadata["kernelspec"], "name");
  if (name === "typetorch") return;
  const language =
    textAt(notebook.metadata["language_info"], "name") ?? textAt(notebook.metadata["kernelspec"], "language");
  if (language === undefined ? name === undefined : LANGUAGES.has(language.toLowerCase())) return;
  const found = name === undefined ? "another kernel" : `the kernel "${name}"`;
  throw new InputError(
    `${file}: this notebook is for ${found}${language === undefined ? "" : ` (language ${language})`}; ` +
      'expected the kernel "typetorch" (language typescript). Run it with its own kernel, or change its kernel in Jupyter.',
  );
}

function textAt(value: unknown, key: string): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const text: unknown = Object.getOwnPropertyDescriptor(value, key)?.value;
  return typeof text === "string" && text !== "" ? text : undefined;
}
