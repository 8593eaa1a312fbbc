/** Programs of the kernels: a text that is written for each call, with the numbers and textures that it reads. Equal texts are compiled once. */
import { functionsFor } from "../glsl/library.ts";
import { fetches, shiftOf } from "../glsl/addressing.ts";
import { programFor, run, type Area } from "../programs.ts";
import { allocateElements, lanes, rowsFor, type Texture } from "../textures.ts";
import { Value } from "../values.ts";
import type { DType } from "../../../dtype.ts";

/** What a program gives: elements of this dtype, as many. */
export interface Result {
  readonly dtype: DType;
  readonly length: number;
}

/** A program as it is being written. Numbers that change from call to call are uniforms, of which the texts name the places: a new shape compiles nothing. */
export class ProgramWriter {
  /** The first is the output's width. */
  readonly #wholes: number[] = [0];
  readonly #fractions: number[] = [];
  readonly #inputs: Texture[] = [];
  readonly #functions: string[] = [];
  #names = 0;

  /** The text of a whole number. */
  whole(number: number): string {
    return `k[${this.#wholes.push(number) - 1}]`;
  }

  /** The text of a number with a fraction. */
  fraction(number: number): string {
    return `u[${this.#fractions.push(number) - 1}]`;
  }

  /** A name that no other has. */
  name(): string {
    return `n${this.#names++}`;
  }

  /** The sampler of a texture, for what reads texels by itself. */
  sampler(texture: Texture): string {
    const known = this.#inputs.indexOf(texture);
    return `t${known >= 0 ? known : this.#inputs.push(texture) - 1}`;
  }

  /** What a texel's place in a texture is multiplied with to sample it. */
  scale(texture: Texture): string {
    return `s[${this.sampler(texture).slice(1)}]`;
  }

  /** The name of a function that gives a texture's texel `p`, as four numbers. */
  texels(texture: Texture): string {
    const name = this.name();
    const [sampler, shift] = [this.sampler(texture), this.whole(shiftOf(texture))];
    this.define(`vec4 ${name}(int p) { return texelAt(${sampler}, p, ${shift}, ${this.scale(texture)}); }`);
    return name;
  }

  /** The name of a function that gives a texture's element `p`, as a number. */
  elements(texture: Texture): string {
    const [texel, name] = [this.texels(texture), this.name()];
    this.define(`float ${name}(int p) { return laneOf(${texel}(p >> 2), p); }`);
    return name;
  }

  /** Adds a function of the program's own. */
  define(text: string): void {
    this.#functions.push(text);
  }

  /** Adds a function unless it is there. */
  defineOnce(text: string): void {
    if (!this.#functions.includes(text)) this.#functions.push(text);
  }

  /**
   * Computes elements one by one: `body` has statements about the position `i`, and declares `float y0`, `y1`, … for the results, which have one length.
   */
  draw(results: readonly Result[], body: string): Value[] {
    const names = results.map((_, j) => `y${j}`);
    const parameters = ["int i", ...names.map((name) => `out float ${name}_`)].join(", ");
    this.define(
      `void element(${parameters}) {\n${body}\n${names.map((name) => `${name}_ = ${name};`).join(" ")}\n}`,
    );
    const numbers = results.map((_, j) => `float n${j};`).join(" ");
    const call = `element(${["i + l", ...results.map((_, j) => `n${j}`)].join(", ")});`;
    const turns = results.map((_, j) => `o${j} = vec4(o${j}.yzw, n${j});`).join(" ");
    // Compilers write out loops of which they know how often they run: four times the text takes them as much longer.
    return this.drawFours(
      results,
      `int end = unforeseen(${this.whole(lanes)});
for (int l = 0; l < end; l++) { ${numbers} ${call} ${turns} }`,
    );
  }

  /** Computes four elements at a time: `body` has statements about the position `i` of the first, and assigns `o0`, `o1`, … for the results, which have one length. */
  drawFours(results: readonly Result[], body: string): Value[] {
    const { length } = results[0]!;
    const outputs = results.map(() => allocateElements(length));
    const [{ columns }] = outputs as [Texture]; // there are results
    const area = { column: 0, row: 0, columns, rows: rowsFor(length, outputs[0]!) };
    this.drawTexels(outputs, `int i = 4 * (at.y * k[0] + at.x);\n${body}`, area);
    return results.map(({ dtype, length }, j) => Value.ofTexture(outputs[j]!, dtype, length));
  }

  /** Computes whole texels: `body` has statements about the texel `at`, and assigns `o0`, `o1`, … for the textures, which have one size. */
  drawTexels(outputs: readonly Texture[], body: string, area?: Area): void {
    this.#wholes[0] = outputs[0]!.columns;
    const text = this.#text(outputs.length, body);
    const program = programFor(text, this.#inputs.length, () => text);
    run(program, {
      outputs,
      inputs: this.#inputs,
      wholes: Int32Array.from(this.#wholes),
      fractions: Float32Array.from(this.#fractions),
      ...(area === undefined ? {} : { area }),
    });
  }

  #text(outputs: number, body: string): string {
    const own = `${this.#functions.join("\n")}\nvoid main() {\nivec2 at = ivec2(gl_FragCoord.xy);\n${body}\n}`;
    return [
      "#version 300 es\nprecision highp float;\nprecision highp int;\nprecision highp sampler2D;",
      ...Array.from({ length: outputs }, (_, j) => `layout(location = ${j}) out vec4 o${j};`),
      ...this.#inputs.map((_, j) => `uniform sampler2D t${j};`),
      `uniform vec2 s[${Math.max(this.#inputs.length, 1)}];`,
      `uniform int k[${this.#wholes.length}];`,
      `uniform float u[${Math.max(this.#fractions.length, 1)}];`,
      fetches,
      functionsFor(own),
      own,
    ].join("\n");
  }
}
