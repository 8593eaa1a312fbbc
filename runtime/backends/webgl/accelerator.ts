import type { Accelerator } from "../accelerator.ts";
import type { Backend } from "../backend.ts";
import { missingWebGL } from "./context/start.ts";
import { listFallbacks, noteFallback, resetFallbacks } from "./fallback.ts";
import { counts, graphics, openGraphics } from "./graphics.ts";
import { webglBackend } from "./index.ts";
import { limitMemory, memory } from "./memory.ts";
import { deleteFree } from "./textures.ts";

/** The WebGL device. Neither tfjs nor `gl` is loaded before it is used. */
export const webglAccelerator: Accelerator = {
  unavailable: missingWebGL,
  open: (): Backend => {
    graphics();
    return webglBackend;
  },
  name: () => graphics().context.description.renderer,
  isSoftware: () => graphics().context.description.software,
  synchronize: () => openGraphics()?.gl.finish(),
  memoryAllocated: () => memory.allocated(),
  memoryReserved: () => memory.reserved(),
  memoryPeak: () => memory.peak(),
  resetPeak: () => memory.resetPeak(),
  limitMemory,
  emptyCache: () => {
    const own = openGraphics();
    if (own !== null) deleteFree(own);
  },
  noteFallback,
  fallbacks: listFallbacks,
  resetFallbacks,
  compiles: () => counts.compiles,
  passes: () => counts.passes,
};
