import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** So many problems are told, and so much of each: TypeScript lists all values that an option may have. */
const [MOST, LONGEST] = [3, 200];

/**
 * Whether one of TypeScript's complaints is about what a configuration says: how it is written, a file that is not there, an option or a
 * value that does not exist. Options of older versions are no problem for cells, which have their own.
 */
function concernsConfiguration(line: string): boolean {
  const code = Number(/\berror TS(\d+):/u.exec(line)?.[1]);
  return (
    (code >= 1000 && code < 2000) ||
    [5014, 5023, 5024, 5025, 5083, 6046, 6053, 6096, 18_000, 18_001].includes(code)
  );
}

/** What TypeScript says of a project of which nothing but the configuration can be wrong. */
async function complaints(executable: string, file: string, folder: string): Promise<string[]> {
  await writeFile(path.join(folder, "nothing.d.ts"), "");
  const configuration = path.join(folder, "tsconfig.json");
  await writeFile(configuration, JSON.stringify({ extends: file, files: ["nothing.d.ts"] }));
  const flags = ["--noEmit", "--noLib", "--noResolve", "--types", "", "--pretty", "false"];
  const options = { cwd: path.dirname(file), timeout: 5_000 };
  const output = await new Promise<string>((resolve) => {
    execFile(executable, [...flags, "-p", configuration], options, (_, stdout) => resolve(stdout));
  });
  return [...new Set(output.split("\n").filter(concernsConfiguration))];
}

/** What is wrong in a configuration, as text; `null` when nothing is, or nobody can say. */
export async function configurationProblems(executable: string, file: string): Promise<string | null> {
  const folder = await mkdtemp(path.join(tmpdir(), "typetorch-configuration-"));
  try {
    const lines = await complaints(executable, file, folder);
    if (lines.length === 0) return null;
    const told = lines
      .slice(0, MOST)
      .map((line) => (line.length > LONGEST ? `${line.slice(0, LONGEST)} …` : line));
    return `${file} has an error, and holds as far as it can be read:\n${told.join("\n")}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
