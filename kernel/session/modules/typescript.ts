import module from "node:module";
import path from "node:path";
import { load, resolve } from "./hooks.ts";
import { moduleSettings } from "./settings.ts";

type Hooks = { readonly resolve: typeof resolve; readonly load: typeof load };

/** `module.registerHooks` is there from Node 22.15 on, and missing in the types of Node 20. */
function synchronousHooks(): ((hooks: Hooks) => void) | undefined {
  const { registerHooks } = module as { registerHooks?: (hooks: Hooks) => void };
  return registerHooks;
}

let registered = false;

/**
 * Lets `import` load the user's TypeScript files. Waits for the first import that may need it, since on Node 20 the hooks run
 * in a thread of their own.
 */
export function registerTypeScript(): void {
  if (registered) return;
  registered = true;
  const registerHooks = synchronousHooks();
  if (registerHooks !== undefined) registerHooks({ resolve, load });
  else
    module.register(`./hooks${path.extname(import.meta.url)}`, import.meta.url, { data: moduleSettings() });
}
