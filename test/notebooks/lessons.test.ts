/** The lessons as files: how they are built, and that their cells are sound TypeScript. Their run is `npm start`. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

interface Cell {
  readonly cell_type: string;
  readonly source: string | readonly string[];
}

interface Notebook {
  readonly cells: readonly Cell[];
  readonly metadata: { readonly kernelspec: { readonly name: string } };
}

const root = join(import.meta.dirname, "../..");
const folder = join(root, "notebooks");
const lessons = readdirSync(folder).filter((file) => file.endsWith(".ipynb"));

function load(file: string): Notebook {
  return JSON.parse(readFileSync(join(folder, file), "utf8")) as Notebook; // the shape is what these tests are about
}

function texts(notebook: Notebook, type: string): string[] {
  return notebook.cells.filter((cell) => cell.cell_type === type).map(({ source }) => [source].flat().join(""));
}

/** Each cell in a block inside the one before, where it may declare a name again; imports in front. */
function asModule(cells: readonly string[]): string {
  const imports = cells.flatMap((cell) => cell.match(/^import .*$/gm) ?? []);
  const bodies = cells.map((cell) => cell.replace(/^import .*$/gm, ""));
  return [...imports, bodies.join("\n{\n"), "}".repeat(bodies.length - 1), "export {};"].join("\n");
}

describe.each(lessons)("%s", (file) => {
  const notebook = load(file);
  const prose = texts(notebook, "markdown");

  test("is for this kernel, and begins with its title and what it is about", () => {
    expect(notebook.metadata.kernelspec.name).toBe("typetorch");
    expect(prose[0]).toMatch(/^# \S.*\n\n\S/);
  });

  test("ends with a summary and three exercises", () => {
    expect(prose.some((text) => /^## Summary/m.test(text))).toBe(true);
    const exercises = prose.join("\n\n").split(/^## Exercises/m)[1] ?? "";
    expect(exercises.match(/^\d\. /gm)).toHaveLength(3);
  });

  test("imports the package by its name only", () => {
    const modules = texts(notebook, "code").flatMap((cell) => [...cell.matchAll(/from "([^"]+)"/g)].map((match) => match[1]));
    expect(modules.filter((name) => name !== "typetorch" && name !== "typetorch/renderers")).toEqual([]);
  });
});

test("the cells of all lessons pass the strict type checker", () => {
  const checked = join(root, "build/lessons");
  rmSync(checked, { recursive: true, force: true });
  mkdirSync(checked, { recursive: true });
  for (const file of lessons) writeFileSync(join(checked, file.replace(".ipynb", ".ts")), asModule(texts(load(file), "code")));
  // What cells know: Node, no DOM, and their globals as the package declares them.
  const globals = join(root, "dist/kernel/session/cell-globals.d.ts");
  const compilerOptions = { strict: true, module: "nodenext", target: "esnext", noEmit: true, skipLibCheck: false, types: ["node"], lib: ["esnext"] };
  writeFileSync(join(checked, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts", globals] }));
  expect(typeErrors(checked)).toBe("");
});

function typeErrors(project: string): string {
  try {
    return execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", project], { encoding: "utf8" });
  } catch (error) {
    return String((error as { stdout?: string }).stdout); // `execFileSync` throws with the output of the program
  }
}
