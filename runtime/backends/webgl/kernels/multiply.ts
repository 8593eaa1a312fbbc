/**
 * The product of matrices: each fragment computes the four elements of a texel, for which it reads rows of either operand, four products at a time. Where there are few texels of many products each, parts of the sums
 * are taken by fragments of their own, and added by a second pass.
 */
import { float32 } from "../../../dtype.ts";
import { shiftOf } from "../glsl/addressing.ts";
import { allocateElements, lanes, type Texture } from "../textures.ts";
import { Value } from "../values.ts";
import type { Matrices } from "./matrices.ts";
import { ProgramWriter } from "./program.ts";

/** What is multiplied. */
export interface Product {
  /** Rows of the result. An operand with fewer matrices than there are products is taken in turn. */
  readonly left: Matrices;
  readonly right: Matrices;
  /** Whether the right operand's rows are the columns of the result, rather than what is summed over. Only then the result's columns may be other than a multiple of four. */
  readonly isTransposed: boolean;
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
  /** Products in each sum. Where it is no multiple of four, both operands have zeros behind. */
  readonly inner: number;
}

/** Statements that change `float v`, the element of the result in the matrix `b` at row `r` and column `c`. */
export type Finish = (writer: ProgramWriter) => string;

/** The sums of products as a value of shape `[batch, rows, columns]`. */
export function multiply(product: Product, finish: Finish): Value {
  const { batch, rows, columns } = product;
  const length = batch * rows * columns;
  const splits = splitsFor(product);
  const output = allocateElements(length);
  if (splits === 1) drawSums(output, product, 1, finish);
  else {
    const parts = allocateElements(lanes * Math.ceil(length / lanes) * splits);
    drawSums(parts, product, splits, null);
    addParts(output, parts, product, splits, finish);
    parts.release();
  }
  return Value.ofTexture(output, float32, length);
}

/** In how many parts sums are taken: more where there are few of them, so that there is work for all of the device. */
function splitsFor({ batch, rows, columns, inner }: Product): number {
  const texels = Math.ceil((batch * rows * columns) / lanes);
  return Math.max(Math.min(Math.floor(inner / 256), Math.floor(4096 / texels)), 1);
}

function drawSums(output: Texture, product: Product, splits: number, finish: Finish | null): void {
  const writer = new ProgramWriter();
  const { batch, rows, columns, inner } = product;
  const texels = writer.whole(Math.ceil((batch * rows * columns) / lanes));
  const all = Math.ceil(inner / lanes);
  const each = Math.ceil(all / splits);
  const range =
    splits === 1
      ? `int start = 0, count = unforeseen(${writer.whole(all)});`
      : `int part = quotient(t, ${texels});
t -= part * ${texels};
int start = part * ${writer.whole(each)}, count = min(${writer.whole(each)}, ${writer.whole(all)} - start);`;
  const isWithinRow = columns % lanes === 0;
  const sums = isWithinRow ? sumsOfRow(writer, product) : sumsOfElements(writer, product);
  writer.drawTexels(
    [output],
    `int t = at.y * k[0] + at.x;
${range}
${placeLines(writer, product)}
${sums}
${finish === null ? "" : finishLines(writer, finish)}
o0 = v;`,
  );
}

/** Statements that declare the matrix, the row and the column of each element of texel `t`. */
function placeLines(writer: ProgramWriter, { rows, columns }: Product): string {
  const [width, height] = [writer.whole(columns), writer.whole(rows)];
  return Array.from(
    { length: lanes },
    (
      _,
      lane,
    ) => `int q${lane} = quotient(4 * t + ${lane}, ${width}), c${lane} = 4 * t + ${lane} - q${lane} * ${width};
int b${lane} = quotient(q${lane}, ${height}), r${lane} = q${lane} - b${lane} * ${height};`,
  ).join("\n");
}

function finishLines(writer: ProgramWriter, finish: Finish): string {
  const text = finish(writer);
  if (text === "") return "";
  writer.define(`float finished(float v, int b, int r, int c) {\n${text}\nreturn v;\n}`);
  return ["x", "y", "z", "w"]
    .map((lane, l) => `v.${lane} = finished(v.${lane}, b${l}, r${l}, c${l});`)
    .join(" ");
}

/** Statements that declare `vec4 v`, the sums of four elements of one row. */
function sumsOfRow(writer: ProgramWriter, product: Product): string {
  const { left, right, isTransposed, batch } = product;
  const [a, b] = [left, right].map((matrices) => new Reader(writer, matrices, batch)) as [Reader, Reader]; // one each
  const x = a.along("b0", "r0");
  if (isTransposed) {
    const dots = [0, 1, 2, 3].map((lane) => `dot(x, ${b.along("b0", `c0 + ${lane}`)})`);
    return loop([a, b], `vec4 x = ${x}; v += vec4(${dots.join(", ")});`);
  }
  const terms = ["x", "y", "z", "w"].map((lane, row) => `v += x.${lane} * ${b.across("b0", row, "c0")};`);
  return loop([a, b], `vec4 x = ${x}; ${terms.join(" ")}`);
}

