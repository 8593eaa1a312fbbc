/** One more sentence behind TypeScript's own: how to mend it. */
import { insteadOfPythonName } from "../language/index.ts";
import type { CellDiagnostic, Position } from "../language/types.ts";

/** What tensors have in place of operators. */
const methods: Readonly<Record<string, string>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "%": "remainder",
  "**": "pow",
  "<": "lt",
  ">": "gt",
  "<=": "le",
  ">=": "ge",
  "&": "bitwise_and",
  "|": "bitwise_or",
  "^": "bitwise_xor",
};

const operator = /\*\*|<=|>=|[-+*/%<>&|^]/u;

/** The text of a cell from the start of a place on, or up to its end. */
function line(source: string, { line: number }: Position): string {
  return source.split("\n")[number - 1] ?? "";
}

function operatorAdvice(sign: string | undefined): string | null {
  const plain = sign?.replace(/=$/u, "") ?? "";
  const method = methods[sign ?? ""] ?? methods[plain];
  if (method === undefined) return null;
  if (sign !== undefined && /[<>]/u.test(sign))
    return `Tensors have methods for operators: x.${method}(y) compares all elements. For a condition, compare the number: x.item() ${sign} y.`;
  return sign !== undefined && Object.hasOwn(methods, sign)
    ? `Tensors have methods for operators: x.${method}(y).`
    : `Tensors have methods for operators: x.${method}_(y) changes x, x = x.${method}(y) makes a new one.`;
}

/** The operator of which TypeScript refuses an operand, which stands before or behind the operand. */
function besideOperand({ source, start, end, code }: CellDiagnostic): string | undefined {
  const beside =
    code === LEFT_OPERAND
      ? line(source, end).slice(end.column - 1)
      : [
          ...line(source, start)
            .slice(0, start.column - 1)
            .matchAll(new RegExp(`(?:${operator.source})=?`, "gu")),
        ].at(-1)?.[0];
  return /^[\s)]*((?:\*\*|<=|>=|[-+*/%<>&|^])=?)/u.exec(beside ?? "")?.[1];
}

const LEFT_OPERAND = 2362;

/** What an argument should have been, by what TypeScript says of it: the first that fits. */
const argumentAdvices: readonly (readonly [message: RegExp, advice: string])[] = [
  [/'(?:axis|keepdims)' does not exist/u, "The names are PyTorch's own and not NumPy's: dim and keepdim."],
  [/ParametersOrGroups<[^]*Type '\w+' is missing/u, "An optimizer takes parameters: model.parameters()."],
  [
    /not assignable to type 'readonly \[NamedLayers\]'/u,
    "Layers stand side by side: new nn.Sequential(...layers).",
  ],
  [
    /Type 'string' is not assignable to type 'DType\b/u,
    "Types of elements are values: { dtype: torch.int64 }.",
  ],
  [
    /Type '(?:torch\.)?(?:DType|dtype)<[^']*' has no properties in common/u,
    "It comes by name: { dtype: torch.int64 }.",
  ],
  [
    /Type 'Tensor\b[^']*' is not assignable to type 'readonly Tensor\[\]/u,
    "Tensors come as one array: [x, y].",
  ],
  [
    /[Tt]ype '(?:number|boolean|bigint)(?:\[\])*'[^']* type '(?:torch\.)?Tensor\b/u,
    "Make a tensor of it: torch.tensor(…).",
  ],
  [
    /[Tt]ype 'Tensor\b[^']*' is not assignable to (?:parameter of )?type 'number'/u,
    "The number in it is x.item().",
  ],
  [/Type 'undefined' is not assignable/u, "Where it is surely there, write ! behind it: map.get(key)!"],
];

