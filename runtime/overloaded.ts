/** Operators that are several under one name, told apart by their arguments, as overloads are in PyTorch. */
import { isKeywords, underOwnNames } from "./binding.ts";
import type { Operator, OperatorFacts } from "./operator.ts";
import type { Parameters } from "./parameters.ts";
import type { Signature } from "./signatures.ts";

type Callable = (...args: unknown[]) => unknown;

/** One name for several operators. */
export interface Overloads {
  readonly name: string;
  /** The operators behind the name; the first one's parameters stand in the documentation. */
  readonly forms: readonly OperatorFacts[];
  /** Which of them these arguments are meant for; it checks the arguments itself. */
  readonly choose: (...args: readonly unknown[]) => OperatorFacts;
  /** Whether every form also writes into its first input. */
  readonly inPlace?: boolean;
}

/** Forms are told apart by what follows the first argument: where it was given by name with all others, it comes first. */
function firstByPosition(args: readonly unknown[], parameters: Parameters): readonly unknown[] {
  const [keywords] = args;
  const first = Object.keys(parameters)[0];
  if (args.length !== 1 || first === undefined || !isKeywords(keywords) || !(first in keywords)) return args;
  const { [first]: value, ...rest } = keywords;
  return Object.keys(rest).length === 0 ? [value] : [value, rest];
}

/** The arguments with the keywords under PyTorch's own names, by which the forms are told apart. */
function withOwnNames(args: readonly unknown[], parameters: Parameters): readonly unknown[] {
  const last = args.at(-1);
  if (!isKeywords(last)) return args;
  const renamed = underOwnNames(parameters, last);
  return renamed === last ? args : [...args.slice(0, -1), renamed];
}

/** Makes one operator of several. */
export function overloaded<S extends Signature>({
  name,
  forms,
  choose,
  inPlace = false,
}: Overloads): Operator<S> {
  const parameters: Parameters = forms[0]?.parameters ?? {};
  const all: Parameters = Object.assign({}, ...forms.map((form) => form.parameters));
  const call = (...given: unknown[]): unknown => {
    const args = withOwnNames(firstByPosition(given, parameters), all);
    // Whatever has an operator's facts can be called.
    return (choose(...args) as unknown as Callable)(...args);
  };
  const facts: OperatorFacts = {
    operatorName: name,
    parameters,
    differentiable: forms.some((form) => form.differentiable),
    composite: true,
    inPlace,
    out: forms.every((form) => form.out),
    samples: forms.flatMap((form) => form.samples),
    errors: forms.flatMap((form) => form.errors),
    declaration: null,
    define: null,
    choose,
  };
  const described = Object.assign(call, facts);
  Object.defineProperty(described, "name", { value: name });
  // Each form checks its own arguments; the signature lists the forms.
  return described as unknown as Operator<S>;
}
