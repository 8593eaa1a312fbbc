/** What this folder calls of a WebGL 2 context by itself; the rest is tfjs's. Node has no types for it. */
import type { DrawingContext } from "./context/drawing.ts";

/** An object of the context: a texture, a program, a place for a uniform. */
export type Handle = object;

/** A WebGL 2 context. Constants and methods are named and specified in "WebGL 2.0 Specification", Khronos. */
export interface Drawing extends DrawingContext {
  readonly BLEND: number;
  readonly COMPILE_STATUS: number;
  readonly FLOAT: number;
  readonly FRAGMENT_SHADER: number;
  readonly LINK_STATUS: number;
  readonly RGBA: number;
  readonly DITHER: number;
  readonly SCISSOR_TEST: number;
  readonly SYNC_GPU_COMMANDS_COMPLETE: number;
  readonly TEXTURE0: number;
  readonly TEXTURE_2D: number;
  readonly TIMEOUT_EXPIRED: number;
  readonly OUT_OF_MEMORY: number;
  activeTexture(unit: number): void;
  bindTexture(target: number, texture: Handle | null): void;
  colorMask(red: boolean, green: boolean, blue: boolean, alpha: boolean): void;
  clientWaitSync(sync: Handle, flags: number, timeout: number): number;
  compileShader(shader: Handle): void;
  createShader(kind: number): Handle;
  deleteShader(shader: Handle): void;
  deleteSync(sync: Handle): void;
  disable(capability: number): void;
  enable(capability: number): void;
  fenceSync(condition: number, flags: number): Handle;
  finish(): void;
  flush(): void;
  framebufferTexture2D(
    target: number,
    attachment: number,
    kind: number,
    texture: Handle | null,
    level: number,
  ): void;
  getProgramInfoLog(program: Handle): string;
  getProgramParameter(program: Handle, name: number): unknown;
  getShaderInfoLog(shader: Handle): string;
  getShaderParameter(shader: Handle, name: number): unknown;
  readPixels(
    x: number,
    y: number,
    width: number,
    height: number,
    format: number,
    type: number,
    into: Float32Array,
  ): void;
  scissor(x: number, y: number, width: number, height: number): void;
  shaderSource(shader: Handle, source: string): void;
  texSubImage2D(
    target: number,
    level: number,
    x: number,
    y: number,
    width: number,
    height: number,
    format: number,
    type: number,
    from: Float32Array,
  ): void;
  uniform1fv(location: Handle, values: Float32Array): void;
  uniform2fv(location: Handle, values: Float32Array): void;
  uniform1i(location: Handle, value: number): void;
  uniform1iv(location: Handle, values: Int32Array): void;
  viewport(x: number, y: number, width: number, height: number): void;
}
