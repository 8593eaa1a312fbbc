/** How a program finds the element of an operand that belongs to a position: the text, and the whole numbers that it reads from the array `k`. */
import type { Access } from "../access.ts";
import type { Extent, Packing } from "../textures.ts";

/** The pieces of an operand's address. The form is known when a program is written; the numbers change from call to call. */
export interface Address {
  /** Tells forms apart. */
  readonly form: string;
  readonly numbers: readonly number[];
}

/** A texture as far as addresses depend on it. */
interface Layout extends Extent {
  readonly packing: Packing | null;
}

/** Whether an operand's texels lie exactly where the output's do. */
function liesAs(texture: Layout, output: Extent): boolean {
  return texture.packing === null && texture.rows === output.rows && texture.columns === output.columns;
}

/** The address of an operand; without an access it is read at the position itself. */
export function addressOf(access: Access | null, texture: Layout, output: Extent | null): Address {
  if (access === null && output !== null && liesAs(texture, output)) return { form: "same", numbers: [] };
  const { packing } = texture;
  const texel = packing === null ? [shiftOf(texture)] : [packing.rows, packing.columns, texture.columns];
  const suffix = packing === null ? "" : "p";
  if (access === null) return { form: `flat${suffix}`, numbers: texel };
  const { sizes, strides, offset } = access;
  const numbers = [offset, ...strides, ...sizes.slice(1), ...texel];
  return { form: `${sizes.length}${suffix}`, numbers };
}

/** The width of an unpacked texture as a power of two: finding an element takes no division then. */
export function shiftOf({ columns }: Extent): number {
  return Math.log2(columns);
}

/** Division of whole numbers that are not negative, exactly. Processors divide many fractions at once, but whole numbers one by one; graphics cards have no division of them. */
const quotient = `
int quotient(int a, int b) {
  float f = float(b);
  int q = int(float(a) / f);
  int r = a - q * b;
  int s = int(floor(float(r) / f));
  r -= s * b;
  return q + s + (r >= b ? 1 : r < 0 ? -1 : 0);
}`;

/** Finds an element of a packed texture by its number. */
const packedFetch = `
float packedAt(sampler2D t, int p, int rows, int columns, int width) {
  int q = quotient(p, columns);
  int c = p - q * columns;
  int b = quotient(q, rows);
  int r = q - b * rows;
  int block = (b * ((rows + 1) / 2) + r / 2) * ((columns + 1) / 2) + c / 2;
  int y = quotient(block, width);
  vec4 v = texelFetch(t, ivec2(block - y * width, y), 0);
  return (r & 1) == 0 ? ((c & 1) == 0 ? v.x : v.y) : ((c & 1) == 0 ? v.z : v.w);
}`;

const plainFetch = `
float plainAt(sampler2D t, int p, int shift) {
  return texelFetch(t, ivec2(p & ((1 << shift) - 1), p >> shift), 0).r;
}`;

/** The functions that addresses use. */
export const fetches: string = `${quotient}\n${packedFetch}\n${plainFetch}`;

/**
 * The statements that declare the element `name` of the texture `sampler` at position `i`; \`at\` is the output's texel. The numbers begin at \`k[first]\`.
 */
export function fetchLines(form: string, sampler: string, name: string, first: number): readonly string[] {
  if (form === "same") return [`float ${name} = texelFetch(${sampler}, at, 0).r;`];
  const isPacked = form.endsWith("p");
  const head = isPacked ? form.slice(0, -1) : form;
  const { lines, next } =
    head === "flat" ? { lines: [], next: first } : positionLines(Number(head), name, first);
  const position = head === "flat" ? "i" : `${name}p`;
  const texel = isPacked ? `k[${next}], k[${next + 1}], k[${next + 2}]` : `k[${next}]`;
  return [
    ...lines,
    `float ${name} = ${isPacked ? "packedAt" : "plainAt"}(${sampler}, ${position}, ${texel});`,
  ];
}

/** Statements that declare `int ${name}p`, the position that row-major position `i` has in a view with so many dimensions. */
function positionLines(
  rank: number,
  name: string,
  first: number,
): { lines: readonly string[]; next: number } {
  const stride = (dim: number): string => `k[${first + 1 + dim}]`;
  const size = (dim: number): string => `k[${first + rank + dim}]`;
  const next = first + 1 + rank + Math.max(rank - 1, 0);
  if (rank === 0) return { lines: [`int ${name}p = k[${first}];`], next };
  if (rank === 1) return { lines: [`int ${name}p = k[${first}] + i * ${stride(0)};`], next };
  const lines = [`int ${name}p = k[${first}];`, `int ${name}r = i;`];
  for (let dim = rank - 1; dim > 0; dim--)
    lines.push(
      `{ int q = quotient(${name}r, ${size(dim)}); ${name}p += (${name}r - q * ${size(dim)}) * ${stride(dim)}; ${name}r = q; }`,
    );
  lines.push(`${name}p += ${name}r * ${stride(0)};`);
  return { lines, next };
}
