/*
 * Writes the tensor's methods out: `node declare-methods.mjs`, after the compiler. In the source they are types made of the list of operators (`runtime/tableMethods.ts`), which
 * TypeScript works out anew whenever it checks a cell: 20 ms. In the package each method stands for itself, with the documentation of its operator, where every editor finds it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseSync } from "oxc-parser";

const folder = fileURLToPath(new URL("dist/runtime/", import.meta.url));
const list = path.join(folder, "ops/methods.d.ts");
const target = path.join(folder, "tableMethods.d.ts");

/** A declaration file's statements and comments, read once. */
const parsed = new Map();

function parse(file) {
  if (!parsed.has(file)) {
    const text = readFileSync(file, "utf8");
    const { program, comments } = parseSync(file, text);
    parsed.set(file, { text, body: program.body, comments });
  }
  return parsed.get(file);
}

/** The declaration file that a specifier in another one leads to. */
function declarationFile(specifier, from) {
  return path.resolve(path.dirname(from), specifier.replace(/\.(?:ts|js)$/, ".d.ts"));
}

/** What a file exports: the name, with the file and the nodes before which its documentation may stand. */
function exportsOf(file) {
  const { body } = parse(file);
  const own = new Map(
    body.flatMap((statement) =>
      declaredBy(statement).map((name) => [name, { file, name, nodes: [statement] }]),
    ),
  );
  return body.flatMap((statement) => {
    if (statement.type === "ExportAllDeclaration")
      return exportsOf(declarationFile(statement.source.value, file));
    if (statement.type !== "ExportNamedDeclaration") return [];
    const { source, specifiers } = statement;
    const known = source === null ? own : new Map(exportsOf(declarationFile(source.value, file)));
    const listed = specifiers.map((specifier) => {
      const origin = known.get(specifier.local.name);
      const { name } = specifier.exported;
      return [name, source === null ? { file, name, nodes: [specifier].concat(origin.nodes) } : origin];
    });
    return declaredBy(statement)
      .map((name) => [name, own.get(name)])
      .concat(listed);
  });
}

/** The constants that a statement declares. */
function declaredBy(statement) {
  const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  return declaration?.type === "VariableDeclaration" ? declaration.declarations.map(({ id }) => id.name) : [];
}

/** The comment of a declaration, as it stands. */
function documentationOf({ file, name, nodes }) {
  const { text, comments } = parse(file);
  const before = ({ start }) =>
    comments.find(({ end }) => end <= start && text.slice(end, start).trim() === "");
  const comment = nodes.map(before).find((each) => each !== undefined);
  if (comment === undefined)
    throw new Error(`${file}: ${name} has no documentation, which its method would show.`);
  return text.slice(comment.start, comment.end).replaceAll(/\n\s*\*/g, "\n     *");
}

/** Whether an operator's method has an in-place form. One that is declared as `Operator` has a form of its own, which `runtime/methods.ts` declares. */
function isInPlace(name, { file, nodes }) {
  const { start, end } = nodes.at(-1);
  return operators[name].inPlace && !parse(file).text.slice(start, end).includes(": Operator<");
}

await import(pathToFileURL(path.join(folder, "index.js")).href); // the order in which the modules find each other
const operators = await import(pathToFileURL(path.join(folder, "ops/methods.js")).href);
/** Names under which the modules of operators are imported. */
const modules = new Map();
const members = exportsOf(list).flatMap(([name, origin]) => {
  if (!modules.has(origin.file)) modules.set(origin.file, `operators${modules.size}`);
  const method = `MethodOfOperator<typeof ${modules.get(origin.file)}.${origin.name}>`;
  const documentation = documentationOf(origin);
  const member = `    ${documentation}\n    readonly ${name}: ${method};\n`;
  return isInPlace(name, origin)
    ? [member, `    ${documentation}\n    readonly ${name}_: InPlace<${method}>;\n`]
    : [member];
});
const imports = [...modules].map(([file, name]) => {
  const specifier = path
    .relative(folder, file)
    .replaceAll("\\", "/")
    .replace(/\.d\.ts$/, ".js");
  return `import type * as ${name} from "./${specifier}";\n`;
});

writeFileSync(
  target,
  `import type { InPlace } from "./inPlaceMethod.js";
import type { MethodOfOperator } from "./operator.js";
${imports.join("")}/** Methods that come from the table of operators. Editors show the name of the interface before that of the method. */
interface Tensor {
${members.join("")}}
export type { Tensor as TableMethods };
`,
);
