import type * as Renderers from "../../renderers/index.ts";
import type * as Runtime from "../../runtime/index.ts";
import type { GraphSnapshot } from "../../runtime/snapshot.ts";
import type {
  ConfusionSnapshot,
  HistogramsSnapshot,
  ImagesSnapshot,
  SummarySnapshot,
} from "../../runtime/training/snapshots.ts";
import { LivePlot, type MimeBundle } from "../display/index.ts";

/** The modules that showing tensors takes. */
export interface Loaded {
  readonly runtime: typeof Runtime;
  readonly renderers: typeof Renderers;
}

let loaded: Loaded | undefined;

/**
 * Loads the runtime and its renderers, unless they are: when a cell imports the package, or at the latest when the first
 * value looks like theirs.
 */
export async function loadRenderers(): Promise<Loaded> {
  const [runtime, renderers] = await Promise.all([
    import("../../runtime/index.ts"),
    import("../../renderers/index.ts"),
  ]);
  loaded = { runtime, renderers };
  return loaded;
}

/** Puts the runtime in order after an interrupt has stopped a cell in the middle of an operation. */
export function recoverRuntime(): void {
  loaded?.runtime.recoverFromInterrupt();
}

/** Renders at once when everything is loaded, so that a display in a synchronous loop does not wait for its end. */
function whenLoaded(
  render: (loaded: Loaded) => MimeBundle | Promise<MimeBundle> | undefined,
): MimeBundle | undefined | Promise<MimeBundle | undefined> {
  return loaded === undefined ? loadRenderers().then(render) : render(loaded);
}

/** Whether a value's class, or one that it extends, is called `Tensor`. Whose class that is shows when the runtime is loaded. */
function looksLikeTensor(value: object): boolean {
  for (
    let prototype = Object.getPrototypeOf(value);
    prototype !== null;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    const { constructor } = prototype as { constructor?: unknown };
    if (typeof constructor === "function" && constructor.name === "Tensor") return true;
  }
  return false;
}

/** Shows a tensor of this package: its values, as PyTorch prints them and as a picture. */
export function renderTensorValue(value: unknown): MimeBundle | undefined | Promise<MimeBundle | undefined> {
  if (typeof value !== "object" || value === null || !looksLikeTensor(value)) return undefined;
  return whenLoaded(({ runtime, renderers }) =>
    value instanceof runtime.Tensor ? renderers.renderTensor(runtime.snapshot(value)) : undefined,
  );
}

/** Whether a value is what the runtime's `graph()` returns, which is plain data. */
function isGraphSnapshot(value: unknown): value is GraphSnapshot {
  if (typeof value !== "object" || value === null) return false;
  const { kind, nodes, edges } = value as { kind?: unknown; nodes?: unknown; edges?: unknown };
  return kind === "graph" && Array.isArray(nodes) && Array.isArray(edges);
}

/** Draws a computation graph. */
export function renderGraphSnapshot(value: unknown): undefined | Promise<MimeBundle | undefined> {
  if (!isGraphSnapshot(value)) return undefined;
  return loadRenderers().then(({ renderers }) => renderers.renderGraph(value));
}

/** Draws the curves of a live plot, as `plot` of the renderers draws them. */
export function renderLivePlot(value: unknown): MimeBundle | undefined | Promise<MimeBundle | undefined> {
  if (!(value instanceof LivePlot)) return undefined;
  const series = value.series();
  if (series.length === 0) return { "text/plain": "a plot without points" };
  return whenLoaded(({ renderers }) => renderers.plot(series, value.options)[renderers.DISPLAY]());
}

/** What the runtime says of a model or a training. */
type TrainingSnapshot = ConfusionSnapshot | HistogramsSnapshot | ImagesSnapshot | SummarySnapshot;

const trainingKinds: ReadonlySet<unknown> = new Set<TrainingSnapshot["kind"]>([
  "confusion",
  "histograms",
  "images",
  "summary",
]);

/** Whether a value is one of those, which are plain data with a text. */
function isTrainingSnapshot(value: unknown): value is TrainingSnapshot {
  if (typeof value !== "object" || value === null || !("kind" in value) || !("text" in value)) return false;
  return trainingKinds.has(value.kind) && typeof value.text === "string";
}

/** Shows summaries, confusion matrices, pictures and histograms. */
export function renderTraining(value: unknown): MimeBundle | undefined | Promise<MimeBundle | undefined> {
  if (!isTrainingSnapshot(value)) return undefined;
  return whenLoaded(({ renderers }) => {
    switch (value.kind) {
      case "confusion":
        return renderers.renderConfusion(value);
      case "histograms":
        return renderers.renderHistograms(value);
      case "images":
        return renderers.renderImages(value);
      case "summary":
        return renderers.renderSummary(value);
    }
  });
}
