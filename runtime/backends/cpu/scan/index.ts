/** Divides scans among threads: by rows, or by blocks of columns. */
import type { WideName } from "../../../dtype.ts";
import type { View } from "../../backend.ts";
import type { ScanBackend } from "../../scan.ts";
import { addressOf } from "../memory/storage.ts";
import { runKernel } from "../threads/parallel.ts";
import { columnBlock, extremeModule, scanModule } from "./kernels.ts";

/** Elements that are worth a thread. */
const elementsPerThread = 16_384;

/** Blocks of columns, and how many of them are worth a thread. */
function units([outer, n, inner]: readonly [number, number, number]): { total: number; grain: number } {
  const total = outer * Math.ceil(inner / columnBlock);
  return { total, grain: Math.ceil(elementsPerThread / (n * Math.min(inner, columnBlock))) };
}

function scan(kind: "sum" | "prod", output: View, input: View, reverse: boolean): void {
  const shape = input.shape as readonly [number, number, number];
  const [, n, inner] = shape;
  const { total, grain } = units(shape);
  // The interface names the dtypes that are accumulated.
  const module = scanModule(input.dtype.name as "float32" | "float64" | "int64");
  const addresses = [input, output].map(addressOf);
  const name = inner === 1 ? (`${kind}Rows` as const) : (`${kind}Columns` as const);
  runKernel(module, name, total, grain, [...addresses, 0, n, inner, Number(reverse)]);
}

function scanExtreme(kind: "max" | "min", values: View, indices: View, input: View): void {
  const shape = input.shape as readonly [number, number, number];
  const [, n, inner] = shape;
  const { total, grain } = units(shape);
  const addresses = [input, values, indices].map(addressOf);
  // Elements of other dtypes come as a wider one.
  runKernel(extremeModule(input.dtype.name as WideName), kind, total, grain, [...addresses, n, inner, 0]);
}

/** The processor's part of `ScanBackend`. */
export const scanning: ScanBackend = { scan, scanExtreme };
