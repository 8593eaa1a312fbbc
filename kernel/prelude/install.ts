import { renderProgress } from "../../renderers/progress.ts";
import { ProgressBar, registerRenderer } from "../display/index.ts";
import { loadRenderers, renderGraphSnapshot, renderTensorValue } from "./renderers.ts";

let installed = false;

/** Teaches the display of cells the tensors and graphs of this package. Once for the process; loads neither of them. */
export function installPrelude(): void {
  if (installed) return;
  installed = true;
  registerRenderer(renderGraphSnapshot);
  registerRenderer(renderTensorValue, loadRenderers);
  registerRenderer((value) => (value instanceof ProgressBar ? renderProgress(value.snapshot()) : undefined));
}
