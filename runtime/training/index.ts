/** What one sees while training. */
export { confusionMatrix, type ConfusionMatrix, type ConfusionOptions } from "./confusionMatrix.ts";
export { EarlyStopping, type EarlyStoppingArguments } from "./earlyStopping.ts";
export { histograms, type HistogramsOptions, type LayerHistograms } from "./histograms.ts";
export { images, type ImageGrid, type ImagesOptions } from "./images.ts";
export { summary, type Summary, type SummaryArguments } from "./summary.ts";
export type {
  ClassRates,
  ConfusionSnapshot,
  GridImage,
  HistogramsSnapshot,
  ImagesSnapshot,
  LayerSpreads,
  SpreadSnapshot,
  SummaryRow,
  SummarySnapshot,
} from "./snapshots.ts";
