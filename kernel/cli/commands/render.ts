import { ExecutionError } from "../execution-error.ts";
import { ensureWritableFolder, writeFilesAtomically } from "../files.ts";
import { executeAll } from "../execute-all.ts";
import type { ExecutionFlags } from "../execute-all.ts";
import { InputError } from "../input-error.ts";
import { interruptible } from "../interrupts.ts";
import { loadNotebooks } from "../notebook/load.ts";
import type { LoadedNotebook } from "../notebook/load.ts";
import { checkPageNames, renderSite } from "../page/site.ts";
import type { SiteSource } from "../page/site.ts";
import type { Progress } from "../progress.ts";

/** The flags of `typetorch render`. */
export interface RenderFlags extends ExecutionFlags {
  readonly out: string;
  readonly title: string;
  /** Execute the notebooks first; their files stay as they are. */
  readonly execute?: boolean;
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
  const execute = flags.execute === true;
  if (!execute) refuseExecutionFlags(flags);
  const loaded = await loadNotebooks(files);
  checkPageNames(files);
  await ensureWritableFolder(flags.out);
  const sources = execute ? await executed(loaded, flags, progress) : loaded;
  const pages = await renderSite(sources, {
    folder: flags.out,
    title: flags.title,
    foreignHtml: execute ? "inline" : "framed",
  });
  await writeFilesAtomically(pages);
  progress.line(`Wrote ${pages.length} pages: open ${pages.at(-1)?.file ?? flags.out}`);
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
): Promise<SiteSource[]> {
  const sources: SiteSource[] = [];
  const failures = await interruptible((signal) =>
    executeAll(loaded, flags, progress, signal, ({ file }, notebook) => {
      sources.push({ file, notebook });
    }),
  );
  if (failures.length > 0) {
    const messages = failures.map(({ message }) => message).join("\n\n");
    throw new ExecutionError(
      `${messages}\n\nNo page was written. With --allow-errors the pages show the errors.`,
    );
  }
  return sources;
}
