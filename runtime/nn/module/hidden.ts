/** Layers and parameters where nobody finds them: in plain arrays and objects. */
import { isKeywords } from "../../binding.ts";
import { warnOnce } from "../../warn.ts";
import type { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import { isModule } from "./members.ts";

/** Modules that were looked through already. */
const seen = new WeakSet<Module>();

/** The elements of what might hold layers, with what would do in its place. */
function contentsOf(
  value: unknown,
): readonly [elements: Iterable<unknown>, kind: string, container: string] | null {
  if (Array.isArray(value)) return [value, "an array", "List"];
  if (value instanceof Set) return [value, "a Set", "List"];
  if (value instanceof Map) return [value.values(), "a Map", "Dict"];
  return isKeywords(value) ? [Object.values(value), "a plain object", "Dict"] : null;
}

/** Tells once of layers that a module holds in an array or a plain object: they are no part of its parameters. */
export function warnOfHiddenMembers(root: Module): void {
  if (seen.has(root)) return;
  seen.add(root);
  const modules = new Set(root.modules());
  for (const module of modules)
    for (const [name, value] of Object.entries(module)) {
      const contents = contentsOf(value);
      if (contents === null) continue;
      const [elements, kind, container] = contents;
      for (const element of elements) {
        const isHidden = isModule(element) && !modules.has(element);
        if (!isHidden && !(element instanceof Parameter)) continue;
        const what = isHidden ? "Module" : "Parameter";
        warnOnce(
          `${module.constructor.name}.${name} is ${kind} of ${what}s. Modules and Parameters are found only where a module's own properties hold them, so these are not in parameters() and state_dict(): they are not trained, saved or moved. ` +
            `Write this.${name} = new nn.${what}${container}(…) instead.`,
        );
        break;
      }
    }
}
