/** One test for every operator of the table: its samples, its derivatives, its errors. */
import { describe, expect, test } from "vitest";
import torch, { Tensor } from "../../../runtime/index.ts";
import { gradcheck, gradgradcheck, type GradcheckOptions } from "../../../runtime/autograd/gradcheck.ts";
import type { OperatorFacts, Sample } from "../../../runtime/operator.ts";
import * as functions from "../../../runtime/ops/functions.ts";
import * as functional from "../../../runtime/ops/functional.ts";
import * as internal from "../../../runtime/ops/internal.ts";
import * as linalg from "../../../runtime/ops/linalg/namespace.ts";
import * as methods from "../../../runtime/ops/methods.ts";

type Callable = OperatorFacts & ((...args: unknown[]) => unknown);

// The table's operators have many signatures; samples call them by their run-time form.
const table = [
  ...new Set([methods, functions, functional, linalg, internal].flatMap((module) => Object.values(module))),
] as unknown as Callable[];

/** The tensors of a sample that ask for a gradient, wherever they stand. */
function differentiableInputs(args: readonly unknown[]): Tensor[] {
  return args.flatMap((arg): Tensor[] => {
    if (arg instanceof Tensor) return arg.requires_grad ? [arg] : [];
    return Array.isArray(arg) ? differentiableInputs(arg) : [];
  });
}

/** The call with other tensors in place of those that ask for a gradient. */
function replaceInputs(args: readonly unknown[], inputs: Tensor[]): unknown[] {
  const rest = [...inputs];
  const replace = (arg: unknown): unknown => {
    if (arg instanceof Tensor) return arg.requires_grad ? rest.shift() : arg;
    return Array.isArray(arg) ? arg.map(replace) : arg;
  };
  return args.map(replace);
}

/** The tensors that an operator gave; none where it answers with true or false. */
function resultsOf(result: unknown): readonly Tensor[] {
  if (typeof result === "boolean") return [];
  const tensors: unknown[] = [result].flat(2);
  if (tensors.every((tensor) => tensor instanceof Tensor)) return tensors;
  throw new Error(`expected Tensors, got ${String(result)}`);
}

/** Differences of float32 numbers are coarse, but only conversions give them, and those are linear. */
const coarse = { eps: 0.5, atol: 1e-3, rtol: 1e-3 };

/** Holds one sample's derivatives against finite differences; samples without a gradient have none to hold. */
function checkSample(operator: Callable, sample: Sample): void {
  const args = sample();
  const inputs = differentiableInputs(args).map((input) =>
    input.detach().clone({ memory_format: torch.contiguous_format }).requires_grad_(true),
  );
  const call = (...replaced: Tensor[]): readonly Tensor[] =>
    resultsOf(operator(...replaceInputs(args, [...(operator.prepare?.(replaced) ?? replaced)])));
  const results = call(...inputs).filter((result) => result.requires_grad);
  if (results.every((result) => result.numel() === 0)) return;
  const exact = results.every((result) => result.dtype.name === "float64");
  hold(gradcheck, call, inputs, exact ? {} : coarse);
  if (exact) hold(gradgradcheck, call, inputs);
}

/**
 * Follows one direction through each input, which is as strict in float64, where differences have eight digits; only where that disagrees, each element: it may be a
 * corner, at which no direction has a derivative, and the error of another is to say which element is wrong.
 */
function hold(
  check: typeof gradcheck,
  call: (...inputs: Tensor[]) => readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): void {
  const fast = { rtol: 1e-5, ...options, fast_mode: true, raise_exception: false };
  if (!check(call, inputs, fast)) check(call, inputs, options);
}

/** The names of the inputs that a joint rule gave a gradient for in the samples. */
function jointlyDifferentiated(operator: Callable): ReadonlySet<string> {
  const names = new Set<string>();
  withJointRule(
    operator,
    (rule) =>
      (...args) => {
        const grads = rule(...args);
        for (const [name, grad] of Object.entries(grads)) if (grad) names.add(name);
        return grads;
      },
    () => operator.samples.forEach((sample) => checkSample(operator, sample)),
  );
  return names;
}

