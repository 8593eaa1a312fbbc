/**
 * Matrices as products read them, a texel at a time. Operands that lie in whole texels are read where they are; whatever else an operand is in its storage — transposed, a broadcast, windows of an image — is packed:
 * written into a texture of its own, where each row begins with a texel and ends with zeros.
 */
import { float32 } from "../../../dtype.ts";
import type { View } from "../../backend.ts";
import { allocateElements, lanes, type Texture } from "../textures.ts";
import { Value } from "../values.ts";
import { dimsOf, offsetLines, textureFor, valueOf, type Dims } from "./operands.ts";
import { ProgramWriter } from "./program.ts";

/** Matrices of one size. */
export interface MatrixSizes {
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
}

/** Matrices that a product reads. Where they lie is counted in texels. */
export interface Matrices {
  readonly texture: Texture;
  /** Whether the texture is to be given back after the product. */
  readonly isTemporary: boolean;
  readonly batch: number;
  readonly first: number;
  readonly batchStep: number;
  readonly rowStep: number;
}

/** Gives temporary textures back. */
export function releaseMatrices(...all: readonly Matrices[]): void {
  for (const { texture, isTemporary } of all) if (isTemporary) texture.release();
}

/** Packs matrices: `body` defines `float element(int b, int r, int c)`, which is asked for elements within the matrices only. */
export function packMatrices(sizes: MatrixSizes, writer: ProgramWriter, body: string): Matrices {
  const packed = packedIn(allocateElements(packedLength(sizes)), sizes);
  writer.define(body);
  const [width, rows, columns] = [packed.rowStep, sizes.rows, sizes.columns].map((number) =>
    writer.whole(number),
  );
  const elements = Array.from({ length: lanes }, (_, lane) =>
    lane === 0 ? "element(b, r, c)" : `c + ${lane} < ${columns} ? element(b, r, c + ${lane}) : 0.0`,
  );
  writer.drawTexels(
    [packed.texture],
    `int p = at.y * k[0] + at.x;
int q = quotient(p, ${width});
int c = 4 * (p - q * ${width});
int b = quotient(q, ${rows});
int r = q - b * ${rows};
o0 = vec4(${elements.join(", ")});`,
  );
  return packed;
}

function packedLength({ batch, rows, columns }: MatrixSizes): number {
  return batch * rows * lanes * Math.ceil(columns / lanes);
}

function packedIn(texture: Texture, { batch, rows, columns }: MatrixSizes): Matrices {
  const rowStep = Math.ceil(columns / lanes);
  return { texture, isTemporary: true, batch, first: 0, batchStep: rows * rowStep, rowStep };
}

/** Elements of a view as matrices: dimensions for the batch, the rows and the columns, each of any number. */
export interface MatrixView {
  readonly view: View;
  readonly batch: Dims;
  readonly rows: Dims;
  readonly columns: Dims;
}

/** The last two dimensions of a view as rows and columns; the others count matrices. */
export function matrixView(view: View): MatrixView {
  const rank = view.shape.length;
  return {
    view,
    batch: dimsOf(view, 0, rank - 2),
    rows: dimsOf(view, rank - 2, rank - 1),
    columns: dimsOf(view, rank - 1),
  };
}

/** The same matrices transposed. */
export function transposed({ view, batch, rows, columns }: MatrixView): MatrixView {
  return { view, batch, rows: columns, columns: rows };
}

/** Matrices whose rows lie in texels: where they are, if they do there, and packed otherwise. */
export function matricesOf(operand: MatrixView, sizes: MatrixSizes): Matrices {
  const value = valueOf(operand.view);
  const layout = layoutOf(operand, sizes);
  return matricesWhereTheyAre(operand, sizes) ?? keptFor(value, layout, sizes) ?? packed(operand, sizes);
}

/** The matrices of a view if its rows consist of whole texels, `null` otherwise. */
export function matricesWhereTheyAre(operand: MatrixView, sizes: MatrixSizes): Matrices | null {
  const { view, batch, rows, columns } = operand;
  if (!isStraight(columns) || sizes.columns % lanes !== 0 || view.offset % lanes !== 0) return null;
  const [batchStep, rowStep] = [stepOf(batch), stepOf(rows)];
  if (batchStep === null || rowStep === null) return null;
  const texture = textureFor(view);
  const first = view.offset / lanes;
  return { texture, isTemporary: false, batch: sizes.batch, first, batchStep, rowStep };
}

/** Whether a dimension's neighbours lie one after another. */
function isStraight({ sizes, strides }: Dims): boolean {
  return sizes.length === 1 && strides[0] === 1;
}

/** How many texels neighbours are apart, `null` where these are parts of texels, or where there are several distances. */
function stepOf({ sizes, strides }: Dims): number | null {
  if (sizes.length === 0) return 0;
  const [stride] = strides as [number]; // as many as sizes
  return sizes.length === 1 && stride % lanes === 0 ? stride / lanes : null;
}

function packed(operand: MatrixView, sizes: MatrixSizes): Matrices {
  const value = valueOf(operand.view);
  const writer = new ProgramWriter();
  const fetch = writer.elements(textureFor(operand.view));
  const offset = writer.whole(operand.view.offset);
  const made = packMatrices(
    sizes,
    writer,
    `float element(int b, int r, int c) {
${offsetLines(writer, "pm", "b", operand.batch)}
${offsetLines(writer, "pr", "r", operand.rows)}
${offsetLines(writer, "pc", "c", operand.columns)}
return ${fetch}(${offset} + pm + pr + pc);
}`,
  );
  return keep(value, layoutOf(operand, sizes), sizes, made);
}

/** Tells the ways apart in which products want a value's elements. */
function layoutOf({ view, batch, rows, columns }: MatrixView, sizes: MatrixSizes): string {
  const dims = [batch, rows, columns].map(({ sizes, strides }) => `${sizes.join()}:${strides.join()}`);
  return `${view.offset} ${dims.join(" ")} ${sizes.batch},${sizes.rows},${sizes.columns}`;
}

function keptFor({ packed }: Value, layout: string, sizes: MatrixSizes): Matrices | null {
  const texture = packed?.layout === layout ? packed.value.texture : null;
  if (texture === null || texture.graphics.lost) return null;
  return { ...packedIn(texture, sizes), isTemporary: false };
}

/** Keeps what a second product wants, such as the weight of a network that is only used: packing takes a pass each time. */
function keep(value: Value, layout: string, sizes: MatrixSizes, made: Matrices): Matrices {
  if (value.wantedLayout !== layout) {
    value.wantedLayout = layout;
    return made;
  }
  value.packed?.value.dropTexture();
  value.packed = { layout, value: Value.ofTexture(made.texture, float32, packedLength(sizes)) };
  return { ...made, isTemporary: false };
}
