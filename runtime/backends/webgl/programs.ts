/** Programs of this folder's own: compiled once for what they do, and run with numbers and textures that change from call to call. */
import type { GPGPUContext } from "@tensorflow/tfjs-backend-webgl";
import { RuntimeError } from "../../errors/runtimeError.ts";
import type { Drawing, Handle } from "./drawing.ts";
import { scaleOf } from "./glsl/addressing.ts";
import { graphics, guarded, type Graphics } from "./graphics.ts";
import type { Texture } from "./textures.ts";

type Compiled = ReturnType<GPGPUContext["createProgram"]>;

/** A compiled program and where its inputs are. */
export interface Program {
  readonly compiled: Compiled;
  /** The samplers `t0`, `t1`, …; `null` for one that the compiler found to be of no use. */
  readonly textures: readonly (Handle | null)[];
  /** The array `k` of whole numbers. */
  readonly wholes: Handle | null;
  /** The array `u` of fractions. */
  readonly fractions: Handle | null;
  /** The array `s` of the textures' scales. */
  readonly scales: Handle | null;
}

/** What one run of a program works on. */
export interface Run {
  /** Textures of one size that results are written into. */
  readonly outputs: readonly Texture[];
  readonly inputs: readonly Texture[];
  readonly wholes: Int32Array;
  readonly fractions: Float32Array;
  /** The texels to be drawn; all that the textures have when left out. */
  readonly area?: Area;
  /** The one element of each texel that is written; all four when left out. */
  readonly lane?: number;
}

/** A rectangle of texels. */
export interface Area {
  readonly column: number;
  readonly row: number;
  readonly columns: number;
  readonly rows: number;
}

function compileShader(gl: Drawing, source: string): Handle {
  const shader = gl.createShader(gl.FRAGMENT_SHADER);
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  return shader;
}

function compile({ gl, backend }: Graphics, source: string, inputs: number): Program {
  const { gpgpu } = backend;
  const shader = compileShader(gl, source);
  if (gl.getShaderParameter(shader, gl.COMPILE_STATUS) === false)
    throw new RuntimeError(
      `The driver does not compile a program of the WebGL device: ${gl.getShaderInfoLog(shader)}\n${source}`,
    );
  const compiled = gpgpu.createProgram(shader as never); // the browser's type for the same object
  gpgpu.buildVao(compiled);
  const find = (name: string): Handle | null =>
    gl.getUniformLocation(compiled, name) ?? gl.getUniformLocation(compiled, `${name}[0]`);
  const textures = Array.from({ length: inputs }, (_, i) => find(`t${i}`));
  return { compiled, textures, wholes: find("k"), fractions: find("u"), scales: find("s") };
}

/** The program that is known by `key`; `write` gives its source when it must be compiled. */
export function programFor(key: string, inputs: number, write: () => string): Program {
  const own = graphics();
  let program = own.programs.get(key);
  if (program === undefined)
    own.programs.set(key, (program = guarded(own, () => compile(own, write(), inputs))));
  return program;
}

/** Makes the outputs what drawing writes to. */
function attach(own: Graphics, outputs: readonly Texture[]): void {
  const { gl, backend } = own;
  const { handle, rows, columns } = outputs[0]!;
  if (outputs.length === 1) {
    backend.gpgpu.setOutputMatrixTexture(handle, rows, columns);
    return;
  }
  let framebuffer = own.framebuffers.get(outputs.length);
  const attachments = outputs.map((_, i) => gl.COLOR_ATTACHMENT0 + i);
  const isNew = framebuffer === undefined;
  if (framebuffer === undefined) own.framebuffers.set(outputs.length, (framebuffer = gl.createFramebuffer()));
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
  outputs.forEach((texture, i) =>
    gl.framebufferTexture2D(gl.FRAMEBUFFER, attachments[i]!, gl.TEXTURE_2D, texture.handle, 0),
  );
  if (isNew) gl.drawBuffers(attachments);
  gl.viewport(0, 0, columns, rows);
  gl.scissor(0, 0, columns, rows);
}

/** Runs a program. @throws RuntimeError when the context has been lost. */
export function run(program: Program, work: Run): void {
  const own = graphics();
  guarded(own, () => draw(own, program, work));
}

function draw(own: Graphics, program: Program, work: Run): void {
  const { gl, backend } = own;
  const { gpgpu } = backend;
  const { area, lane } = work;
  attach(own, work.outputs);
  if (area !== undefined) gl.scissor(area.column, area.row, area.columns, area.rows);
  gpgpu.setProgram(program.compiled);
  gpgpu.bindVertexArray(program.compiled.vao);
  setUniforms(gl, program, work);
  if (lane === undefined) return gpgpu.executeProgram();
  gl.colorMask(lane === 0, lane === 1, lane === 2, lane === 3);
  gpgpu.executeProgram();
  gl.colorMask(true, true, true, true);
}

function setUniforms(gl: Drawing, { textures, wholes, fractions, scales }: Program, work: Run): void {
  if (wholes !== null) gl.uniform1iv(wholes, work.wholes);
  if (fractions !== null) gl.uniform1fv(fractions, work.fractions);
  if (scales !== null) gl.uniform2fv(scales, Float32Array.from(work.inputs.flatMap(scaleOf)));
  textures.forEach((location, unit) => {
    if (location === null) return;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, work.inputs[unit]!.handle);
    gl.uniform1i(location, unit);
  });
}
