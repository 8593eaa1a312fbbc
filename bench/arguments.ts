import { parseArgs } from "node:util";
import { contestantNames, type ContestantName } from "./row.ts";

/** What the command line asks for. */
export interface Options {
  /** Only rows of which one of these is a part of the name, upper and lower case alike; all where there is none. */
  readonly rows: readonly string[];
  readonly groups: readonly string[];
  readonly threads: readonly number[];
  /** The Node programs that run the JavaScript contestants. */
  readonly nodes: readonly string[];
  /** Who is measured besides typetorch. */
  readonly peers: readonly ContestantName[];
  readonly quick: boolean;
  readonly list: boolean;
  readonly help: boolean;
  /** Where the results are written; `null` for the terminal alone. */
  readonly out: string | null;
}

export const usage = `npm run bench -- [options]

  --row TEXT       only rows whose name contains TEXT; may be repeated
  --group NAME     only this group of rows; may be repeated
  --list           name the groups and rows, and measure nothing
  --threads LIST   numbers of threads, separated by commas (1,2)
  --node PATH      run under this Node; may be repeated (the one that runs the benchmark)
  --peers LIST     whom to compare with, separated by commas: PyTorch, tfjs-wasm, tfjs-cpu, jax-js; none for nobody (all)
  --quick          shorter measurements, for a first impression
  --out FILE       write the results to FILE (bench/RESULTS.md when every row runs and it is not quick)

PyTorch is that of the Python which the variable PYTHON names (python3).`;

/** The file that a complete run writes. */
const resultsFile = "bench/RESULTS.md";

/** A command line that cannot be understood. */
export class UsageError extends Error {
  override readonly name = "UsageError";

  constructor(message: string) {
    super(`${message}\n\n${usage}`);
  }
}

function parse(words: readonly string[]): ReturnType<typeof parseArgs<typeof configuration>>["values"] {
  try {
    return parseArgs({ ...configuration, args: [...words] }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

const configuration = {
  options: {
    row: { type: "string", multiple: true },
    group: { type: "string", multiple: true },
    threads: { type: "string" },
    node: { type: "string", multiple: true },
    peers: { type: "string" },
    quick: { type: "boolean" },
    list: { type: "boolean" },
    help: { type: "boolean", short: "h" },
    out: { type: "string" },
  },
} as const;

/** Reads the words after the program's name; `groupNames` are the groups there are. */
export function readArguments(words: readonly string[], groupNames: readonly string[]): Options {
  const values = parse(words);
  const { row: rows = [], group: groups = [], quick = false } = values;
  const unknown = groups.find((name) => !groupNames.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`--group: there is no group "${unknown}". There are ${groupNames.join(", ")}.`);
  const complete = rows.length === 0 && groups.length === 0 && !quick;
  return {
    rows,
    groups,
    threads: readThreads(values.threads ?? "1,2"),
    nodes: values.node ?? [process.execPath],
    peers: readPeers(values.peers),
    quick,
    list: values.list ?? false,
    help: values.help ?? false,
    out: values.out ?? (complete ? resultsFile : null),
  };
}

function readThreads(text: string): number[] {
  const numbers = text.split(",").map(Number);
  if (numbers.every((count) => Number.isInteger(count) && count > 0)) return numbers;
  throw new UsageError(
    `--threads: expected whole numbers above 0 separated by commas, like 1,2; got "${text}".`,
  );
}

function readPeers(text: string | undefined): ContestantName[] {
  const all = contestantNames.filter((name) => name !== "typetorch");
  if (text === undefined) return all;
  if (text === "none") return [];
  return text.split(",").map((word) => {
    const found = all.find((name) => name.toLowerCase() === word.trim().toLowerCase());
    if (found === undefined)
      throw new UsageError(
        `--peers: "${word}" is unknown. There are ${all.join(", ")}; none compares with nobody.`,
      );
    return found;
  });
}
