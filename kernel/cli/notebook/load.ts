import { readInput } from "../files.ts";
import { checkLanguage } from "./language.ts";
import { parseNotebook } from "./parse.ts";
import type { Notebook } from "./types.ts";

/** A notebook with the file that it was read from. */
export interface LoadedNotebook {
  /** The path as the user wrote it, for messages. */
  readonly file: string;
  /** What the file contained, to notice that it was changed meanwhile. */
  readonly text: string;
  readonly notebook: Notebook;
}

/**
 * Reads notebooks, all of them before anything runs.
 *
 * @throws InputError of the first that cannot be read, is no notebook, or is for another language.
 */
export async function loadNotebooks(files: readonly string[]): Promise<LoadedNotebook[]> {
  const loaded: LoadedNotebook[] = [];
  for (const file of files) {
    const text = await readInput(file);
    const notebook = parseNotebook(text, file);
    checkLanguage(notebook, file);
    loaded.push({ file, text, notebook });
  }
  return loaded;
}
