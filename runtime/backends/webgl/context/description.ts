/** What is known of the WebGL device: plain data, which also passes between processes. */

/**
 * How a context is opened: `"system"` with the display or the native driver that the environment has, `"xvfb"` on a private X server without a screen,
 * `"vulkan"` with ANGLE on Vulkan, which needs no display.
 */
export type Way = "system" | "xvfb" | "vulkan";

/** Every way. */
export const ways: readonly Way[] = ["system", "xvfb", "vulkan"];

/** A context that was opened. */
export interface ContextDescription {
  readonly way: Way;
  /** What draws, such as `"ANGLE (Mesa, llvmpipe (LLVM 15.0.6 256 bits), OpenGL 4.5)"`. */
  readonly renderer: string;
  readonly vendor: string;
  readonly version: string;
  /** Whether the processor draws: right answers, but slower than the CPU backend. */
  readonly software: boolean;
  /** Texels in a row, and rows in a texture, at most. */
  readonly maxTextureSize: number;
  /** Textures that one program can read. */
  readonly maxTextureUnits: number;
  /** Textures that one program can write. */
  readonly maxOutputs: number;
}

/** A way that was tried, or could not be, and why; without a way where the reason holds for all of them. */
export interface Failure {
  readonly way: Way | null;
  readonly reason: string;
}

/** What was found out about WebGL on this machine. */
export interface Diagnosis {
  /** The context that programs get, `null` where there is none. */
  readonly context: ContextDescription | null;
  /** Why the other ways were not taken. */
  readonly failures: readonly Failure[];
  /** What to install for it, a line each; empty where there is a context. */
  readonly advice: readonly string[];
}

/** Names of renderers that compute on the processor. */
const softwareRenderers = /llvmpipe|softpipe|swrast|lavapipe|swiftshader|software|basic render/i;

/** Whether a renderer of this name computes on the processor. */
export function isSoftware(renderer: string): boolean {
  return softwareRenderers.test(renderer);
}

/** A context in one line, such as `ANGLE (Mesa, llvmpipe …), by software, opened with Xvfb`. */
export function describeContext({ renderer, software, way }: ContextDescription): string {
  const how = { system: "", xvfb: ", opened with Xvfb", vulkan: ", opened with Vulkan" }[way];
  return `${renderer}${software ? ", by software" : ""}${how}`;
}

/** A failure in one line. */
export function describeFailure({ way, reason }: Failure): string {
  if (way === null) return reason;
  return `${{ system: "with the system's display", xvfb: "with Xvfb", vulkan: "with Vulkan" }[way]}: ${reason}`;
}
