/** The open context as this folder uses it: tfjs's backend for textures and for running programs, with counts of what it does. */
import { setTimeout } from "node:timers/promises";
import type { MathBackendWebGL } from "@tensorflow/tfjs-backend-webgl";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { abandonWebGL, webglContext } from "./context/start.ts";
import type { OpenContext } from "./context/open.ts";
import type { Drawing, Handle } from "./drawing.ts";
import type { Program } from "./programs.ts";

/** How much was done since the process began, whichever context did it. */
export const counts = {
  /** Programs compiled, tfjs's included. */
  compiles: 0,
  /** Programs run, tfjs's included. */
  passes: 0,
};

/** One context, for as long as it lives. */
export class Graphics {
  readonly gl: Drawing;
  readonly backend: MathBackendWebGL;
  readonly context: OpenContext;
  /** Texels in a row, and rows in a texture, at most. */
  readonly largestTexture: number;
  /** Compiled programs by what they do. */
  readonly programs: Map<string, Program> = new Map<string, Program>();
  /** Framebuffers with several textures, by how many. */
  readonly framebuffers: Map<number, Handle> = new Map<number, Handle>();
  /** Whether its textures are gone. */
  lost = false;

  constructor(context: OpenContext) {
    this.context = context;
    this.gl = context.gl as Drawing; // the whole context, of which the start uses less
    this.backend = context.backend;
    this.largestTexture = context.description.maxTextureSize;
    const { gl } = this;
    for (const capability of [gl.BLEND, gl.DITHER]) gl.disable(capability);
    gl.enable(gl.SCISSOR_TEST);
    this.#count();
  }

  /** Whatever draws or compiles goes through these two methods. */
  #count(): void {
    const { gpgpu } = this.backend;
    const execute = gpgpu.executeProgram.bind(gpgpu);
    const create = gpgpu.createProgram.bind(gpgpu);
    gpgpu.executeProgram = () => {
      counts.passes++;
      execute();
    };
    gpgpu.createProgram = (shader) => {
      counts.compiles++;
      return create(shader);
    };
  }
}

let current: Graphics | null = null;

/**
 * The context, opened at first use.
 *
 * @throws RuntimeError where there is none, or where it was lost since.
 */
export function graphics(): Graphics {
  return (current ??= new Graphics(webglContext()));
}

/** The context if one is open: asking does not open any. */
export function openGraphics(): Graphics | null {
  return current;
}

/** What happened to tensors whose textures are gone, and what to do. */
function lostError(): RuntimeError {
  return new RuntimeError(
    "The WebGL context was lost: the driver was reset, or the graphics card is gone or out of memory, and tensors that were only there are lost with it. " +
      "Tensors with a copy on the CPU are intact. Make the others anew, for example by loading a checkpoint: the next operation opens a new context.",
  );
}

/** Lets go of a lost context, so that the next use opens another one. */
function abandonGraphics(own: Graphics): void {
  own.lost = true;
  if (current === own) current = null;
  abandonWebGL();
}

/** GL_CONTEXT_LOST of OpenGL ES 3.2, and WebGL's own. */
const lostErrors: ReadonlySet<number> = new Set([0x0507, 0x9242]);

/** Asks the driver. One that has lost its context says so, or refuses every call. */
function isLost({ gl }: Graphics): boolean {
  try {
    return gl.isContextLost() || lostErrors.has(gl.getError());
  } catch {
    return true;
  }
}

/** @throws RuntimeError when it is known that the context was lost. */
export function checkKnown({ lost }: Graphics): void {
  if (lost) throw lostError();
}

/** Asks the driver, and lets go of the context where it is lost. @throws RuntimeError when it is. */
export function checkAlive(own: Graphics): void {
  if (!own.lost && isLost(own)) abandonGraphics(own);
  checkKnown(own);
}

/** Does something with the context. @throws RuntimeError that says so where it fails because the context was lost. */
export function guarded<T>(own: Graphics, body: () => T): T {
  checkKnown(own);
  try {
    return body();
  } catch (error) {
    checkAlive(own);
    throw error;
  }
}

/** Resolves when everything asked for so far has been done: between looks other work of the program goes on. */
export async function passed(own: Graphics): Promise<void> {
  const { gl } = own;
  const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  gl.flush();
  for (let wait = 0; !own.lost; wait = Math.min(wait + 1, 8)) {
    checkAlive(own);
    if (gl.clientWaitSync(fence, 0, 0) !== gl.TIMEOUT_EXPIRED) break;
    await setTimeout(wait);
  }
  if (!own.lost) gl.deleteSync(fence);
}
