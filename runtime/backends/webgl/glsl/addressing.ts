/**
 * How a program finds the elements of an operand that belong to the four positions of a texel: the text, and the whole numbers that it reads from the array `k`.
 *
 * Texels are sampled rather than fetched: a driver that draws on the processor does that in half of the time, and graphics cards in the same.
 */
import type { Access } from "../access.ts";
import { lanes, type Extent } from "../textures.ts";

/** The pieces of an operand's address. The form is known when a program is written; the numbers change from call to call. */
export interface Address {
  /**
   * Tells forms apart. `same`: its texels lie where the output's do. `one`: one element for all positions. With a number of dimensions, `texels`: the four elements are a texel of the operand; `repeated`: they are
   * one element; `elements`: they may lie anywhere. Without dimensions the operand is read from its first element on.
   */
  readonly form: string;
  readonly numbers: readonly number[];
}

/** Whether textures have the same texels at the same places. */
function liesAs(texture: Extent, output: Extent): boolean {
  return texture.rows === output.rows && texture.columns === output.columns;
}

/** The address of an operand; without an access it is read at the position itself. */
export function addressOf(access: Access | null, texture: Extent, output: Extent | null): Address {
  const shift = shiftOf(texture);
  if (access === null)
    return output !== null && liesAs(texture, output)
      ? { form: "same", numbers: [] }
      : { form: "texels", numbers: [shift] };
  const { sizes, strides, offset } = access;
  if (sizes.length === 0) return { form: "one", numbers: [offset, shift] };
  const kind = kindOf(access);
  // Texels are counted where whole texels are read.
  const unit = kind === "texels" ? lanes : 1;
  const inner = sizes.map((size, dim) => (dim === sizes.length - 1 ? size / unit : size)).slice(1);
  const steps = strides.map((stride, dim) => (dim === strides.length - 1 ? stride : stride / unit));
  return { form: `${kind} ${sizes.length}`, numbers: [offset / unit, ...steps, ...inner, shift] };
}

function kindOf({ sizes, strides, offset }: Access): "texels" | "repeated" | "elements" {
  const last = strides.at(-1)!; // there are dimensions
  // One dimension has every position; of several the last has whole texels.
  if (sizes.length > 1 && sizes.at(-1)! % lanes !== 0) return "elements";
  if (last === 0) return "repeated";
  const areWhole = [offset, ...strides.slice(0, -1)].every((number) => number % lanes === 0);
  return last === 1 && areWhole ? "texels" : "elements";
}

/** The width of a texture as a power of two: finding a texel takes no division then. */
export function shiftOf({ columns }: Extent): number {
  return Math.log2(columns);
}

/** What a program multiplies the place of a texel with to sample it. */
export function scaleOf({ rows, columns }: Extent): readonly [number, number] {
  return [1 / columns, 1 / rows];
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

/** Texel `p` of a texture `1 << shift` wide. */
const texelAt = `
vec4 texelAt(sampler2D t, int p, int shift, vec2 scale) {
  return textureLod(t, (vec2(p & ((1 << shift) - 1), p >> shift) + 0.5) * scale, 0.0);
}`;

/** An element of a texel. */
const laneOf = `
float laneOf(vec4 v, int p) {
  return (p & 2) == 0 ? ((p & 1) == 0 ? v.x : v.y) : ((p & 1) == 0 ? v.z : v.w);
}`;

/**
 * A number as it is, which no driver can know before it draws: the column of a texel shifted by all of its digits is zero. Mesa's Vulkan writes uniforms that decide about branches and the
 * ends of loops into a program, and so compiles it for each draw, in a hundred times the time of drawing.
 */
const unforeseen = `
int unforeseen(int n) { return n + (int(gl_FragCoord.x) >> 30); }
float unforeseen(float x) { return uintBitsToFloat(floatBitsToUint(x) | (uint(gl_FragCoord.x) >> 30)); }`;

/** The functions that addresses use. */
export const fetches: string = `${quotient}\n${texelAt}\n${laneOf}\n${unforeseen}`;

/** The text of the call that gives texel `texel` of texture `i`, whose scale is at `s[i]`. */
function texelText(i: number, texel: string, shift: string): string {
  return `texelAt(t${i}, ${texel}, ${shift}, s[${i}])`;
}

/** The text of a function `e<i>` that gives operand `i`'s element at a position. Its numbers begin at `k[first]`. */
export function elementFunction(form: string, i: number, first: number): string {
  const { kind, rank } = partsOf(form);
  const { lines, next } = positionLines(kind, rank, first);
  const texel = kind === "texels" && rank > 0 ? "p" : "p >> 2";
  const lane = kind === "texels" ? "i" : "p";
  return `float e${i}(int i) {\n${lines.join("\n")}\nreturn laneOf(${texelText(i, texel, `k[${next}]`)}, ${lane});\n}`;
}

/** The statement that declares `vec4 x<i>`, operand `i`'s elements at the positions from `i` on, of which there are four. Its numbers begin at `k[first]`. */
export function fetchLines(form: string, i: number, first: number): readonly string[] {
  const { kind, rank } = partsOf(form);
  if (kind === "same") return [`vec4 x${i} = textureLod(t${i}, gl_FragCoord.xy * s[${i}], 0.0);`];
  if (kind === "elements") return [`vec4 x${i} = vec4(e${i}(i), e${i}(i + 1), e${i}(i + 2), e${i}(i + 3));`];
  if (kind !== "texels") return [`vec4 x${i} = vec4(e${i}(i));`];
  const { lines, next } = positionLines(kind, rank, first);
  const texel = rank === 0 ? "i >> 2" : "p";
  return [`vec4 x${i};`, `{ ${lines.join(" ")} x${i} = ${texelText(i, texel, `k[${next}]`)}; }`];
}

/** Whether `fetchLines` calls the operand's function of one position. */
export function needsElements(form: string): boolean {
  return !["same", "texels"].includes(partsOf(form).kind);
}

/** Whether each of the four elements takes a search of its own, in some dimensions. */
export function isScattered(form: string): boolean {
  const { kind, rank } = partsOf(form);
  return kind === "elements" && rank > 1;
}

function partsOf(form: string): { readonly kind: string; readonly rank: number } {
  const [kind, rank] = form.split(" ") as [string, string?]; // as `addressOf` writes it
  return { kind, rank: Number(rank ?? 0) };
}

/** Statements that declare `int p`, where row-major position `i` is in an operand: its element, or its texel where whole ones are read. */
function positionLines(
  kind: string,
  rank: number,
  first: number,
): { readonly lines: readonly string[]; readonly next: number } {
  const stride = (dim: number): string => `k[${first + 1 + dim}]`;
  const size = (dim: number): string => `k[${first + rank + dim}]`;
  const next = first + 1 + rank + Math.max(rank - 1, 0);
  if (kind === "one") return { lines: [`int p = k[${first}];`], next: first + 1 };
  if (rank === 0) return { lines: ["int p = i;"], next: first };
  const count = kind === "texels" ? "(i >> 2)" : "i";
  if (rank === 1) return { lines: [`int p = k[${first}] + ${count} * ${stride(0)};`], next };
  const lines = [`int p = k[${first}];`, `int r = ${count};`];
  for (let dim = rank - 1; dim > 0; dim--)
    lines.push(`{ int q = quotient(r, ${size(dim)}); p += (r - q * ${size(dim)}) * ${stride(dim)}; r = q; }`);
  lines.push(`p += r * ${stride(0)};`);
  return { lines, next };
}
