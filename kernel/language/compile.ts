import type { Program, Statement } from "oxc-parser";
import { walk } from "./ast.ts";
import { normalise } from "./normalise.ts";
import { parseCell } from "./parse.ts";
import { positionAt } from "./position.ts";
import { chain, lowerUsing, stripTypes, type Rewritten } from "./strip.ts";
import { CellSyntaxError } from "./syntax-error.ts";
import type { CompiledCell } from "./types.ts";

/** Whether the value of a statement is worth showing: that of an expression which is not an assignment. */
function hasValue(statement: Statement | undefined): boolean {
  if (statement?.type !== "ExpressionStatement") return false;
  const { type } = statement.expression;
  return type !== "AssignmentExpression" && type !== "UpdateExpression";
}

/** Node has no decorators, and oxc only those of TypeScript 4: better to say so than to run something else. */
function refuseDecorators(program: Program, name: string, source: string): void {
  walk(program, (node) => {
    if (node.type !== "Decorator") return;
    const message =
      "Decorators are not supported: Node.js does not run them yet. Call the function yourself.";
    throw new CellSyntaxError(message, name, source, positionAt(source, node.start));
  });
}

/**
 * Compiles a TypeScript cell for `Runtime.evaluate` with `replMode`. Types are removed, not checked.
 *
 * @param source the cell as it was written
 * @param name shown in tracebacks and used as V8's script name, such as `Cell[3]`
 * @throws CellSyntaxError when the cell does not parse
 */
export function compileCell(source: string, name: string): CompiledCell {
  refuseDecorators(parseCell(source, name), name, source);
  const stripped = stripTypes(source);
  const program = parseCell(stripped.code, name);
  const normalised = normalise(stripped.code, program);
  const steps: Rewritten[] = [stripped, normalised];
  if (normalised.nestedUsing) steps.push(lowerUsing(normalised.code));
  return {
    name,
    source,
    code: `${steps.at(-1)?.code}\n//# sourceURL=${name}`,
    declares: normalised.declares,
    showsValue: hasValue(program.body.findLast(({ type }) => type !== "EmptyStatement")),
    toSource: chain(steps),
  };
}
