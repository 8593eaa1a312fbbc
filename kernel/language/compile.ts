import type { Program, Statement } from "oxc-parser";
import { normalise } from "./normalise.ts";
import { separateGlobals, type GlobalNames } from "./own-globals.ts";
import { parseCell } from "./parse.ts";
import { chain, lowerUsing, stripTypes, type Rewritten, type SourceSettings } from "./strip.ts";
import type { CompiledCell } from "./types.ts";

/** Whether the value of a statement is worth showing: that of an expression which is not an assignment. */
function hasValue(statement: Statement | undefined): boolean {
  if (statement?.type !== "ExpressionStatement") return false;
  const { type } = statement.expression;
  return type !== "AssignmentExpression" && type !== "UpdateExpression";
}

/** The last statement that runs: what is only there for types has no value, and neither has an empty statement. */
function lastStatement({ body }: Program): Statement | undefined {
  return body.findLast(({ type }) => type !== "EmptyStatement" && !type.startsWith("TS"));
}

/** What a cell's surroundings ask of its compilation. */
export interface CellSettings {
  /** What the configuration says; without it, JSX is compiled without React, and decorators are the standard's. */
  readonly project?: SourceSettings | undefined;
  /** Names of the global object; without them, the cell's names are the names of its bindings. */
  readonly globals?: GlobalNames;
}

const noGlobals: GlobalNames = { all: new Set(), taken: new Set() };

/**
 * Compiles a TypeScript cell for `Runtime.evaluate` with `replMode`. Types are removed, not checked.
 *
 * @param source the cell as it was written
 * @param name shown in tracebacks and used as V8's script name, such as `Cell[3]`
 * @param settings what the cell's surroundings ask for
 * @throws CellSyntaxError when the cell does not parse
 */
export function compileCell(
  source: string,
  name: string,
  { project, globals = noGlobals }: CellSettings = {},
): CompiledCell {
  // A line for the shell, as programs begin with, is a comment; V8 takes it at the front alone.
  const text = source.replace(/^#!/u, "//");
  const parsed = parseCell(text, name);
  const stripped = stripTypes(text, name, parsed, project);
  const { program } = parseCell(stripped.code, name);
  const separated = separateGlobals(stripped.code, program, globals);
  const normalised =
    separated === null
      ? normalise(stripped.code, program)
      : normalise(separated.code, parseCell(separated.code, name).program);
  const steps: Rewritten[] = [stripped, ...(separated === null ? [] : [separated]), normalised];
  if (normalised.nestedUsing) steps.push(lowerUsing(normalised.code));
  return {
    name,
    source,
    code: `${steps.at(-1)?.code}\n//# sourceURL=${name}`,
    declares: normalised.declares,
    showsValue: hasValue(lastStatement(parsed.program)),
    toSource: chain(steps),
  };
}
