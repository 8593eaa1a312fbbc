/** Which of PyTorch's operators exist here: held against OpInfo's list, and written down in `docs/operators.md`. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import torch, { F, Tensor } from "../../runtime/index.ts";
import type { OperatorFacts } from "../../runtime/operator.ts";
import * as functional from "../../runtime/ops/functional.ts";
import * as functions from "../../runtime/ops/functions.ts";
import * as linalg from "../../runtime/ops/linalg/namespace.ts";
import * as methods from "../../runtime/ops/methods.ts";
import { readOracle } from "./data.ts";

interface Sampled {
  readonly name: string;
  readonly forms: readonly string[];
}

/** Names that are left out, and why. */
const leftOut: readonly { readonly names: readonly string[]; readonly reason: string }[] = [
  {
    names: [
      "cdouble",
      "cfloat",
      "chalf",
      "complex",
      "linalg.eig",
      "linalg.eigvals",
      "polar",
      "stft",
      "view_as_complex",
    ],
    reason: "complex numbers",
  },
  { names: ["to_sparse"], reason: "sparse tensors" },
  { names: ["hash_tensor"], reason: "unsigned numbers of 64 bits" },
];

const homes: Readonly<Record<string, unknown>> = {
  Tensor: Tensor.prototype,
  torch,
  "torch.linalg": torch.linalg,
  "torch.nn.functional": F,
};

/** Whether a form exists, by its name in Python. Python's `x[…]` is the method `index`. */
function exists(form: string): boolean {
  const [, home = "", name = ""] = /^(.*)\.([^.]+)$/.exec(form) ?? [];
  const owner = homes[home];
  return typeof owner === "object" && owner !== null && (name === "__getitem__" ? "index" : name) in owner;
}

const sampled = readOracle<readonly Sampled[]>("opinfo.json");
const reasons = new Map(leftOut.flatMap(({ names, reason }) => names.map((name) => [name, reason] as const)));
const wanted = sampled.filter(({ name }) => !reasons.has(name));
const present = wanted.filter(({ forms }) => forms.every(exists));

test("every operator that PyTorch samples for float32 on the CPU is here, or is left out for a reason", () => {
  // oxlint-disable-next-line no-console -- `npm run coverage:operators` is there to show this line
  console.log(`${present.length} of ${wanted.length} operators; ${reasons.size} are left out`);
  expect(wanted.filter((row) => !present.includes(row)).map(({ name }) => name)).toEqual([]);
  expect([...reasons.keys()].filter((name) => !sampled.some((row) => row.name === name))).toEqual([]);
});

/** The forms that write in place repeat what others say: they are read last. */
function late(file: string): number {
  return Number(file.includes("inPlace"));
}

/** The first sentence of each exported constant's documentation, by its name. */
function firstSentences(): ReadonlyMap<string, string> {
  const folder = new URL("../../runtime/ops/", import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .toSorted((a, b) => late(a) - late(b) || (a < b ? -1 : 1));
  const found = new Map<string, string>();
  for (const file of files) {
    const text = readFileSync(new URL(file, folder), "utf8");
    for (const [, comment = "", name = ""] of text.matchAll(
      /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:export const|const|\w+ as)? ?(\w+)/g,
    )) {
      const plain = comment
        .replaceAll(/\n\s*\*/g, " ")
        .replaceAll(/\s+/g, " ")
        .trim();
      if (!found.has(name)) found.set(name, /^.*?[.:](?= |$)/.exec(plain)?.[0].replace(/:$/, ".") ?? plain);
    }
  }
  return found;
}

interface Row {
  readonly name: string;
  readonly operator: OperatorFacts;
}

/** Each operator once, by the name that it is exported under. */
function tableRows(): Row[] {
  const rows = new Map<string, Row>();
  for (const [home, module] of [
    ["", methods],
    ["", functions],
    ["linalg.", linalg],
    ["nn.functional.", functional],
  ] as const)
    for (const [key, operator] of Object.entries(module as Readonly<Record<string, OperatorFacts>>)) {
      const name = `${home}${key}`;
      if (!rows.has(key) || home !== "") rows.set(name, { name, operator });
    }
  return [...rows.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Where an operator can be called from. */
function formsOf(name: string): string {
  const short = name.slice(name.lastIndexOf(".") + 1);
  const forms = Object.keys(homes).filter((home) => exists(`${home}.${short}`));
  return forms
    .map((home) => (home === "Tensor" ? `\`x.${short}\`` : `\`${home}.${short}\``))
    .toSorted()
    .join(", ");
}

function derivativeOf({ composite, differentiable }: OperatorFacts): string {
  if (composite) return "of its parts";
  return differentiable ? "own rule" : "none";
}

test("docs/operators.md lists every operator with its forms", async () => {
  const sentences = firstSentences();
  const lines = tableRows().map(({ name, operator }) => {
    const short = name.slice(name.lastIndexOf(".") + 1);
    const also = [...(operator.inPlace ? [`\`x.${short}_\``] : []), ...(operator.out ? ["`out`"] : [])];
    const sentence = (sentences.get(short) ?? "").replaceAll("|", "\\|");
    return `| ${name} | ${formsOf(name)} | ${also.join(", ")} | ${derivativeOf(operator)} | ${sentence} |`;
  });
  const text = [
    "# Operators",
    "",
    "Made from the declarations by `npm run coverage:operators -- -u`; do not edit.",
    "",
    `PyTorch 2.13's operator database (OpInfo) samples ${sampled.length} names for float32 on the CPU in \`torch\`, \`Tensor\`, \`torch.linalg\` and \`torch.nn.functional\`: ` +
      `${present.length} of them are here, and ${reasons.size} are left out:`,
    "",
    ...leftOut.map(({ names, reason }) => `- ${reason}: ${names.map((name) => `\`${name}\``).join(", ")}`),
    "",
    '"Own rule" means a derivative of its own, "of its parts" an operator that is written in others. Further functions that make tensors, such as `torch.zeros`, and methods such as',
    "`x.backward` are not operators and stand in the documentation of `torch` and `Tensor`.",
    "",
    "| Operator | Forms | Also | Derivative | |",
    "|---|---|---|---|---|",
    ...lines,
    "",
  ].join("\n");
  await expect(text).toMatchFileSnapshot("../../docs/operators.md");
});
