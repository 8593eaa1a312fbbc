/** Deep enough to find the caller of whatever helpers are on top; a deeper stack is taken for user code. */
const FRAMES = 200;
/** The function that asks, and the one that the inspector called it with. */
const OWN_FRAMES = 2;
/** Everything in kernel/, which is one folder above this file; the tensor library counts as user code, since cells call it. */
const KERNEL: string = new URL("../", import.meta.url).href;

/** What a thread is in the midst of: code that a user wrote or called, nothing but the kernel's and Node's own, or nothing. */
export type Activity = "user" | "kernel" | "idle";

/** Says what runs, for a function that V8's inspector called in the midst of it. Leaves the settings of `Error` as they were. */
export function activityBelow(): Activity {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = FRAMES;
    Error.prepareStackTrace = (_error, sites) => sites;
    // With the function above, `stack` is what that returns; but text while V8 has the kernel write the stack of another error,
    // also for its inspector, which cannot bear to be ended there.
    const sites: unknown = new Error().stack;
    return Array.isArray(sites) ? activityOf(sites) : "kernel";
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    if (prepareStackTrace === undefined) Reflect.deleteProperty(Error, "prepareStackTrace");
    else Error.prepareStackTrace = prepareStackTrace;
  }
}

/** The frames begin with {@link activityBelow} itself. */
function activityOf(sites: readonly NodeJS.CallSite[]): Activity {
  const below = sites.slice(1 + OWN_FRAMES);
  if (below.length === 0) return "idle";
  return sites.length === FRAMES || below.some(isUserCode) ? "user" : "kernel";
}

/**
 * V8's own functions have no file and are called by someone. A cell has the name that its `sourceURL` gives it; code that
 * comes from `eval` has an empty one, and is the user's as well.
 */
function isUserCode(site: NodeJS.CallSite): boolean {
  const file: unknown = site.getScriptNameOrSourceURL();
  return typeof file === "string" && !file.startsWith("node:") && !file.startsWith(KERNEL);
}
