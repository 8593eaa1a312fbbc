/**
 * The product of packed matrices: each fragment computes a tile of up to 4 × 4 elements, whose blocks go to as many textures, which a second pass puts in order. Two blocks
 * of each operand are read for four of the result; reading is what such programs wait for.
 */
import { float32 } from "../../../dtype.ts";
import { graphics } from "../graphics.ts";
import { allocateMatrices, allocateWide, type Packing, type Texture } from "../textures.ts";
import { Value } from "../values.ts";
import { across, type Matrices } from "./matrices.ts";
import { ProgramWriter } from "./program.ts";

/** What is multiplied. */
export interface Product {
  /** Rows of the result; `batch` is 1 where all products share it. */
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

/** Statements that change `vec4 v`, a block of the result at the matrix `b`, row `r` and column `c` of its first element. */
export type Finish = (writer: ProgramWriter) => string;

/** How many blocks of the result a fragment computes. */
interface Tile {
  readonly down: number;
  readonly over: number;
}

/** The sums of products as a packed value of shape `[batch, rows, columns]`. */
export function multiply(product: Product, finish: Finish): Value {
  const { batch, rows, columns } = product;
  const packing = { batch, rows, columns };
  const tile = { down: rows > 2 ? 2 : 1, over: columns > 2 ? 2 : 1 };
  const parts = tileSums(product, tile);
  const output = allocateMatrices(packing);
  gather(output, packing, parts, tile, product.splits, finish);
  for (const part of parts) part.release();
  return Value.ofTexture(output, float32, batch * rows * columns);
}

function tileSums(
  { left, right, batch, splits, rows, columns, inner }: Product,
  { down, over }: Tile,
): Texture[] {
  const writer = new ProgramWriter();
  const [tilesDown, tilesOver] = [Math.ceil(rows / 2 / down), Math.ceil(columns / 2 / over)];
  const parts = Array.from({ length: down * over }, () =>
    allocateWide(batch * splits * tilesDown * tilesOver),
  );
  const [wide, high] = [writer.whole(tilesOver), writer.whole(tilesDown)];
  const blocks = writer.whole(Math.ceil(inner / 2));
  const operands = [
    operandLines(writer, "a", left, down, rows, "b", "ty", splits),
    operandLines(writer, "b", right, over, columns, "b", "tx", splits),
  ];
  const sums = parts.map((_, j) => `v${j}`);
  const steps = sums.map((sum, j) => {
    const [a, b] = [`a${Math.floor(j / over)}`, `b${j % over}`];
    return `${sum} += ${a}.xxzz * ${b}.xzxz; ${sum} += ${a}.yyww * ${b}.ywyw;`;
  });
  writer.drawTexels(
    parts,
    `int tile = at.y * k[0] + at.x;
int q = tile / ${wide};
int tx = (tile - q * ${wide}) * ${over};
int b = q / ${high};
int ty = (q - b * ${high}) * ${down};
${operands.map(({ start }) => start).join("\n")}
${sums.map((sum) => `vec4 ${sum} = vec4(0.0);`).join(" ")}
for (int i = 0; i < ${blocks}; i++) {
${operands.map(({ step }) => step).join("\n")}
${steps.join("\n")}
}
${sums.map((sum, j) => `o${j} = ${sum};`).join(" ")}`,
  );
  return parts;
}

/** Where the rows of blocks of an operand begin, and how its blocks are read. Rows beyond the matrix are those of the next one, or nothing: nobody takes what they give. */
function operandLines(
  writer: ProgramWriter,
  name: string,
  { texture }: Matrices,
  count: number,
  rows: number,
  batch: string,
  first: string,
  splits: number,
): { readonly start: string; readonly step: string } {
  const packing = texture.packing!; // matrices are packed
  const width = across(packing);
  const beside = texture.columns / width;
  const sampler = writer.sampler(texture);
  const down = writer.whole(Math.ceil(rows / 2));
  const matrix = packing.batch === splits && splits > 1 ? `(${batch} % ${writer.whole(splits)})` : batch;
  const row = packing.batch === 1 ? first : `${matrix} * ${down} + ${first}`;
  const indices = Array.from({ length: count }, (_, n) => n);
  const start = indices.map((n) =>
    beside === 1
      ? `ivec2 ${name}p${n} = ivec2(0, ${row} + ${n});`
      : `int ${name}q${n} = ${row} + ${n}; ivec2 ${name}p${n} = ivec2((${name}q${n} % ${writer.whole(beside)}) * ${writer.whole(width)}, ${name}q${n} / ${writer.whole(beside)});`,
  );
  const step = indices.map(
    (n) => `vec4 ${name}${n} = texelFetch(${sampler}, ${name}p${n} + ivec2(i, 0), 0);`,
  );
  return { start: start.join("\n"), step: step.join("\n") };
}

/** Puts the blocks in order, adds what was computed in parts, and finishes them. Elements beyond the matrices become 0. */
function gather(
  output: Texture,
  { rows, columns }: Packing,
  parts: readonly Texture[],
  { down, over }: Tile,
  splits: number,
  finish: Finish,
): void {
  const writer = new ProgramWriter();
  const samplers = parts.map((part) => writer.sampler(part));
  const [wide, high] = [writer.whole(Math.ceil(columns / 2)), writer.whole(Math.ceil(rows / 2))];
  const [tilesOver, tilesDown] = [Math.ceil(columns / 2 / over), Math.ceil(rows / 2 / down)];
  const width = writer.whole(parts[0]!.columns);
  const fetch = (j: number): string => `texelFetch(${samplers[j]}, p, 0)`;
  const chosen =
    parts.length === 1
      ? fetch(0)
      : parts
          .map((_, j) => `h == ${j} ? ${fetch(j)} : `)
          .slice(0, -1)
          .concat(fetch(parts.length - 1))
          .join("");
  writer.define(
    `vec4 sums(int h, int tile) { ivec2 p = ivec2(tile % ${width}, tile / ${width}); return ${chosen}; }`,
  );
  const [maximumRow, maximumColumn] = [writer.whole(rows), writer.whole(columns)];
  const total = splits === 1 ? "b" : `b * ${writer.whole(splits)}`;
  const place = `(ty / ${down}) * ${writer.whole(tilesOver)} + tx / ${over}`;
  const perMatrix = writer.whole(tilesOver * tilesDown);
  const add =
    splits === 1
      ? `vec4 v = sums(h, b * ${perMatrix} + place);`
      : `vec4 v = vec4(0.0); for (int s = 0; s < ${writer.whole(splits)}; s++) v += sums(h, (${total} + s) * ${perMatrix} + place);`;
  writer.drawTexels(
    [output],
    `int block = at.y * k[0] + at.x;
int q = block / ${wide};
int tx = block - q * ${wide};
int b = q / ${high};
int ty = q - b * ${high};
int h = (ty % ${down}) * ${over} + tx % ${over};
int place = ${place};
${add}
int r = 2 * ty, c = 2 * tx;
${finish(writer)}
bool right = c + 1 < ${maximumColumn}, below = r + 1 < ${maximumRow};
o0 = vec4(v.x, right ? v.y : 0.0, below ? v.z : 0.0, right && below ? v.w : 0.0);`,
  );
}

/** In how many parts sums of so many products are taken: more where there are few sums, so that there is work for all of the device. */
export function splitsFor(batch: number, rows: number, columns: number, inner: number): number {
  const widest = 2 * graphics().largestTexture;
  const needed = Math.ceil(inner / widest);
  const tiles = batch * Math.ceil(rows / 4) * Math.ceil(columns / 4);
  const wanted = Math.min(Math.floor(inner / 256), Math.floor(2048 / tiles));
  return Math.max(needed, wanted, 1);
}