type JointRule = (...args: unknown[]) => Record<string, Tensor | readonly (Tensor | null)[] | null>;

/** Runs `body` while an operator's joint rule is replaced. */
function withJointRule(operator: Callable, change: (rule: JointRule) => JointRule, body: () => void): void {
  const declaration = operator.declaration as unknown as { jointVjp: JointRule };
  const original = declaration.jointVjp;
  declaration.jointVjp = change(original);
  try {
    body();
  } finally {
    declaration.jointVjp = original;
  }
}

/** A joint rule that is off by a tenth for one input. */
function brokenFor(name: string): (rule: JointRule) => JointRule {
  return (rule) =>
    (...args) => {
      const grads = rule(...args);
      const grad = grads[name] ?? null;
      return { ...grads, [name]: Array.isArray(grad) ? grad.map(shift) : shift(grad as Tensor | null) };
    };
}

/** Runs `body` while every rule of an operator's derivative is replaced. */
function withRules(operator: Callable, name: string, rule: unknown, body: () => void): void {
  const vjp = operator.declaration!.vjp as Record<string, unknown>;
  const original = vjp[name];
  vjp[name] = rule;
  try {
    body();
  } finally {
    vjp[name] = original;
  }
}

type AnyRule = (grad: Tensor, context: object) => Tensor | readonly (Tensor | null)[] | null;

function shift(grad: Tensor | null): Tensor | null {
  return grad && grad.add(0.1);
}

/** A rule that is off by a tenth. */
function broken(rule: AnyRule): AnyRule {
  return (grad, context) => {
    const result = rule(grad, context);
    return Array.isArray(result) ? result.map(shift) : shift(result as Tensor | null);
  };
}

describe.each(table.map((operator) => ({ name: operator.operatorName, operator })))(
  "$name",
  ({ operator }) => {
    test("has samples that run", () => {
      expect(operator.samples.length).toBeGreaterThan(0);
      for (const sample of operator.samples) expect(() => resultsOf(operator(...sample()))).not.toThrow();
    });

    test("has derivatives of first and second order that agree with finite differences", () => {
      expect(() => operator.samples.forEach((sample) => checkSample(operator, sample))).not.toThrow();
    });

    // What is drawn differs from call to call: finite differences of it say nothing.
    const drawn = operator.operatorName === "poisson";
    const rules = Object.entries((operator.declaration?.vjp ?? {}) as Record<string, AnyRule | null>).filter(
      // What nobody can compute cannot be held against anything either.
      ([, rule]) => rule !== null && !("missing" in rule) && !drawn,
    );
    test.each(rules)("is tested well enough to notice a wrong derivative of %s", (name, rule) => {
      withRules(operator, name, broken(rule!), () => {
        expect(() => operator.samples.forEach((sample) => checkSample(operator, sample))).toThrow(
          "finite differences give",
        );
      });
    });

    test.each(operator.declaration?.jointVjp ? ["each input"] : [])(
      "is tested well enough to notice a wrong derivative of %s by the joint rule",
      () => {
        const names = jointlyDifferentiated(operator);
        expect(names.size).toBeGreaterThan(0);
        for (const name of names)
          withJointRule(operator, brokenFor(name), () =>
            expect(
              () => operator.samples.forEach((sample) => checkSample(operator, sample)),
              `derivative of ${name}`,
            ).toThrow("finite differences give"),
          );
      },
    );

    test.each(operator.errors)("throws $error for a wrong call", ({ args, error, message }) => {
      expect(() => operator(...args())).toThrow(
        expect.objectContaining({ name: error, message: expect.stringMatching(message) as unknown }),
      );
    });

    test("is documented by its parameters: each has a name and says what it accepts", () => {
      for (const [name, parameter] of Object.entries(operator.parameters)) {
        expect(name).toMatch(/^_?[a-z][a-z0-9_]*$/i);
        expect(parameter.expects).not.toBe("");
      }
    });
  },
);
