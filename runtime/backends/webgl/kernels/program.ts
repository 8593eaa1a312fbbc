/** Programs of the kernels: a text that is written for each call, with the numbers and textures that it reads. Equal texts are compiled once. */
import { functionsFor } from "../glsl/library.ts";
import { fetches, shiftOf } from "../glsl/addressing.ts";
import { graphics } from "../graphics.ts";
import { programFor, run } from "../programs.ts";
import { allocateTexture, extentFor, type Texture } from "../textures.ts";
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

  /** The name of a function that gives a texture's element `p`, as a number. */
  elements(texture: Texture): string {
    const sampler = this.sampler(texture);
    const name = this.name();
    const { packing, columns } = texture;
    const call =
      packing === null
        ? `plainAt(${sampler}, p, ${this.whole(shiftOf(texture))})`
        : `packedAt(${sampler}, p, ${this.whole(packing.rows)}, ${this.whole(packing.columns)}, ${this.whole(columns)})`;
    this.#functions.push(`float ${name}(int p) { return ${call}; }`);
    return name;
  }

  /** Adds a function of the program's own. */
  define(text: string): void {
    this.#functions.push(text);
  }

  /**
   * Computes elements one by one: `body` has statements about the position `i`, and declares `float y0`, `y1`, … for the results, which have one length.
   */
  draw(results: readonly Result[], body: string): Value[] {
    const { length } = results[0]!;
    const extent = extentFor(length, graphics().largestTexture);
    const outputs = results.map(() => allocateTexture(extent));
    const rows = [0, Math.max(Math.ceil(length / extent.columns), 1)] as const;
    const stores = results.map((_, j) => `o${j} = vec4(y${j}, 0.0, 0.0, 0.0);`).join(" ");
    this.drawTexels(outputs, `int i = at.y * k[0] + at.x;\n${body}\n${stores}`, rows);
    return results.map(({ dtype, length }, j) => Value.ofTexture(outputs[j]!, dtype, length));
  }

  /** Computes whole texels: `body` has statements about the texel `at`, and assigns `o0`, `o1`, … for the textures, which have one size. */
  drawTexels(outputs: readonly Texture[], body: string, rows?: readonly [number, number]): void {
    this.#wholes[0] = outputs[0]!.columns;
    const text = this.#text(outputs.length, body);
    const program = programFor(text, this.#inputs.length, () => text);
    run(program, {
      outputs,
      inputs: this.#inputs,
      wholes: Int32Array.from(this.#wholes),
      fractions: Float32Array.from(this.#fractions),
      ...(rows === undefined ? {} : { rows }),
    });
  }

  #text(outputs: number, body: string): string {
    const own = `${this.#functions.join("\n")}\nvoid main() {\nivec2 at = ivec2(gl_FragCoord.xy);\n${body}\n}`;
    return [
      "#version 300 es\nprecision highp float;\nprecision highp int;\nprecision highp sampler2D;",
      ...Array.from({ length: outputs }, (_, j) => `layout(location = ${j}) out vec4 o${j};`),
      ...this.#inputs.map((_, j) => `uniform sampler2D t${j};`),
      `uniform int k[${this.#wholes.length}];`,
      `uniform float u[${Math.max(this.#fractions.length, 1)}];`,
      fetches,
      functionsFor(own),
      own,
    ].join("\n");
  }
}
