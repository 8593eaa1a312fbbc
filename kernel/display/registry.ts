import type { Renderer } from "./types.ts";

type Prepare = () => Promise<unknown>;

const renderers: Renderer[] = [];
const preparations: Prepare[] = [];

/**
 * Adds a renderer. It is asked before those that were added earlier.
 *
 * @param prepare loads what the renderer needs to answer at once; see `prepareRenderers`
 */
export function registerRenderer(renderer: Renderer, prepare?: Prepare): void {
  renderers.unshift(renderer);
  if (prepare !== undefined) preparations.push(prepare);
}

/** The renderers, in the order in which they are asked. */
export function registeredRenderers(): readonly Renderer[] {
  return renderers;
}

/**
 * Lets renderers load what they wait for, before a cell has values for them: what a cell displays in a synchronous loop then
 * appears while the loop runs. A failure is kept for the first value, where it is reported.
 */
export async function prepareRenderers(): Promise<void> {
  await Promise.allSettled(preparations.map((prepare) => prepare()));
}
