/** The two optional packages that WebGL takes, loaded when they are needed first, and at once: the backend's methods cannot wait. */
import { createRequire, Module } from "node:module";
import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import type * as Core from "@tensorflow/tfjs-core";
import type * as WebGL from "@tensorflow/tfjs-backend-webgl";
import type { DrawingContext } from "./drawing.ts";

const require = createRequire(import.meta.url);

/** The package `gl` does not load: no driver has been asked for anything. */
export class PackageError extends Error {
  override readonly name = "PackageError";
}

/** What `gl` exports: makes a context, `null` where it cannot. */
type CreateContext = (
  width: number,
  height: number,
  options: { readonly createWebGL2Context: true },
) => DrawingContext | null;

/** The module of `gl` that has its native classes. */
interface Native {
  readonly NativeWebGLRenderingContext: { readonly prototype: Pick<DrawingContext, "getParameter"> };
}

/** The folder of the package's native libraries. @throws where the package is not installed, or was not built. */
export function nativeFolder(): string {
  return dirname(realpathSync(join(packageFolder(), "build", "Release", "webgl.node")));
}

function packageFolder(): string {
  return dirname(require.resolve("gl/package.json"));
}

/**
 * Loads `gl`. With `folder`, its native part is loaded from there, where the same libraries lie beside others: ANGLE looks for Vulkan in its own folder alone.
 *
 * @throws PackageError with the first line of what the package says, where it does not load.
 */
export function loadGl(folder: string | null): CreateContext {
  try {
    if (folder !== null) loadNativeFrom(folder);
    return require("gl") as CreateContext; // the package's types need the browser's library
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new PackageError(`the optional package gl does not load: ${reasonToLoad(said)}`, { cause: error });
  }
}

/** A native module is compiled for one version of Node's binary interface. */
function reasonToLoad(said: string): string {
  if (said.includes("NODE_MODULE_VERSION"))
    return `it was built for another version of Node than this ${process.version}`;
  return said.split("\n")[0]!.slice(0, 300);
}

/** Puts the native module where `require` finds it under the name that `gl` asks for. */
function loadNativeFrom(folder: string): void {
  const name = join(nativeFolder(), "webgl.node");
  if (require.cache[name] !== undefined) return;
  const native = new Module(name);
  process.dlopen(native, join(folder, "webgl.node"));
  native.loaded = true;
  require.cache[name] = native;
}

/**
 * What the driver says of itself. `gl` answers such questions with a text of its own, so the native class is asked, about the context that `gl` keeps to itself: its
 * objects refer to it.
 */
export function askDriver(gl: DrawingContext, parameter: number): string {
  // The package's inner module has no types: `Native` says what is used.
  const { NativeWebGLRenderingContext } = require("gl/src/javascript/native-gl.js") as Native;
  const buffer = gl.createBuffer();
  const answer = NativeWebGLRenderingContext.prototype.getParameter.call(buffer._ctx, parameter);
  gl.deleteBuffer(buffer);
  return String(answer);
}

/** tfjs's core and its kernels for WebGL. */
export interface Tfjs {
  readonly core: typeof Core;
  readonly webgl: typeof WebGL;
}

/** Loads tfjs: what registers its kernels, none of its engine's work. */
export function loadTfjs(): Tfjs {
  return {
    core: require("@tensorflow/tfjs-core") as typeof Core, // what the packages of these names export
    webgl: require("@tensorflow/tfjs-backend-webgl") as typeof WebGL,
  };
}
