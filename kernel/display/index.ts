export {
  CommRegistry,
  type Comm,
  type CommEvent,
  type CommMessage,
  type CommOpenOptions,
  type CommOptions,
  type CommsGlobal,
} from "./comms.ts";
export {
  createDisplay,
  isDisplayAnswer,
  type Display,
  type DisplayOptions,
  type DisplayOutput,
} from "./display.ts";
export { displaySymbol, formatNow, formatValue, type Warn } from "./format.ts";
export {
  jupyterGlobal,
  type ClearOutput,
  type JupyterGlobal,
  type TypesSetting,
  type UpdateDisplay,
} from "./jupyter.ts";
export { createProgress, type Progress } from "./progress-function.ts";
export { ProgressBar, type ProgressOptions, type ProgressSnapshot } from "./progress.ts";
export { prepareRenderers, registerRenderer } from "./registry.ts";
export { boundedText, failureText, plainText } from "./text.ts";
export { createWidgets, type Widgets } from "./widgets/controls.ts";
export { LivePlot } from "./widgets/live-plot.ts";
export { serveWidgets, Widget } from "./widgets/widget.ts";
export type { Broadcast, DisplayContent, MimeBundle, OutputSink, Renderer } from "./types.ts";
