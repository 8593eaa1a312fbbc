import path from "node:path";
import { ExecutionError } from "../execution-error.ts";
import { ensureWritableFolder, writeFilesAtomically } from "../files.ts";
import { executeAll } from "../execute-all.ts";
import type { ExecutionFlags } from "../execute-all.ts";
import { InputError } from "../input-error.ts";
import { interruptible } from "../interrupts.ts";
import { loadNotebooks } from "../notebook/load.ts";
import type { LoadedNotebook } from "../notebook/load.ts";
import type { Notebook } from "../notebook/types.ts";
import { checkPageNames, renderSite } from "../page/site.ts";
import type { SiteSource } from "../page/site.ts";
import type { Progress } from "../progress.ts";

/** The flags of `typetorch render`. */
export interface RenderFlags extends ExecutionFlags {
  readonly out: string;
  readonly title: string;
  /** Execute the notebooks first; their files stay as they are. */
  readonly execute?: boolean;
  /** Execute these of them; the others keep the outputs that they have. */
  readonly executeOnly?: readonly string[];
}

/**
 * `typetorch render`: writes a page for each notebook and `index.html`, all of them or none.
 *
 * @throws InputError before anything runs; ExecutionError when a notebook fails.
 */
export async function render(
  files: readonly string[],
  flags: RenderFlags,
  progress: Progress,
): Promise<void> {
  const wanted = toExecute(files, flags);
  if (wanted.size === 0) refuseExecutionFlags(flags);
  const loaded = await loadNotebooks(files);
  checkPageNames(files);
  await ensureWritableFolder(flags.out);
  const results = await executed(
    loaded.filter(({ file }) => wanted.has(file)),
    flags,
    progress,
  );
  const sources = loaded.map(({ file, notebook }): SiteSource => {
    const result = results.get(file);
    return { file, notebook: result ?? notebook, foreignHtml: result === undefined ? "framed" : "inline" };
  });
  const pages = await renderSite(sources, { folder: flags.out, title: flags.title });
  await writeFilesAtomically(pages);
  progress.line(`Wrote ${pages.length} pages: open ${pages.at(-1)?.file ?? flags.out}`);
}

/** The notebooks that are to be executed, as the user wrote their paths. @throws InputError for one that gets no page */
function toExecute(files: readonly string[], { execute, executeOnly }: RenderFlags): ReadonlySet<string> {
  if (executeOnly === undefined) return new Set(execute === true ? files : []);
  const paths = new Map(files.map((file) => [path.resolve(file), file]));
  return new Set(
    executeOnly.map((file) => {
      const known = paths.get(path.resolve(file));
      if (known === undefined)
        throw new InputError(`--execute-only names ${file}, which is none of the notebooks that get a page.`);
      return known;
    }),
  );
}

/** A flag that would have no effect is most likely a forgotten --execute. */
function refuseExecutionFlags({ timeout, allowErrors, existing }: RenderFlags): void {
  const flag =
    (timeout !== undefined && "--timeout") ||
    (allowErrors !== undefined && "--allow-errors") ||
    (existing !== undefined && "--existing");
  if (flag !== false)
    throw new InputError(
      `${flag} only has an effect together with --execute. Add --execute, or leave it out.`,
    );
}

async function executed(
  loaded: readonly LoadedNotebook[],
  flags: RenderFlags,
  progress: Progress,
): Promise<ReadonlyMap<string, Notebook>> {
  const results = new Map<string, Notebook>();
  if (loaded.length === 0) return results;
  const failures = await interruptible((signal) =>
    executeAll(loaded, flags, progress, signal, ({ file }, notebook) => {
      results.set(file, notebook);
    }),
  );
  if (failures.length > 0) {
    const messages = failures.map(({ message }) => message).join("\n\n");
    throw new ExecutionError(
      `${messages}\n\nNo page was written. With --allow-errors the pages show the errors.`,
    );
  }
  return results;
}
