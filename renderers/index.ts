export { GRAPH_MIME, renderGraph } from "./graph.ts";
export { DISPLAY } from "./mime.ts";
export type { MimeBundle } from "./mime.ts";
export { plot } from "./plot.ts";
export type { Plot, PlotOptions } from "./plot.ts";
export type { PlotSeries, PlotValues } from "./plot-series.ts";
export { renderTensor, TENSOR_MIME } from "./tensor.ts";
export type { JsonNumber, TensorData } from "./tensor-data.ts";
