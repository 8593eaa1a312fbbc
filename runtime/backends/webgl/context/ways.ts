/** The ways to open a context: which make sense here, and what each needs before native code is loaded. */
import { isMainThread } from "node:worker_threads";
import { ways, type Way } from "./description.ts";
import { linkVulkan } from "./vulkan.ts";
import { startXvfb } from "./xvfb.ts";

/** What was prepared for a way. */
export interface Prepared {
  /** Variables that native code must see. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where the native libraries are loaded from, `null` for their own place. */
  readonly nativeFolder: string | null;
  /** Removes what only the opening needs. */
  readonly tidy: () => void;
  /** Ends what the context would need, where it could not be opened. */
  readonly stop: () => void;
}

const nothing = (): void => undefined;

/** The ways to be tried, in this order: a display, where there is one, is what the user has chosen. */
export function waysHere(platform: NodeJS.Platform = process.platform): readonly Way[] {
  return platform === "linux" ? ways : ["system"];
}

/**
 * Prepares a way.
 *
 * @throws Error where something that it needs is not here, before any native code has run.
 */
export function prepare(way: Way): Prepared {
  if (way === "system") return prepareSystem();
  if (!isMainThread)
    throw new Error("a worker thread cannot set variables for native code: open it in the main thread");
  return way === "xvfb" ? prepareXvfb() : prepareVulkan();
}

function prepareSystem(): Prepared {
  const { DISPLAY, ANGLE_DEFAULT_PLATFORM } = process.env;
  if (process.platform === "linux" && DISPLAY === undefined && ANGLE_DEFAULT_PLATFORM === undefined)
    throw new Error("there is no X display (DISPLAY is not set)");
  return { environment: {}, nativeFolder: null, tidy: nothing, stop: nothing };
}

function prepareXvfb(): Prepared {
  const { display, authority, tidy, stop } = startXvfb();
  return { environment: { DISPLAY: display, XAUTHORITY: authority }, nativeFolder: null, tidy, stop };
}

function prepareVulkan(): Prepared {
  const { folder, tidy } = linkVulkan();
  return {
    environment: { ANGLE_DEFAULT_PLATFORM: "vulkan" },
    nativeFolder: folder,
    tidy,
    stop: nothing,
  };
}
