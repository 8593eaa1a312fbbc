/**
 * The product of packed matrices: each fragment computes a block of 2 × 2 elements, for which it reads a row of blocks of either operand. Where there are few blocks of
 * many products each, parts of the sums are taken by fragments of their own, and added by a second pass.
 */
import { float32 } from "../../../dtype.ts";
import { graphics } from "../graphics.ts";
import { allocateMatrices, type Packing, type Texture } from "../textures.ts";
import { Value } from "../values.ts";
import { across, type Matrices } from "./matrices.ts";
import { ProgramWriter } from "./program.ts";

/** What is multiplied. */
export interface Product {
  /** Rows of the result. An operand with fewer matrices than there are products is taken in turn. */
  readonly left: Matrices;
  /** Columns of the result, as rows. */
  readonly right: Matrices;
  readonly batch: number;
  /** Neighbouring matrices whose products are added. */
  readonly splits: number;
  readonly rows: number;
  readonly columns: number;
  /** Of each matrix. */
  readonly inner: number;
}

/** Statements that change `vec4 v`, a block of the result in the matrix `b` whose first element is at row `r` and column `c`. */
export type Finish = (writer: ProgramWriter) => string;

/** The sums of products as a packed value of shape `[batch, rows, columns]`. Elements of blocks beyond the matrices are 0. */
export function multiply(product: Product, finish: Finish): Value {
  const { batch, splits, rows, columns } = product;
  const packing = { batch, rows, columns };
  const output = allocateMatrices(packing);
  if (splits === 1) drawSums(output, product, finish);
  else {
    const parts = allocateMatrices({ batch: batch * splits, rows, columns });
    drawSums(parts, product, () => "");
    addParts(output, parts, splits, finish);
    parts.release();
  }
  return Value.ofTexture(output, float32, batch * rows * columns);
}

function drawSums(output: Texture, { left, right, batch, splits, inner }: Product, finish: Finish): void {
  const writer = new ProgramWriter();
  const blocks = writer.whole(Math.ceil(inner / 2));
  const [a, b] = [
    operandOf(writer, left, "r / 2", batch * splits),
    operandOf(writer, right, "c / 2", batch * splits),
  ];
  writer.drawTexels(
    [output],
    `${blockLines(writer, output.packing!)}
ivec2 pa = ${a.start}, pb = ${b.start};
vec4 v = vec4(0.0);
for (int i = 0; i < ${blocks}; i++) {
vec4 x = texelFetch(${a.sampler}, pa, 0), y = texelFetch(${b.sampler}, pb, 0);
v += x.xxzz * y.xzxz;
v += x.yyww * y.ywyw;
pa.x++;
pb.x++;
}
${finish(writer)}
${storeLine(writer, output.packing!)}`,
  );
}

function addParts(output: Texture, parts: Texture, splits: number, finish: Finish): void {
  const writer = new ProgramWriter();
  const sampler = writer.sampler(parts);
  const width = writer.whole(parts.columns);
  const { rows, columns } = output.packing!; // it is made for matrices
  const each = writer.whole(Math.ceil(rows / 2) * Math.ceil(columns / 2));
  const count = writer.whole(splits);
  writer.drawTexels(
    [output],
    `${blockLines(writer, output.packing!)}
vec4 v = vec4(0.0);
int part = block + b * (${count} - 1) * ${each};
for (int i = 0; i < ${count}; i++) {
v += texelFetch(${sampler}, ivec2(part % ${width}, part / ${width}), 0);
part += ${each};
}
${finish(writer)}
${storeLine(writer, output.packing!)}`,
  );
}

/** Statements that declare which block this texel is: its number, its matrix, and its first row and column. */
function blockLines(writer: ProgramWriter, packing: Packing): string {
  const [over, down] = [writer.whole(across(packing)), writer.whole(Math.ceil(packing.rows / 2))];
  return `int block = at.y * k[0] + at.x;
int q = quotient(block, ${over});
int c = 2 * (block - q * ${over});
int b = quotient(q, ${down});
int r = 2 * (q - b * ${down});`;
}

/** The statement that stores `v`. */
function storeLine(writer: ProgramWriter, { rows, columns }: Packing): string {
  return `bool right = c + 1 < ${writer.whole(columns)}, below = r + 1 < ${writer.whole(rows)};
o0 = vec4(v.x, right ? v.y : 0.0, below ? v.z : 0.0, right && below ? v.w : 0.0);`;
}

/** Where the blocks of an operand's row `row` of blocks begin. */
function operandOf(
  writer: ProgramWriter,
  { texture }: Matrices,
  row: string,
  count: number,
): { readonly sampler: string; readonly start: string } {
  const packing = texture.packing!; // matrices are packed
  const sampler = writer.sampler(texture);
  const down = writer.whole(Math.ceil(packing.rows / 2));
  // Where there are fewer matrices than products, they are taken in turn.
  const matrix = packing.batch === count ? "b" : `(b % ${writer.whole(packing.batch)})`;
  const line = `${matrix} * ${down} + ${row}`;
  const width = across(packing);
  if (texture.columns === width) return { sampler, start: `ivec2(0, ${line})` };
  const beside = writer.whole(texture.columns / width);
  return { sampler, start: `ivec2(((${line}) % ${beside}) * ${writer.whole(width)}, (${line}) / ${beside})` };
}

/** In how many parts sums of so many products are taken: more where there are few sums, so that there is work for all of the device. */
export function splitsFor(batch: number, rows: number, columns: number, inner: number): number {
  const widest = 2 * graphics().largestTexture;
  const needed = Math.ceil(inner / widest);
  const blocks = batch * Math.ceil(rows / 2) * Math.ceil(columns / 2);
  const wanted = Math.min(Math.floor(inner / 256), Math.floor(4096 / blocks));
  return Math.max(needed, wanted, 1);
}
