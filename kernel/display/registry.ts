import type { Renderer } from "./types.ts";

const renderers: Renderer[] = [];

/** Adds a renderer. It is asked before those that were added earlier. */
export function registerRenderer(renderer: Renderer): void {
  renderers.unshift(renderer);
}

/** The renderers, in the order in which they are asked. */
export function registeredRenderers(): readonly Renderer[] {
  return renderers;
}