/** Statements that declare `vec4 v`, the sums of four elements that may be in two rows or more. */
function sumsOfElements(writer: ProgramWriter, { left, right, batch }: Product): string {
  const [a, b] = [left, right].map((matrices) => new Reader(writer, matrices, batch)) as [Reader, Reader]; // one each
  const dots = [0, 1, 2, 3].map(
    (lane) => `dot(${a.along(`b${lane}`, `r${lane}`)}, ${b.along(`b${lane}`, `c${lane}`)})`,
  );
  return loop([a, b], `v += vec4(${dots.join(", ")});`);
}

function loop(readers: readonly Reader[], body: string): string {
  return `vec4 v = vec4(0.0);
${readers.flatMap(({ before }) => before).join("\n")}
for (int i = 0; i < count; i++) { ${body} ${readers.flatMap(({ after }) => after).join(" ")} }`;
}

/** A place of a texture as products walk along: its column as a part of the width, which is exact for powers of two, and its row. */
const walking = `
vec2 placeOf(int p, int shift, float scale) {
  return vec2(float(p & ((1 << shift) - 1)) + 0.5, float(p >> shift) + 0.5) * vec2(scale, 1.0);
}
void walk(inout vec2 place, vec2 distance) {
  place += distance;
  float rows = floor(place.x);
  place += vec2(-rows, rows);
}`;

/** Writes how a product reads an operand: places before the sums are taken, and what leads from one to the next. */
class Reader {
  readonly before: string[] = [];
  readonly after: string[] = [];
  readonly #writer: ProgramWriter;
  readonly #matrices: Matrices;
  readonly #count: number;
  readonly #shift: string;
  readonly #step: string;
  readonly #start: string;
  #distance: string | null = null;

  constructor(writer: ProgramWriter, matrices: Matrices, count: number) {
    this.#writer = writer;
    this.#matrices = matrices;
    this.#count = count;
    this.#shift = writer.whole(shiftOf(matrices.texture));
    this.#step = writer.whole(matrices.rowStep);
    this.#start = writer.whole(matrices.first);
    writer.defineOnce(walking);
  }

  /** The text of texel `start + i` of a row of a matrix, for the sum's step `i`. */
  along(matrix: string, row: string): string {
    const from = `${this.#matrix(matrix)} + (${row}) * ${this.#step} + start`;
    return this.#walk(from, () => `vec2(${this.#scale}.x, 0.0)`);
  }

  /** The text of the texel of row `4 * (start + i) + row` with column `column` of a matrix, for the sum's step `i`. */
  across(matrix: string, row: number, column: string): string {
    const from = `${this.#matrix(matrix)} + (4 * start + ${row}) * ${this.#step} + ${column} / 4`;
    return this.#walk(from, () => this.#fourRows());
  }

  #fourRows(): string {
    const { texture, rowStep } = this.#matrices;
    const [texels, rows] = [lanes * rowStep, Math.floor((lanes * rowStep) / texture.columns)];
    const columns = (texels - rows * texture.columns) / texture.columns;
    return `vec2(${this.#writer.fraction(columns)}, ${this.#writer.fraction(rows)})`;
  }

  get #scale(): string {
    return this.#writer.scale(this.#matrices.texture);
  }

  /** The first texel of a matrix. */
  #matrix(matrix: string): string {
    const { batch, batchStep } = this.#matrices;
    if (batch === 1) return this.#start;
    // Where there are fewer matrices than products, they are taken in turn.
    const turn = batch === this.#count ? matrix : `(${matrix} % ${this.#writer.whole(batch)})`;
    return `${this.#start} + ${turn} * ${this.#writer.whole(batchStep)}`;
  }

  #walk(from: string, distance: () => string): string {
    if (this.#distance === null) {
      // All walk the same way: a number of its own for each would take the processor a fifth longer.
      this.#distance = this.#writer.name();
      this.before.push(`vec2 ${this.#distance} = ${distance()};`);
    }
    const place = this.#writer.name();
    const sampler = this.#writer.sampler(this.#matrices.texture);
    this.before.push(`vec2 ${place} = placeOf(${from}, ${this.#shift}, ${this.#scale}.x);`);
    this.after.push(`walk(${place}, ${this.#distance});`);
    return `textureLod(${sampler}, vec2(${place}.x, ${place}.y * ${this.#scale}.y), 0.0)`;
  }
}

function addParts(output: Texture, parts: Texture, product: Product, splits: number, finish: Finish): void {
  const { batch, rows, columns } = product;
  const writer = new ProgramWriter();
  const texel = writer.texels(parts);
  const each = writer.whole(Math.ceil((batch * rows * columns) / lanes));
  writer.drawTexels(
    [output],
    `int t = at.y * k[0] + at.x;
vec4 v = vec4(0.0);
int end = unforeseen(${writer.whole(splits)});
for (int i = 0; i < end; i++) v += ${texel}(t + i * ${each});
${placeLines(writer, product)}
${finishLines(writer, finish)}
o0 = v;`,
  );
}
