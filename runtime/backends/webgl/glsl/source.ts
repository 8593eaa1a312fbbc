/** Whole programs: what surrounds the arithmetic. */
import { fetches, fetchLines } from "./addressing.ts";
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

/** Statements that declare the texel \`at\` and the position \`i\`; `k[0]` is the output's width. */
const everywhere: readonly string[] = ["ivec2 at = ivec2(gl_FragCoord.xy);", "int i = at.y * k[0] + at.x;"];

function main(lines: readonly string[]): string {
  return `void main() {\n${lines.map((line) => `  ${line}`).join("\n")}\n}`;
}

function computeUnpacked(draft: Draft): readonly string[] {
  const { forms, firsts, results } = draft;
  const names = [...forms.map((_, i) => `x${i}`), ...results.map((_, i) => `y${i}`)];
  return [
    ...forms.flatMap((form, i) => fetchLines(form, `t${i}`, `x${i}`, firsts[i]!)),
    ...results.map((_, i) => `float y${i};`),
    `compute(${names.join(", ")});`,
    ...results.map((_, i) => `o${i} = vec4(y${i}, 0.0, 0.0, 0.0);`),
  ];
}

/** A program that computes each element of unpacked outputs. */
export function writeUnpacked(draft: Draft): string {
  return [...head(draft), fetches, arithmetic(draft), main([...everywhere, ...computeUnpacked(draft)])].join(
    "\n",
  );
}

/**
 * A program that computes the elements of a region, and leaves the others as they are. \`k[1]\` is the region's offset; strides, sizes and steps of its dimensions follow.
 */
export function writeRegion(draft: Draft, rank: number): string {
  const lines = ["int left = at.y * k[0] + at.x - k[1];", "if (left < 0) discard;", "int i = 0;"];
  for (let dim = 0; dim < rank; dim++) {
    const [stride, size, step] = [2 + 3 * dim, 3 + 3 * dim, 4 + 3 * dim];
    lines.push(
      `{ int n = quotient(left, k[${stride}]); if (n >= k[${size}]) discard; left -= n * k[${stride}]; i += n * k[${step}]; }`,
    );
  }
  lines.push("if (left != 0) discard;");
  return [
    ...head(draft),
    fetches,
    arithmetic(draft),
    main([everywhere[0]!, ...lines, ...computeUnpacked(draft)]),
  ].join("\n");
}

/**
 * A program over packed textures of one layout, four elements at a time. Forms: \`block\`, a texture packed alike; \`plain\`, an unpacked one with as many elements; \`row\`, an unpacked texture with one element for
 * each column; \`single\`, one element. \`k\` begins with the output's width, and the rows and columns of its matrices. What a block has beyond them becomes 0.
 */
export function writePacked(draft: Draft): string {
  const { forms, firsts, results } = draft;
  const fetch = (form: string, i: number): readonly string[] => {
    const k = (number: number): string => `k[${firsts[i]! + number}]`;
    if (form === "block") return [`vec4 x${i} = texelFetch(t${i}, at, 0);`];
    if (form === "plain") {
      const above = `p${i}`;
      return [
        `int ${above} = (b * k[1] + r) * k[2] + c;`,
        `vec4 x${i} = vec4(plainAt(t${i}, ${above}, ${k(0)}), plainAt(t${i}, ${above} + 1, ${k(0)}), plainAt(t${i}, ${above} + k[2], ${k(0)}), plainAt(t${i}, ${above} + k[2] + 1, ${k(0)}));`,
      ];
    }
    if (form === "single") return [`vec4 x${i} = vec4(plainAt(t${i}, ${k(0)}, ${k(1)}));`];
    const at = (column: string): string => `plainAt(t${i}, ${k(0)} + ${column} * ${k(1)}, ${k(2)})`;
    return [`vec2 x${i}h = vec2(${at("c")}, ${at("(c + 1)")});`, `vec4 x${i} = x${i}h.xyxy;`];
  };
  const lanes = ["x", "y", "z", "w"].map((lane) => {
    const names = [...forms.map((_, i) => `x${i}.${lane}`), ...results.map((_, i) => `y${i}.${lane}`)];
    return `compute(${names.join(", ")});`;
  });
  return [
    ...head(draft),
    fetches,
    arithmetic(draft),
    main([
      "ivec2 at = ivec2(gl_FragCoord.xy);",
      "int block = at.y * k[0] + at.x;",
      "int across = (k[2] + 1) / 2;",
      "int q = quotient(block, across);",
      "int c = 2 * (block - q * across);",
      "int b = quotient(q, (k[1] + 1) / 2);",
      "int r = 2 * (q - b * ((k[1] + 1) / 2));",
      ...forms.flatMap(fetch),
      ...results.map((_, i) => `vec4 y${i};`),
      ...lanes,
      "bvec4 inside = bvec4(true, c + 1 < k[2], r + 1 < k[1], c + 1 < k[2] && r + 1 < k[1]);",
      ...results.map((_, i) => `o${i} = mix(vec4(0.0), y${i}, inside);`),
    ]),
  ].join("\n");
}
