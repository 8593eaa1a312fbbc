/** Chooses between kernels and the reference. */
import { numel } from "../../../shape.ts";
import type { View } from "../../backend.ts";
import type { Combine, IndexingBackend, Selection } from "../../indexing.ts";
import { copy } from "../copying/copy.ts";
import * as reference from "../reference/positions.ts";
import { countTrue, truePositions } from "./mask.ts";
import { putByKernel, takeByKernel } from "./selection.ts";
import { triangle } from "./triangle.ts";

/** Up to so many elements JavaScript is faster than preparing a kernel. */
const fewElements = 16;

function take(output: View, source: Selection): boolean {
  const count = numel(output.shape);
  if (count === 0) return true;
  if (source.coordinates.length === 0) copy(output, source.view);
  else if (count > fewElements) return takeByKernel(output, source);
  else return reference.take(output, source);
  return true;
}

function put(target: Selection, values: View, combine: Combine): boolean {
  const count = numel(values.shape);
  if (count === 0) return true;
  if (count > fewElements && target.coordinates.length > 0) return putByKernel(target, values, combine);
  return reference.put(target, values, combine);
}

/** The processor's part of `IndexingBackend`. */
export const indexing: IndexingBackend = { take, put, triangle, countTrue, truePositions };
