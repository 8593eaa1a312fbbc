/*
 * Writes out what TypeScript would work out anew whenever it checks a cell: `node declare-methods.mjs`, after the compiler.
 *
 * - The tensor's methods, in the source types made of the list of operators (`runtime/tableMethods.ts`), took 20 ms. In the package each stands for itself, with the documentation of its operator, where every editor finds it.
 * - To find one name in a namespace, TypeScript follows all of the namespace's exports to where they are declared: 3 ms for `torch`. In the package functions of namespaces are declared in the namespace's own file.
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

/** What a file declares: each name with what it is, and the nodes before which its documentation may stand. Constants and functions are a "value", if the name is nothing else. */
function declarationsOf(file) {
  const found = new Map();
  for (const statement of parse(file).body)
    for (const [name, kind] of declaredBy(statement)) {
      const before = found.get(name) ?? { file, name, kind, nodes: [] };
      found.set(name, {
        ...before,
        kind: before.kind === kind ? kind : "other",
        nodes: [...before.nodes, statement],
      });
    }
  return found;
}

/** What a file exports: the name, with the file that declares it and the declaration. */
function exportsOf(file) {
  const own = declarationsOf(file);
  const found = parse(file).body.flatMap((statement) => {
    if (statement.type === "ExportAllDeclaration") return exportsOfAll(statement, file);
    if (statement.type !== "ExportNamedDeclaration") return [];
    return declaredBy(statement)
      .map(([name]) => [name, own.get(name)])
      .concat(exportsListed(statement, file, own));
  });
  return [...new Map(found)];
}

function exportsOfAll({ exported, source }, file) {
  return exported === null
    ? exportsOf(declarationFile(source.value, file)).filter(([name]) => name !== "default")
    : [[exported.name, { file, name: exported.name, kind: "other", nodes: [] }]];
}

function exportsListed({ source, specifiers }, file, own) {
  const known = source === null ? own : new Map(exportsOf(declarationFile(source.value, file)));
  return specifiers.map((specifier) => {
    const { name } = specifier.exported;
    const origin = known.get(specifier.local.name) ?? { file, name, kind: "other", nodes: [] };
    return [name, source === null ? { ...origin, file, name, nodes: [specifier, ...origin.nodes] } : origin];
  });
}

/** The names that a statement declares, and whether each is a value and nothing else. */
function declaredBy(statement) {
  const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  if (declaration?.type === "VariableDeclaration")
    return declaration.declarations.map(({ id }) => [id.name, "value"]);
  if (declaration?.type === "TSDeclareFunction") return [[declaration.id.name, "value"]];
  const isOther = /^(?:Class|TS(?:Interface|TypeAlias|Module|Enum))Declaration$/.test(declaration?.type);
  return isOther ? [[declaration.id.name, "other"]] : [];
}

/** The comment of a declaration, as it stands; `undefined` when there is none. */
function documentationOf({ file, nodes }) {
  const { text, comments } = parse(file);
  const before = ({ start }) =>
    comments.find(({ end }) => end <= start && text.slice(end, start).trim() === "");
  const comment = nodes.map(before).find((each) => each !== undefined);
  return comment && text.slice(comment.start, comment.end);
}

/** The specifier under which one declaration file imports another. */
function specifierOf(file, from) {
  const relative = path.relative(path.dirname(from), file).replaceAll("\\", "/");
  return `${relative.startsWith(".") ? "" : "./"}${relative.replace(/\.d\.ts$/, ".js")}`;
}

/** The type of what another file declares. An `import * as` would have TypeScript look at everything in that file. */
function typeOf({ file, name }, from) {
  return `typeof import("${specifierOf(file, from)}").${name}`;
}

/** Whether an operator's method has an in-place form. One that is declared as `Operator` has a form of its own, which `runtime/methods.ts` declares. */
function isInPlace(name, { file, nodes }) {
  const { start, end } = nodes.at(-1);
  return operators[name].inPlace && !parse(file).text.slice(start, end).includes(": Operator<");
}

function methodsOf(name, origin) {
  const documentation = documentationOf(origin)?.replaceAll(/\n\s*\*/g, "\n     *");
  if (documentation === undefined)
    throw new Error(`${origin.file}: ${name} has no documentation, which its method would show.`);
  const method = `MethodOfOperator<${typeOf(origin, target)}>`;
  const member = `    ${documentation}\n    readonly ${name}: ${method};\n`;
  return isInPlace(name, origin)
    ? [member, `    ${documentation}\n    readonly ${name}_: InPlace<${method}>;\n`]
    : [member];
}

/** One export of a namespace, declared in the namespace's own file. */
function declaredHere([name, origin], from) {
  const documentation = documentationOf(origin)?.replaceAll(/\n\s*\*/g, "\n *");
  const comment = documentation === undefined ? "" : `${documentation}\n`;
  return `${comment}export declare const ${name}: ${typeOf(origin, from)};\n`;
}

/** Names that no constant may have. */
const reserved = new Set(["var", "default"]);

/** Declares the functions of a namespace in its own file, where that only handed them on. */
function writeNamespace(file) {
  const own = declarationsOf(file);
  const { text, body } = parse(file);
  const explicit = new Set(
    body.flatMap((statement) => statement.specifiers ?? []).map((each) => (each.exported ?? each.local).name),
  );
  const written = new Set();
  const pieces = body.map((statement) => {
    const { type, source, start, end } = statement;
    const isExport =
      type === "ExportNamedDeclaration" || (type === "ExportAllDeclaration" && statement.exported === null);
    if (!isExport || !source || statement.exportKind === "type") return text.slice(start, end);
    const found =
      type === "ExportAllDeclaration"
        ? exportsOfAll(statement, file).filter(([name]) => !explicit.has(name) && !own.has(name))
        : exportsListed(statement, file, own);
    return found
      .filter(([name]) => !written.has(name) && written.add(name))
      .map(([name, origin]) => {
        if (origin.kind === "value" && !reserved.has(name) && !own.has(name))
          return declaredHere([name, origin], file);
        return `export { ${origin.name} as ${name} } from "${specifierOf(origin.file, file)}";`;
      })
      .join("\n");
  });
  return `${pieces.join("\n")}\n`;
}

await import(pathToFileURL(path.join(folder, "index.js")).href); // the order in which the modules find each other
const operators = await import(pathToFileURL(path.join(folder, "ops/methods.js")).href);
const methods = exportsOf(list).flatMap(([name, origin]) => methodsOf(name, origin));
const namespaces = ["torch.d.ts", "linalg.d.ts", "nn/functional.d.ts", "ops/elementwise/special.d.ts"]
  .map((name) => path.join(folder, name))
  .map((file) => [file, writeNamespace(file)]);

writeFileSync(
  target,
  `import type { InPlace } from "./inPlaceMethod.js";
import type { MethodOfOperator } from "./operator.js";
/** Methods that come from the table of operators. Editors show the name of the interface before that of the method. */
interface Tensor {
${methods.join("")}}
export type { Tensor as TableMethods };
`,
);
for (const [file, text] of namespaces) writeFileSync(file, text);
