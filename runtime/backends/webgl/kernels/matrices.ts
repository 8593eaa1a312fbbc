/**
 * Matrices in packed textures, as products take them: a texel has a block of 2 × 2 elements, and the blocks of two rows lie one after another within a row of texels.
 * Whatever an operand is in its storage — transposed, a broadcast, windows of an image — becomes a matrix when it is packed.
 */
import { float32 } from "../../../dtype.ts";
import type { View } from "../../backend.ts";
import { allocateMatrices, type Packing, type Texture } from "../textures.ts";
import { Value } from "../values.ts";
import { dimsOf, offsetLines, textureFor, valueOf, type Dims } from "./operands.ts";
import { ProgramWriter } from "./program.ts";

/** Matrices that a product reads. */
export interface Matrices {
  readonly texture: Texture;
  /** Whether the texture is to be given back after the product. */
  readonly isTemporary: boolean;
}

/** Blocks across a matrix. */
export function across({ columns }: Packing): number {
  return Math.ceil(columns / 2);
}

/** Whether each row of blocks lies within a row of texels. */
function isAligned({ packing, columns }: Texture): boolean {
  return packing !== null && columns % across(packing) === 0;
}

/** Gives temporary textures back. */
export function releaseMatrices(...all: readonly Matrices[]): void {
  for (const { texture, isTemporary } of all) if (isTemporary) texture.release();
}

/**
 * Packs matrices: \`body\` defines \`float element(int b, int r, int c)\`, which is asked for elements within the matrices only.
 */
export function packMatrices(packing: Packing, writer: ProgramWriter, body: string): Matrices {
  const texture = allocateMatrices(packing);
  writer.define(body);
  const [rows, columns, width] = [packing.rows, packing.columns, across(packing)].map((number) =>
    writer.whole(number),
  );
  const down = writer.whole(Math.ceil(packing.rows / 2));
  writer.drawTexels(
    [texture],
    `int block = at.y * k[0] + at.x;
int q = quotient(block, ${width});
int c = 2 * (block - q * ${width});
int b = quotient(q, ${down});
int r = 2 * (q - b * ${down});
bool right = c + 1 < ${columns}, below = r + 1 < ${rows};
o0 = vec4(
  element(b, r, c),
  right ? element(b, r, c + 1) : 0.0,
  below ? element(b, r + 1, c) : 0.0,
  right && below ? element(b, r + 1, c + 1) : 0.0);`,
  );
  return { texture, isTemporary: true };
}

/** Elements of a view as matrices: dimensions for the batch, the rows and the columns, each of any number. */
export interface MatrixView {
  readonly view: View;
  readonly batch: Dims;
  readonly rows: Dims;
  readonly columns: Dims;
}

/** The last two dimensions of a view as rows and columns, or the other way round; the others count matrices. */
export function matrixView(view: View, transposed: boolean): MatrixView {
  const rank = view.shape.length;
  const [rows, columns] = [dimsOf(view, rank - 2, rank - 1), dimsOf(view, rank - 1)];
  const batch = dimsOf(view, 0, rank - 2);
  return transposed ? { view, batch, rows: columns, columns: rows } : { view, batch, rows, columns };
}

/** The matrices of a view. Columns are divided among \`splits\` matrices of \`packing.columns\` each where a product takes its sums in parts; the last may have fewer. */
export function matricesOf(operand: MatrixView, packing: Packing, splits: number, total: number): Matrices {
  const value = valueOf(operand.view);
  const layout = layoutOf(operand, packing, splits);
  const existing = packedAlready(operand, packing, splits) ?? keptFor(value, layout);
  if (existing !== null) return { texture: existing, isTemporary: false };
  const writer = new ProgramWriter();
  const fetch = writer.elements(textureFor(operand.view));
  const offset = writer.whole(operand.view.offset);
  const at = (name: string, index: string, dims: Dims): string => offsetLines(writer, name, index, dims);
  const split =
    splits === 1
      ? "int m = b; int j = c;"
      : `int m = quotient(b, ${writer.whole(splits)}); int j = c + (b - m * ${writer.whole(splits)}) * ${writer.whole(packing.columns)}; if (j >= ${writer.whole(total)}) return 0.0;`;
  const made = packMatrices(
    packing,
    writer,
    `float element(int b, int r, int c) {
${split}
${at("pm", "m", operand.batch)}
${at("pr", "r", operand.rows)}
${at("pc", "j", operand.columns)}
return ${fetch}(${offset} + pm + pr + pc);
}`,
  );
  return keep(value, layout, packing, made);
}

/** Tells the ways apart in which products want a value's elements. */
function layoutOf({ view, batch, rows, columns }: MatrixView, packing: Packing, splits: number): string {
  const dims = [batch, rows, columns].map(({ sizes, strides }) => `${sizes.join()}:${strides.join()}`);
  return `${view.offset} ${dims.join(" ")} ${packing.batch},${packing.rows},${packing.columns} ${splits}`;
}

function keptFor({ packed }: Value, layout: string): Texture | null {
  const texture = packed?.layout === layout ? packed.value.texture : null;
  return texture === null || texture.graphics.lost ? null : texture;
}

/** Keeps what a second product wants, such as the weight of a network that is only used: packing takes a pass each time. */
function keep(value: Value, layout: string, packing: Packing, made: Matrices): Matrices {
  if (value.wantedLayout !== layout) {
    value.wantedLayout = layout;
    return made;
  }
  value.packed?.value.dropTexture();
  const length = packing.batch * packing.rows * packing.columns;
  value.packed = { layout, value: Value.ofTexture(made.texture, float32, length) };
  return { texture: made.texture, isTemporary: false };
}

/** The texture of a view that lies there as the product wants it. */
function packedAlready({ view, rows, columns }: MatrixView, wanted: Packing, splits: number): Texture | null {
  const { texture, length } = valueOf(view);
  if (
    splits !== 1 ||
    view.offset !== 0 ||
    texture === null ||
    texture.packing === null ||
    texture.graphics.lost
  )
    return null;
  const { packing } = texture;
  const same = packing.rows === wanted.rows && packing.columns === wanted.columns && isAligned(texture);
  const straight = isStraight(columns, 1) && isStraight(rows, wanted.columns);
  const all = wanted.batch * wanted.rows * wanted.columns === length && packing.batch === wanted.batch;
  return same &&
    straight &&
    all &&
    isStraight(dimsOf(view, 0, view.shape.length - 2), wanted.rows * wanted.columns)
    ? texture
    : null;
}

/** Whether dimensions are one, with neighbours so far apart, or none. */
function isStraight({ sizes, strides }: Dims, step: number): boolean {
  return sizes.length === 0 || (sizes.length === 1 && strides[0] === step);
}
