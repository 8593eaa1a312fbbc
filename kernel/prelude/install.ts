import { renderProgress } from "../../renderers/progress.ts";
import { renderWidget } from "../../renderers/widget.ts";
import { ProgressBar, registerRenderer, Widget } from "../display/index.ts";
import {
  loadRenderers,
  renderGraphSnapshot,
  renderLivePlot,
  renderTensorValue,
  renderTraining,
} from "./renderers.ts";

let installed = false;

/** Teaches the display of cells the tensors and graphs of this package. Once for the process; loads neither of them. */
export function installPrelude(): void {
  if (installed) return;
  installed = true;
  registerRenderer(renderGraphSnapshot);
  registerRenderer(renderTensorValue, loadRenderers);
  registerRenderer(renderLivePlot);
  registerRenderer(renderTraining);
  registerRenderer((value) => (value instanceof Widget ? renderWidget(value.snapshot()) : undefined));
  registerRenderer((value) => (value instanceof ProgressBar ? renderProgress(value.snapshot()) : undefined));
}
