/** Operators that are several under one name, told apart by their arguments, as overloads are in PyTorch. */
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

/** Makes one operator of several. */
export function overloaded<S extends Signature>({
  name,
  forms,
  choose,
  inPlace = false,
}: Overloads): Operator<S> {
  // Whatever has an operator's facts can be called.
  const call = (...args: unknown[]): unknown => (choose(...args) as unknown as Callable)(...args);
  const parameters: Parameters = forms[0]?.parameters ?? {};
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
