import { parse, parseCell } from "./parse.ts";
import { hasUsing } from "./using.ts";
import { chain, lowerUsing, stripTypes, type Rewritten, type SourceSettings } from "./strip.ts";

/**
 * Compiles a local TypeScript file, an ES module, to JavaScript. Types are removed, not checked.
 *
 * @param name path of the file, for errors
 * @throws CellSyntaxError when it does not parse
 */
export function compileModule(source: string, name: string, project?: SourceSettings): Rewritten {
  const stripped = stripTypes(source, name, parseCell(source, name), project);
  const { program } = parse(stripped.code);
  if (program === null || !hasUsing(program)) return stripped;
  const lowered = lowerUsing(stripped.code);
  return { code: lowered.code, toSource: chain([stripped, lowered]) };
}
