import type { Program, Statement } from "oxc-parser";
import { normalise } from "./normalise.ts";
import { parseCell } from "./parse.ts";
import { chain, lowerUsing, stripTypes, type JsxSettings, type Rewritten } from "./strip.ts";
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

/**
 * Compiles a TypeScript cell for `Runtime.evaluate` with `replMode`. Types are removed, not checked.
 *
 * @param source the cell as it was written
 * @param name shown in tracebacks and used as V8's script name, such as `Cell[3]`
 * @param jsx how JSX is compiled; by default without React
 * @throws CellSyntaxError when the cell does not parse
 */
export function compileCell(source: string, name: string, jsx?: JsxSettings): CompiledCell {
  const parsed = parseCell(source, name);
  const stripped = stripTypes(source, name, parsed, jsx);
  const { program } = parseCell(stripped.code, name);
  const normalised = normalise(stripped.code, program);
  const steps: Rewritten[] = [stripped, normalised];
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
