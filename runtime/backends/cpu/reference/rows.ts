/** Work on rows in JavaScript: for float64, for a handful of elements, and to hold the kernels against. See `RowBackend` for what each does. */
import type { View } from "../../backend.ts";
import type { Labels, PickedSums, RowBackend } from "../../rows.ts";

/** The elements of a row-major view. */
interface Elements {
  readonly data: { [index: number]: number };
  readonly offset: number;
}

function elementsOf(view: View): Elements {
  // Views of row kernels are floating-point.
  return { data: view.storage.data as { [index: number]: number }, offset: view.offset };
}

function rowLength(view: View): number {
  return view.shape.at(-1)!;
}

function rowCount(view: View): number {
  return view.shape.slice(0, -1).reduce((product, size) => product * size, 1);
}

/** Calls `visit` with the position of each row's first element, behind the offset. */
function forEachRow(view: View, visit: (start: number, row: number) => void): void {
  const n = rowLength(view);
  const rows = rowCount(view);
  for (let row = 0; row < rows; row++) visit(row * n, row);
}

function largestOf({ data, offset }: Elements, start: number, n: number): number {
  let largest = -Infinity;
  for (let i = offset + start; i < offset + start + n; i++) largest = Math.max(largest, data[i]!);
  return largest;
}

function sumOfExponentials({ data, offset }: Elements, start: number, n: number, largest: number): number {
  let total = 0;
  for (let i = offset + start; i < offset + start + n; i++) total += Math.exp(data[i]! - largest);
  return total;
}

/** The sum of the row's elements, each multiplied by that of `other` where there is one. */
function productOf(left: Elements, right: Elements | null, start: number, n: number): number {
  let total = 0;
  if (right === null) for (let i = start; i < start + n; i++) total += left.data[left.offset + i]!;
  else
    for (let i = start; i < start + n; i++)
      total += left.data[left.offset + i]! * right.data[right.offset + i]!;
  return total;
}

function momentsOf(input: Elements, start: number, n: number): { mean: number; variance: number } {
  const mean = productOf(input, null, start, n) / n;
  let squares = 0;
  for (let i = input.offset + start; i < input.offset + start + n; i++)
    squares += (input.data[i]! - mean) ** 2;
  return { mean, variance: squares / n };
}

/** The column's element, or `neutral` where there are none. */
function column(elements: Elements | null, i: number, neutral: number): number {
  return elements === null ? neutral : elements.data[elements.offset + i]!;
}

function optional(view: View | null): Elements | null {
  return view === null ? null : elementsOf(view);
}

/** Calls `visit` for each row that counts, with its label and its weight. */
function forEachLabel(
  { labels, weight, ignored }: Labels,
  rows: number,
  visit: (row: number, label: number, weight: number) => void,
): void {
  const data = labels.storage.data as BigInt64Array; // labels are int64
  const weights = optional(weight);
  for (let row = 0; row < rows; row++) {
    const label = Number(data[labels.offset + row]!);
    if (label !== ignored) visit(row, label, column(weights, label, 1));
  }
}

/** Writes what `pickLabels` has added up. */
export function storeSums({ total, weights, mean }: PickedSums, losses: number, weight: number): void {
  elementsOf(total).data[total.offset] = mean ? losses / weight : losses;
  elementsOf(weights).data[weights.offset] = weight;
}

/** What elements are multiplied with to divide them. */
export function factorOf(divisor: View | null): number {
  return divisor === null ? 1 : 1 / elementsOf(divisor).data[divisor.offset]!;
}

