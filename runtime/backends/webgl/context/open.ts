/** Opens a context in this process. Native code runs here, which may end the process: a child tries it first (`probe.ts`). */
import type { MathBackendWebGL } from "@tensorflow/tfjs-backend-webgl";
import type { DrawingContext } from "./drawing.ts";
import { isSoftware, type ContextDescription, type Way } from "./description.ts";
import { askDriver, loadGl, loadTfjs, type Tfjs } from "./library.ts";
import { prepare } from "./ways.ts";

/** A context, tfjs's backend that draws on it, and tfjs itself. */
export interface OpenContext extends Tfjs {
  readonly description: ContextDescription;
  readonly gl: DrawingContext;
  /** Has textures and runs programs. tfjs's engine does not know of it. */
  readonly backend: MathBackendWebGL;
}

/**
 * Opens a context in one way.
 *
 * @throws Error with the reason, where that does not work.
 */
export function openContext(way: Way): OpenContext {
  const prepared = prepare(way);
  const restore = setEnvironment(prepared.environment);
  try {
    const gl = loadGl(prepared.nativeFolder)(1, 1, { createWebGL2Context: true });
    if (gl === null) throw new Error("the driver makes no WebGL 2 context");
    const tfjs = loadTfjs();
    const backend = makeBackend(tfjs, gl);
    const opened = { ...tfjs, gl, backend, description: describe(gl, way) };
    checkDrawing(opened);
    return opened;
  } catch (error) {
    prepared.stop();
    throw error;
  } finally {
    restore();
    prepared.tidy();
  }
}

/** Native code reads the process's environment as it loads; whatever the program starts later shall find it unchanged. */
function setEnvironment(variables: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  return () => {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  };
}

function makeBackend({ core, webgl }: Tfjs, gl: DrawingContext): MathBackendWebGL {
  acceptPlainArrayNames(gl);
  const environment = core.env();
  environment.set("WEBGL_VERSION", 2);
  // tfjs declares the context with the browser's types; it is one.
  webgl.setWebGLContext(2, gl as never);
  // Reading through a pixel buffer ends the process with gl 9.
  environment.set("WEBGL_BUFFER_SUPPORTED", false);
  // Shapes as uniforms: otherwise every new shape compiles a program.
  environment.set("WEBGL_USE_SHAPES_UNIFORMS", true);
  // Small tensors stay where they are: a step must not read back.
  environment.set("WEBGL_CPU_FORWARD", false);
  const context = new webgl.GPGPUContext(gl as never); // as above
  return new webgl.MathBackendWebGL(context);
}

/** WebGL finds an array of uniforms by its plain name, too; `gl` only with the index of its first element. */
function acceptPlainArrayNames(gl: DrawingContext): void {
  const exact = gl.getUniformLocation;
  gl.getUniformLocation = (program, name) => exact(program, name) ?? exact(program, `${name}[0]`);
}

function describe(gl: DrawingContext, way: Way): ContextDescription {
  const renderer = askDriver(gl, gl.RENDERER);
  return {
    way,
    renderer,
    vendor: askDriver(gl, gl.VENDOR),
    version: askDriver(gl, gl.VERSION),
    software: isSoftware(renderer),
    maxTextureSize: Number(gl.getParameter(gl.MAX_TEXTURE_SIZE)),
    maxTextureUnits: Number(gl.getParameter(gl.MAX_TEXTURE_IMAGE_UNITS)),
    maxOutputs: countOutputs(gl),
  };
}

/**
 * `drawBuffers` of gl 9 has a switch that lacks its default case, so what it passes on depends on the compiler: mostly the first attachment for all of them, which is an
 * error.
 */
function countOutputs(gl: DrawingContext): number {
  const wanted = Math.min(Number(gl.getParameter(gl.MAX_DRAW_BUFFERS)), 4);
  const attachments = Array.from({ length: wanted }, (_, i) => gl.COLOR_ATTACHMENT0 + i);
  const framebuffer = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
  gl.drawBuffers(attachments);
  const works =
    gl.getError() === 0 && attachments.every((at, i) => gl.getParameter(gl.DRAW_BUFFER0 + i) === at);
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  gl.deleteFramebuffer(framebuffer);
  return works ? wanted : 1;
}

/** Some drivers give a context that cannot render to float32 textures. */
function checkDrawing({ backend }: OpenContext): void {
  const input = backend.makeTensorInfo([5], "float32", Float32Array.of(0.1, -2, 1e-20, 3e38, 16777215));
  const program = {
    variableNames: ["x"],
    outputShape: [5],
    userCode: "void main() { setOutput(getX(getOutputCoords()) * 0.5); }",
  };
  const output = backend.runWebGLProgram(program, [input], "float32");
  const answer = Array.from(backend.readSync(output.dataId) as Float32Array); // the dtype asked for
  for (const { dataId } of [input, output]) backend.disposeData(dataId);
  const expected = Array.from(Float32Array.of(0.05, -1, 0.5e-20, 1.5e38, 8388607.5));
  if (answer.every((value, i) => value === expected[i])) return;
  throw new Error(`the driver does not compute in float32: halves of five numbers were ${answer.join(", ")}`);
}