/** A name in the spelling of JavaScript, where the library has PyTorch's. */
function spellingAdvice(message: string): string | null {
  const name = /'([a-z]+[A-Z]\w*)' does not exist in type/u.exec(message)?.[1];
  if (name === undefined) return null;
  return `If that is PyTorch's ${name.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`)}, it has the same name here.`;
}

/** What a form of `CallForms` asks for: the arguments in their order. */
function formAdvice(message: string): string | null {
  const known = argumentAdvices.find(([pattern]) => pattern.test(message))?.[1] ?? spellingAdvice(message);
  if (known !== null) return known;
  const form = /CallForms<\w+(?:<[^>]*>)?, (?:readonly )?\[(?<form>[^\]]*)\]/u.exec(message)?.groups?.[
    "form"
  ];
  return form === undefined
    ? null
    : `The arguments are (${form.replaceAll(" | undefined", "")}), by position or by name in one object at the end.`;
}

/** What a name that nobody declared may have been meant as. */
function missingAdvice(name: string, { source, start, end }: CellDiagnostic): string | null {
  const before = line(source, start).slice(0, start.column - 1);
  const after = line(source, end).slice(end.column - 1);
  const isAssigned = /^\s*=(?![=>])/u.test(after);
  if (isAssigned && /[(,]\s*$/u.test(before))
    return `Arguments by name come as one object at the end: { ${name}: … }.`;
  if (isAssigned && /^\s*$/u.test(before))
    return `Declare it where it is first written: let ${name} = …, or const.`;
  const python = insteadOfPythonName(name, after);
  return python === null ? null : `${python}.`;
}

const tensorAdvice = "torch.tensor([1, 2]) makes one of numbers, torch.empty(2, 3) of sizes.";

/** The advice for each of TypeScript's messages that a notebook's reader meets. */
const advices: Readonly<Record<number, (diagnostic: CellDiagnostic) => string | null>> = {
  [LEFT_OPERAND]: (diagnostic) => operatorAdvice(besideOperand(diagnostic)),
  2363: (diagnostic) => operatorAdvice(besideOperand(diagnostic)),
  2365: ({ message }) =>
    message.includes("Tensor")
      ? operatorAdvice(/^Operator '(?<sign>[^']+)'/u.exec(message)?.groups?.["sign"])
      : null,
  2305: exportAdvice,
  2339: propertyAdvice,
  2345: ({ message }) => formAdvice(message),
  2349: ({ message }) =>
    message.includes("has no call signatures")
      ? "It is a value and no function: leave out the parentheses."
      : null,
  2322: ({ message }) => formAdvice(message),
  2353: ({ message }) => formAdvice(message),
  2454: ({ message }) => {
    const name = /^Variable '([^']+)'/u.exec(message)?.[1] ?? "x";
    return `Give it a first value; or, where a loop surely does, write let ${name}!: and its type.`;
  },
  2348: ({ message }) => (message.includes("TensorObject") ? tensorAdvice : null),
  2503: ({ message }) => {
    const name = /'([^']+)'/u.exec(message)?.[1] ?? "nn";
    return `Import it, as import { ${name} } from "typetorch": taken out of an object (const { ${name} } = torch), it is a value alone.`;
  },
  2554: ({ source, start }) =>
    /\bnew (?:\w+\.)?Tensor\($/u.test(line(source, start).slice(0, start.column - 1)) ? tensorAdvice : null,
  2488: ({ message }) =>
    message.startsWith("Type 'Record<")
      ? "Its names and values are Object.entries(…), its names Object.keys(…)."
      : null,
  2515: ({ message }) =>
    /member get from class '(?:\w+\.)*Dataset\b/u.test(message)
      ? "Python's __getitem__ is get(index) here, and __len__ is get length()."
      : null,
  2564: initializerAdvice,
  2614: exportAdvice,
  2724: exportAdvice,
  2739: ({ message }) => formAdvice(message),
  2740: ({ message }) => formAdvice(message),
  2741: ({ message }) => formAdvice(message),
  2749: ({ message }) =>
    /^'\w+'/u.test(message)
      ? "Taken out of an object, a class is a value alone. With its whole name it is a type, too: torch.utils.data.DataLoader."
      : null,
  2769: ({ message }) => formAdvice(message),
  7006: (diagnostic) => hookAdvice(diagnostic) ?? parameterAdvice(diagnostic.message),
  7031: ({ message }) => parameterAdvice(message),
  7053: ({ message }) => {
    if (/index type '(?:\w+\.)*(?:Tensor|Parameter)['<]/u.test(message))
      return 'Python\'s x[0, 1:3] is x.index("0, 1:3"), and x[0] is x.index(0).';
    return /index type '\w*Iterator</u.test(message) ? "Make an array of it first: [...x][0]." : null;
  },
};

/** What to do where there is no such property. */
function propertyAdvice({ message, source, start }: CellDiagnostic): string | null {
  const [, name = "x", type = ""] =
    /^Property '([^']+)' does not exist on type '(.*)'\./u.exec(message) ?? [];
  if (type.startsWith("Promise<")) return "Wait for the promise: await …";
  if (/^typeof import\("typetorch"\)$/u.test(type))
    return 'The functions are in what the module is by default: import torch from "typetorch".';
  if (/^\w*Iterator</u.test(type)) return `Make an array of it first: [...x].${name}.`;
  if (type === "Module") return "Say first which module it is: if (module instanceof nn.Linear) { … }";
  if (registers(source, name))
    return `Declare it in the class, above the constructor: declare ${name}: Tensor;`;
  return /\bthis\.$/u.test(line(source, start).slice(0, start.column - 1))
    ? `Declare it in the class, above the constructor: ${name} = …; or, where the constructor sets it, its name alone: ${name};`
    : null;
}

/** Whether the cell registers a buffer or a parameter of that name. */
function registers(source: string, name: string): boolean {
  return new RegExp(`register_(?:buffer|parameter)\\(\\s*["']${name}["']`, "u").test(source);
}

/** What to do about a field that seems to stay empty: a registered tensor's declaration must not make an empty field. */
function initializerAdvice({ message, source }: CellDiagnostic): string | null {
  const name = /^Property '([^']+)'/u.exec(message)?.[1] ?? "";
  return registers(source, name)
    ? `It is registered: write declare before it, declare ${name}: Tensor;`
    : null;
}

