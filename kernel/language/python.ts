/**
 * What to write instead of what was Python. Who comes from there types it without thinking, and neither parser nor compiler knows it: these sentences stand behind their messages.
 */

/** Python's ways of writing, each with its own in TypeScript: of several that fit a line the first is meant. */
const ways: readonly (readonly [python: RegExp, instead: string])[] = [
  [
    /^\s*(?:import\s+[\w.]+(?:\s+as\s+\w+)?|from\s+[\w.]+\s+import\b.*)\s*$/u,
    'import torch, { nn, optim } from "typetorch";',
  ],
  [/^\s*with\b.*no_grad\(\)\s*[:)]/u, "torch.no_grad(() => { … })"],
  [/^\s*with\s.*:\s*$/u, "{ using resource = …; … }"],
  [/^\s*(?:async\s+)?def\s+__init__\b/u, "constructor(size: number) { super(); … }"],
  [
    /^\s*(?:async\s+)?def\s/u,
    "function f(x: Tensor) { return …; }, and in a class forward(x: Tensor) { return …; }",
  ],
  [/^\s*class\s+\w+\s*[(:]/u, "class Net extends nn.Module { … }"],
  [/\[.*\sfor\s.*\sin\s/u, "list.map((item) => …)"],
  [/^\s*for\s.*\sin\s+range\s*\(/u, "for (let i = 0; i < 3; i++) { … }"],
  [/^\s*for\s.*\sin\s/u, "for (const item of list) { … }"],
  [/^\s*elif\b/u, "} else if (condition) {"],
  [/^\s*(?:if|while)\s[^(].*:/u, "if (condition) { … }, and the same with while"],
  [/^\s*(?:else|finally|try)\s*:/u, "try { … } finally { … }, if (condition) { … } else { … }"],
  [/^\s*except\b/u, "catch (error) { … }"],
  [/\b[fF]["']/u, "`loss: ${loss.item().toFixed(3)}`"],
  [/\blambda\b/u, "(x) => x.mul(2)"],
  [/^\s*assert\s/u, 'if (!condition) throw new Error("…");'],
  [/^\s*raise\s/u, 'throw new Error("…");'],
  [/^\s*print\s/u, "console.log(x)"],
  [/super\(\)\.__init__/u, "super();"],
  [/(?:^|\s)#/u, "// a comment"],
  [/"""|'''/u, "/** a comment */, or `a text of several lines`"],
  [/\[[^\]]*:[^\]]*\]/u, 'x.index("0, 1:3"), which takes what Python writes in the brackets'],
  [/\sif\s.*\selse\s/u, "condition ? x : y"],
  [/\bis\s+(?:not\s+)?None\b/u, "x === null, x !== null"],
  [/\bnot\s|\s(?:and|or)\s/u, "!x, x && y, x || y"],
  [/[\w)\]]\s*@\s*\w/u, "x.matmul(y)"],
];

/** What to write instead of a line of Python; `null` for a line that is none. */
export function insteadOfPython(line: string): string | null {
  const way = ways.find(([python]) => python.test(line));
  return way === undefined ? null : `Python writes it so; here it is: ${way[1]}`;
}

/** What is written in Python's place, by a name and what follows it: a call, or a part of a module. */
const names: Readonly<Record<string, string>> = {
  "print(": "console.log(x)",
  "len(": "x.length",
  "range(": "for (let i = 0; i < 3; i++), or Array(3).keys()",
  "enumerate(": "for (const [i, item] of list.entries())",
  "zip(": "for (const [i, x] of xs.entries()), with ys[i] beside it",
  "assert(": 'import assert from "node:assert"; assert(x > 0)',
  None: "null",
  True: "true",
  False: "false",
  self: "this",
  "str(": "String(x)",
  "int(": "Math.trunc(x), or Number(text)",
  "float(": "Number(text)",
  "bool(": "Boolean(x)",
  "list(": "[...x]",
  "dict(": "{ key: value }, or new Map()",
  "tuple(": "[x, y]",
  "set(": "new Set()",
  "isinstance(": "x instanceof nn.Linear",
  "type(": "typeof x, or x.constructor.name",
  "abs(": "Math.abs(x)",
  "min(": "Math.min(x, y)",
  "max(": "Math.max(x, y)",
  "sum(": "list.reduce((sum, item) => sum + item, 0)",
  "round(": "Math.round(x)",
  "sorted(": "list.toSorted((a, b) => a - b)",
  "reversed(": "list.toReversed()",
  "map(": "list.map((item) => …)",
  "filter(": "list.filter((item) => …)",
  "input(": "prompt(question)",
  "math.": "Math",
  "random.": "Math.random(), or torch.rand(1)",
  "time.": "performance.now()",
  "os.": 'import fs from "node:fs", import path from "node:path"',
  "tqdm(": "for (const item of progress(list))",
  "copy.": "torch.deepcopy(x)",
  "np.": "a tensor, or an array of JavaScript",
  "numpy.": "a tensor, or an array of JavaScript",
  "plt.": 'plot([{ name: "loss", y: losses }]), after import { plot } from "typetorch/renderers"',
};

/** What to write instead of a name of Python's, given what follows it; `null` for a name that is none. */
export function insteadOfPythonName(name: string, after: string): string | null {
  const next = /^[(.]/u.exec(after)?.[0] ?? "";
  const key = [name + next, name].find((each) => Object.hasOwn(names, each));
  return key === undefined ? null : `Python has ${name}; here it is: ${names[key] ?? ""}`;
}