export const referenceRows: RowBackend = {
  softmax(output, input, logarithm) {
    const [from, to] = [elementsOf(input), elementsOf(output)];
    const n = rowLength(input);
    forEachRow(input, (start) => {
      const largest = largestOf(from, start, n);
      const total = sumOfExponentials(from, start, n, largest);
      const rest = Math.log(total);
      for (let i = start; i < start + n; i++) {
        const x = from.data[from.offset + i]! - largest;
        to.data[to.offset + i] = logarithm ? x - rest : Math.exp(x) / total;
      }
    });
  },

  softmaxBackward(output, grad, result, logarithm) {
    const [g, y, to] = [elementsOf(grad), elementsOf(result), elementsOf(output)];
    const n = rowLength(grad);
    forEachRow(grad, (start) => {
      const total = productOf(g, logarithm ? null : y, start, n);
      for (let i = start; i < start + n; i++) {
        const [slope, value] = [g.data[g.offset + i]!, y.data[y.offset + i]!];
        to.data[to.offset + i] = logarithm ? slope - Math.exp(value) * total : value * (slope - total);
      }
    });
  },

  logSumExp(output, input) {
    const [from, to] = [elementsOf(input), elementsOf(output)];
    const n = rowLength(input);
    forEachRow(input, (start, row) => {
      const largest = largestOf(from, start, n);
      to.data[to.offset + row] =
        Math.abs(largest) === Infinity
          ? largest
          : largest + Math.log(sumOfExponentials(from, start, n, largest));
    });
  },

  moments(means, variances, input) {
    const [from, to, second] = [elementsOf(input), elementsOf(means), elementsOf(variances)];
    forEachRow(input, (start, row) => {
      const { mean, variance } = momentsOf(from, start, rowLength(input));
      to.data[to.offset + row] = mean;
      second.data[second.offset + row] = variance;
    });
  },

  normalize(output, means, scales, input, weight, bias, epsilon) {
    const [from, to, centers, factors] = [input, output, means, scales].map(elementsOf) as [
      Elements,
      Elements,
      Elements,
      Elements,
    ];
    const [w, b] = [optional(weight), optional(bias)];
    const n = rowLength(input);
    forEachRow(input, (start, row) => {
      const { mean, variance } = momentsOf(from, start, n);
      const scale = 1 / Math.sqrt(variance + epsilon);
      centers.data[centers.offset + row] = mean;
      factors.data[factors.offset + row] = scale;
      for (let i = 0; i < n; i++)
        to.data[to.offset + start + i] =
          (from.data[from.offset + start + i]! - mean) * scale * column(w, i, 1) + column(b, i, 0);
    });
  },

  normalizeBackward(output, grad, input, means, scales, weight) {
    const [g, x, to] = [elementsOf(grad), elementsOf(input), elementsOf(output)];
    const [centers, factors, w] = [elementsOf(means), elementsOf(scales), optional(weight)];
    const n = rowLength(input);
    forEachRow(input, (start, row) => {
      const mean = centers.data[centers.offset + row]!;
      const scale = factors.data[factors.offset + row]!;
      let [sum, product] = [0, 0];
      for (let i = 0; i < n; i++) {
        const slope = g.data[g.offset + start + i]! * column(w, i, 1);
        sum += slope;
        product += slope * (x.data[x.offset + start + i]! - mean) * scale;
      }
      for (let i = 0; i < n; i++) {
        const slope = g.data[g.offset + start + i]! * column(w, i, 1);
        const normal = (x.data[x.offset + start + i]! - mean) * scale;
        to.data[to.offset + start + i] = scale * (slope - (sum + normal * product) / n);
      }
    });
  },

  normalizeWeightGradient(output, grad, input, means, scales) {
    const [g, x, to] = [elementsOf(grad), elementsOf(input), elementsOf(output)];
    const [centers, factors] = [elementsOf(means), elementsOf(scales)];
    const n = rowLength(input);
    const totals = new Float64Array(n);
    forEachRow(input, (start, row) => {
      const mean = centers.data[centers.offset + row]!;
      const scale = factors.data[factors.offset + row]!;
      for (let i = 0; i < n; i++)
        totals[i]! += g.data[g.offset + start + i]! * (x.data[x.offset + start + i]! - mean) * scale;
    });
    for (let i = 0; i < n; i++) to.data[to.offset + i] = totals[i]!;
  },

  rowProducts(output, left, right) {
    const [x, y, to] = [elementsOf(left), elementsOf(right), elementsOf(output)];
    forEachRow(left, (start, row) => {
      to.data[to.offset + row] = productOf(x, y, start, rowLength(left));
    });
  },

  pickLabels(losses, into, input, labels) {
    const [from, to] = [elementsOf(input), optional(losses)];
    const [classes, count] = [rowLength(input), rowCount(input)];
    const sums = { losses: 0, weights: 0, wrongRow: -1 };
    if (to !== null) for (let row = 0; row < count; row++) to.data[to.offset + row] = 0;
    forEachLabel(labels, count, (row, label, weight) => {
      if (label < 0 || label >= classes) {
        if (sums.wrongRow < 0) sums.wrongRow = row;
        return;
      }
      const loss = -from.data[from.offset + row * classes + label]! * weight;
      if (to !== null) to.data[to.offset + row] = loss;
      sums.losses += loss;
      sums.weights += weight;
    });
    storeSums(into, sums.losses, sums.weights);
    return sums.wrongRow;
  },

  spreadLabels(output, grad, divisor, labels) {
    const [to, from] = [elementsOf(output), elementsOf(grad)];
    const [classes, count] = [rowLength(output), rowCount(output)];
    const step = grad.shape.length === 0 ? 0 : 1;
    const factor = factorOf(divisor);
    for (let i = 0; i < classes * count; i++) to.data[to.offset + i] = 0;
    forEachLabel(labels, count, (row, label, weight) => {
      to.data[to.offset + row * classes + label] = -from.data[from.offset + row * step]! * weight * factor;
    });
  },
};