/** Names that are no part of the package's main module, and where they are. */
const elsewhere: Readonly<Record<string, string>> = {
  plot: 'It is in another module: import { plot } from "typetorch/renderers";',
  progress: "It is there without an import.",
  display: "It is there without an import.",
  widgets: "It is there without an import.",
};

/** Where a name is that a module does not have. */
function exportAdvice({ message }: CellDiagnostic): string | null {
  const name = /^Module '"typetorch"' has no exported member (?:named )?'([^']+)'/u.exec(message)?.[1] ?? "";
  return Object.hasOwn(elsewhere, name) ? (elsewhere[name] ?? null) : null;
}

/** What the parameters of a module's hook are, where the compiler does not know that it is one: of `net[0]` it knows nothing. */
function hookAdvice({ source, start }: CellDiagnostic): string | null {
  const before = line(source, start).slice(0, start.column - 1);
  const hook = /\bregister_(?<kind>forward|forward_pre|full_backward|full_backward_pre)_hook\(/u.exec(before)
    ?.groups?.["kind"];
  if (hook === undefined) return null;
  const rest: Readonly<Record<string, string>> = {
    forward: "input: Tensor[], output: Tensor",
    forward_pre: "input: Tensor[]",
    full_backward: "grad_input: Tensor[], grad_output: Tensor[]",
    full_backward_pre: "grad_output: Tensor[]",
  };
  return `Write the types: (module: nn.Module, ${rest[hook]}) => ….`;
}

function parameterAdvice(message: string): string {
  const name = /'(?<name>[^']+)'/u.exec(message)?.groups?.["name"] ?? "x";
  if (name === "ctx") return "Write its type behind it: ctx: torch.autograd.function.FunctionCtx.";
  return `Write its type behind it: ${name}: Tensor, after import { type Tensor } from "typetorch"; or ${name}: number, and so on.`;
}

/** What to do about a complaint of TypeScript's; `null` where its own words are enough. */
export function adviceFor(diagnostic: CellDiagnostic): string | null {
  const { missing, code } = diagnostic;
  return (
    (missing === null ? null : missingAdvice(missing, diagnostic)) ?? advices[code]?.(diagnostic) ?? null
  );
}
