/** Whole programs: what surrounds the arithmetic. */
import { elementFunction, fetches, fetchLines, isScattered, needsElements } from "./addressing.ts";
import { functionsFor } from "./library.ts";

/** What a program is written from. */
export interface Draft {
  /** The statements of all stages, which read `x0`, `x1`, … and declare what `results` name. */
  readonly body: readonly string[];
  /** A result for each output. */
  readonly results: readonly string[];
  /** The form of each operand's address. */
  readonly forms: readonly string[];
  /** Where in `k` each operand's numbers begin. */
  readonly firsts: readonly number[];
  readonly wholeCount: number;
  readonly fractionCount: number;
}

function head(draft: Draft): readonly string[] {
  return [
    "#version 300 es",
    "precision highp float;",
    "precision highp int;",
    "precision highp sampler2D;",
    ...draft.results.map((_, i) => `layout(location = ${i}) out vec4 o${i};`),
    ...draft.forms.map((_, i) => `uniform sampler2D t${i};`),
    `uniform vec2 s[${Math.max(draft.forms.length, 1)}];`,
    `uniform int k[${Math.max(draft.wholeCount, 1)}];`,
    `uniform float u[${Math.max(draft.fractionCount, 1)}];`,
  ];
}

/** The arithmetic as a function of one position's numbers. */
function arithmetic({ body, results, forms }: Draft): string {
  const parameters = [...forms.map((_, i) => `float x${i}`), ...results.map((_, i) => `out float y${i}`)];
  const text = [...body, ...results.map((result, i) => `y${i} = ${result};`)]
    .map((line) => `  ${line}`)
    .join("\n");
  return `${functionsFor(text)}\nvoid compute(${parameters.join(", ")}) {\n${text}\n}`;
}

function main(lines: readonly string[]): string {
  return `void main() {\n${lines.map((line) => `  ${line}`).join("\n")}\n}`;
}

/** The text of the call of the arithmetic for one position; `suffix` says which part of the names it is about. */
function computeLine({ forms, results }: Draft, suffix: string): string {
  const names = [...forms.map((_, i) => `x${i}${suffix}`), ...results.map((_, i) => `y${i}${suffix}`)];
  return `compute(${names.join(", ")});`;
}

/** Statements that compute the four elements of a texel, from position `i` on. `k[1]` is how many these are. */
function texelLines(draft: Draft): readonly string[] {
  const { forms, firsts, results } = draft;
  const isLoop = isLong(draft) || forms.some(isScattered);
  const fetched = forms.map((form, i) =>
    isLoop && isScattered(form) ? [] : fetchLines(form, i, firsts[i]!),
  );
  return [
    ...fetched.flat(),
    ...results.map((_, i) => `vec4 y${i};`),
    ...(isLoop ? loopLines(draft) : [".x", ".y", ".z", ".w"].map((lane) => computeLine(draft, lane))),
    ...results.map((_, i) => `o${i} = y${i};`),
  ];
}

/** Characters of functions beyond which a text is long: that of relu has some 200, of tanh 800, of the logarithm of gamma 4500. */
const longText = 1000;

/** Whether the arithmetic takes functions that are long to compile. */
function isLong({ body }: Draft): boolean {
  return functionsFor(body.join("\n")).length > longText;
}

/** Computes one element after another. Compilers write out a loop of which they know how often it runs, and four times the text takes them as much longer. */
function loopLines(draft: Draft): readonly string[] {
  const results = draft.results.map((_, i) => `y${i}`);
  const operands = draft.forms.map((form, i) => (isScattered(form) ? `e${i}(i + l)` : `x${i}.x`));
  const turned = draft.forms.flatMap((form, i) => (isScattered(form) ? [] : [`x${i} = x${i}.yzwx;`]));
  const names = [...operands, ...results.map((name) => `${name}l`)];
  return [
    "int end = unforeseen(k[1]);",
    "for (int l = 0; l < end; l++) {",
    ...results.map((name) => `float ${name}l;`),
    `compute(${names.join(", ")});`,
    ...results.map((name) => `${name} = vec4(${name}.yzw, ${name}l);`),
    ...turned,
    "}",
  ];
}

/** The functions that give operands' elements at a position; for whole texels only those that are needed. */
function elementFunctions({ forms, firsts }: Draft, isWhole: boolean): readonly string[] {
  return forms
    .map((form, i) => (isWhole && !needsElements(form) ? "" : elementFunction(form, i, firsts[i]!)))
    .filter((text) => text !== "");
}

/** A program that computes all elements of its outputs; `k[0]` is their width, and `k[1]` is 4. */
export function writeAll(draft: Draft): string {
  const lines = [
    "ivec2 at = ivec2(gl_FragCoord.xy);",
    "int i = 4 * (at.y * k[0] + at.x);",
    ...texelLines(draft),
  ];
  return [...head(draft), fetches, ...elementFunctions(draft, true), arithmetic(draft), main(lines)].join(
    "\n",
  );
}

/**
 * A program that computes a region's elements, and leaves the others as they are. `k[2]` is the region's offset; strides, sizes and steps of its dimensions follow. With `isWhole` the region consists of
 * whole texels, whose elements have neighbouring positions; otherwise of each texel it computes the element `k[3]`, which all of `o0` becomes.
 */
export function writeRegion(draft: Draft, rank: number, isWhole: boolean): string {
  const lines = [
    "ivec2 at = ivec2(gl_FragCoord.xy);",
    "int left = 4 * (at.y * k[0] + at.x) + k[3] - k[2];",
    "if (left < 0) discard;",
    "int i = 0;",
  ];
  for (let dim = 0; dim < rank; dim++) {
    const [stride, size, step] = [4 + 3 * dim, 5 + 3 * dim, 6 + 3 * dim];
    lines.push(
      `{ int n = quotient(left, k[${stride}]); if (n >= k[${size}]) discard; left -= n * k[${stride}]; i += n * k[${step}]; }`,
    );
  }
  lines.push("if (left != 0) discard;");
  return [
    ...head(draft),
    fetches,
    ...elementFunctions(draft, isWhole),
    arithmetic(draft),
    main([...lines, ...(isWhole ? texelLines(draft) : elementLines(draft))]),
  ].join("\n");
}

/** Statements that compute the element of position `i`. */
function elementLines(draft: Draft): readonly string[] {
  return [
    ...draft.forms.map((_, i) => `float x${i} = e${i}(i);`),
    ...draft.results.map((_, i) => `float y${i};`),
    computeLine(draft, ""),
    ...draft.results.map((_, i) => `o${i} = vec4(y${i});`),
  ];
}
