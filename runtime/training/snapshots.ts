/** What one sees while training, as plain data: all that its views need. */

/** One call of a module while an example went through a model. */
export interface SummaryRow {
  /** How many modules stand around it; 0 for the model itself. */
  readonly depth: number;
  /** Its name in the module around it, `""` for the model itself. */
  readonly name: string;
  /** Its class. */
  readonly kind: string;
  /** The shapes of the tensors that went in. */
  readonly inputs: readonly (readonly number[])[];
  /** The shapes of the tensors that came out. */
  readonly outputs: readonly (readonly number[])[];
  /** How many numbers it has that belong to no other row. */
  readonly parameters: number;
  /** How many of them are learned. */
  readonly trainable: number;
  readonly multiplyAdds: number;
  /** Whether the same module stands in an earlier row, where its parameters are counted. */
  readonly again: boolean;
}

/** A model with the shapes that flow through it, and what it costs. */
export interface SummarySnapshot {
  readonly kind: "summary";
  /** In the order of the calls, the model itself first. */
  readonly rows: readonly SummaryRow[];
  readonly parameters: number;
  readonly trainable: number;
  readonly multiplyAdds: number;
  readonly bytes: {
    readonly inputs: number;
    /** What the layers with parameters give, and the gradients of that. */
    readonly outputs: number;
    readonly parameters: number;
  };
  /** The same as a table of text. */
  readonly text: string;
}

/** How well one class was told from the others. What has no example, or no prediction, is `NaN`. */
export interface ClassRates {
  readonly label: string;
  /** How many examples are of this class. */
  readonly support: number;
  /** How many were taken for it. */
  readonly predicted: number;
  /** The share of what was taken for it that is of this class. */
  readonly precision: number;
  /** The share of the class that was found. */
  readonly recall: number;
  /** The harmonic mean of the two. */
  readonly f1: number;
}

/** Which classes were taken for which. */
export interface ConfusionSnapshot {
  readonly kind: "confusion";
  /** A row for each true class, with how often it was taken for each class. */
  readonly counts: readonly (readonly number[])[];
  readonly classes: readonly ClassRates[];
  readonly total: number;
  readonly correct: number;
  /** The same as a table of text. */
  readonly text: string;
}

/** One picture of a grid. */
export interface GridImage {
  /** Rows of pixels from the top: one byte for each, or three for red, green and blue. */
  readonly pixels: Uint8Array;
  readonly title: string;
  /** Whether the prediction is right; `null` where there is none. */
  readonly right: boolean | null;
}

/** Pictures of one size, side by side. */
export interface ImagesSnapshot {
  readonly kind: "images";
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly images: readonly GridImage[];
  /** How many there were, of which `images` are the first. */
  readonly total: number;
  /** How many stand side by side; `null` for as many as there is room for. */
  readonly columns: number | null;
  /** The values that became black and white. */
  readonly range: readonly [number, number];
  /** The same in words. */
  readonly text: string;
}

/** How numbers are spread at one step. */
export interface SpreadSnapshot {
  readonly step: number;
  /** The smallest and the largest finite number. */
  readonly range: readonly [number, number];
  /** How many numbers lie in each of equal parts of the range. */
  readonly counts: readonly number[];
  readonly mean: number;
  readonly std: number;
  /** The share of numbers that are 0. */
  readonly zeros: number;
  /** How many are NaN or infinite. */
  readonly nonFinite: number;
}

/** One layer over time. */
export interface LayerSpreads {
  readonly name: string;
  readonly kind: string;
  readonly weights: readonly SpreadSnapshot[];
  readonly gradients: readonly SpreadSnapshot[];
  readonly activations: readonly SpreadSnapshot[];
}

/** The numbers of a model over time. */
export interface HistogramsSnapshot {
  readonly kind: "histograms";
  readonly layers: readonly LayerSpreads[];
  /** What looks wrong, in words. */
  readonly warnings: readonly string[];
  /** The same as a table of text. */
  readonly text: string;
}
