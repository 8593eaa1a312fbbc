/** What a call of an operator leaves behind for backward, and how its rules run there. */
import { cpu } from "../device.ts";
import { float32 } from "../dtype.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import type { Declaration } from "../operator.ts";
import type { ArgumentsOf, Parameters } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import {
  edgeOf,
  factsOf,
  Node,
  type Backward,
  type Edge,
  type SavedContext,
  type TensorFacts,
} from "./node.ts";

/** `log_softmax` → `LogSoftmax`; a letter behind a digit is raised too, as PyTorch's generator does (`Log1P`). */
function pascal(name: string): string {
  return name.replace(
    /(?:^|_|(\d))([a-z])/g,
    (_, digit: string | undefined, letter: string) => (digit ?? "") + letter.toUpperCase(),
  );
}

/** A parameter that holds a tensor, or a list of them. */
interface TensorSlot {
  readonly name: string;
  readonly list: boolean;
  /** Whether the rules read it. */
  readonly saved: boolean;
  /** The inputs whose rules read it, where not all do. */
  readonly readers: readonly string[] | null;
}

/** A joint rule of any operator; it receives the context of its own. */
type AnyJointRule = (
  grads: readonly (Tensor | null)[],
  context: object,
  wanted: object,
) => Readonly<Record<string, Tensor | null | readonly (Tensor | null)[] | undefined>>;

/** The rules by the names of their parameters; each receives the context of its own operator. */
type Rules = Readonly<Record<string, ((grad: Tensor, context: object) => unknown) | null>>;

const noRules: Rules = {};

/** What a declaration comes to, looked up once. */
export interface Plan {
  readonly slots: readonly TensorSlot[];
  readonly rules: Rules;
  /** Whether one rule gives the gradients of all inputs. */
  readonly joint: boolean;
  readonly savesResult: boolean;
  /** Whether a joint rule reads the results but the first. */
  readonly savesOthers: boolean;
  readonly hasLists: boolean;
  /** Whether some tensors are saved for some inputs only. */
  readonly hasReaders: boolean;
  readonly backward: Backward;
  readonly defaultName: string;
}

const plans = new WeakMap<object, Plan>();

/** @internal */
export function planOf<P extends Parameters>(declaration: Declaration<P>): Plan {
  let plan = plans.get(declaration);
  if (plan === undefined) plans.set(declaration, (plan = makePlan(declaration)));
  return plan;
}

function makePlan<P extends Parameters>(declaration: Declaration<P>): Plan {
  const { name, parameters, saves = [], savedFor = {}, vjp } = declaration;
  // Both keys and names are those of the declaration's parameters.
  const readersOf = savedFor as Readonly<Record<string, readonly string[] | undefined>>;
  const rules = (vjp as Rules | null | undefined) ?? noRules;
  const slots = Object.entries(parameters).flatMap(([slot, { holds }]): TensorSlot[] =>
    holds === undefined
      ? []
      : [
          {
            name: slot,
            list: holds === "tensors",
            saved: saves.includes(slot),
            readers: readersOf[slot] ?? null,
          },
        ],
  );
  const joint = declaration.jointVjp !== undefined;
  return {
    slots,
    rules,
    joint,
    savesResult: saves.includes("result"),
    savesOthers: !joint || saves.includes("others"),
    hasLists: slots.some((slot) => slot.list),
    hasReaders: slots.some((slot) => slot.readers !== null),
    // The rule is looked up at each run, so that a test can exchange it. It is called with what was recorded for this operator, whose parameters only the declaration knows.
    backward: joint
      ? (grads, node) => runJointRule(slots, declaration.jointVjp as unknown as AnyJointRule, grads, node)
      : ([grad], node) => runRules(slots, rules, grad!, node),
    defaultName: `${pascal(name)}Backward0`,
  };
}

/** Whether a gradient is wanted for any tensor among the arguments. @internal */
export function needsGrad({ slots }: Plan, args: Record<string, unknown>): boolean {
  for (let i = 0; i < slots.length; i++) {
    const { name, list } = slots[i]!;
    // The parameter's conversion gave what the slot says.
    const value = args[name] as Tensor | readonly Tensor[] | null;
    if (list) {
      for (const item of value as readonly Tensor[]) if (item.requires_grad) return true;
    } else if (value !== null && (value as Tensor).requires_grad) return true;
  }
  return false;
}

/** Puts the shapes of the inputs into the context, by the names of their parameters. */
function fillShapes(slots: readonly TensorSlot[], node: Node, context: SavedContext): void {
  const shapes: Record<string, Shape> = {};
  const listShapes: Record<string, readonly Shape[]> = {};
  // Only lists have recorded lengths; everything else is one input.
  const lengths = context["listLengths"] as Record<string, number> | undefined;
  let position = 0;
  for (const { name, list } of slots) {
    const count = list ? lengths![name]! : 1;
    shapes[name] = node.inputs[position]?.shape ?? [];
    if (list) listShapes[name] = node.inputs.slice(position, position + count).map((facts) => facts.shape);
    position += count;
  }
  context["shapes"] = shapes;
  context["listShapes"] = listShapes;
}

/** How many edges of a node belong to a parameter. */
function edgeCount({ name, list }: TensorSlot, context: SavedContext): number {
  return list ? (context["listLengths"] as Record<string, number>)[name]! : 1;
}

/** Runs the rule for all inputs, and puts what it gives into the order of the node's edges. */
function runJointRule(
  slots: readonly TensorSlot[],
  rule: AnyJointRule,
  grads: readonly (Tensor | null)[],
  node: Node,
): readonly (Tensor | null)[] {
  const context = node.unpack();
  if (context["shapes"] === undefined) fillShapes(slots, node, context);
  const wanted: Record<string, boolean> = {};
  let position = 0;
  for (const slot of slots) {
    const end = position + edgeCount(slot, context);
    wanted[slot.name] = false;
    for (; position < end; position++) if (node.edges[position] !== null) wanted[slot.name] = true;
  }
  const arrived = grads.length === node.resultCount ? grads : padded(grads, node.resultCount);
  const results = rule(arrived, context, wanted);
  return slots.flatMap((slot) => {
    const result = results[slot.name] ?? null;
    if (!slot.list) return [result as Tensor | null]; // a parameter of one tensor gets one gradient
    const list = (result ?? []) as readonly (Tensor | null)[];
    return Array.from({ length: edgeCount(slot, context) }, (_, i) => list[i] ?? null);
  });
}

function padded(grads: readonly (Tensor | null)[], length: number): readonly (Tensor | null)[] {
  return Array.from({ length }, (_, position) => grads[position] ?? null);
}

/** Runs the rules of the inputs that need a gradient, in the order of the node's edges. */
function runRules(
  slots: readonly TensorSlot[],
  rules: Rules,
  grad: Tensor,
  node: Node,
): readonly (Tensor | null)[] {
  const context = node.unpack();
  if (context["shapes"] === undefined) fillShapes(slots, node, context);
  const grads: (Tensor | null)[] = [];
  for (const slot of slots) {
    const { name, list } = slot;
    const rule = rules[name] ?? null;
    const position = grads.length;
    if (!list) {
      const wanted = rule !== null && node.edges[position] !== null;
      grads.push(wanted ? (rule(grad, context) as Tensor | null) : null);
      continue;
    }
    const count = edgeCount(slot, context);
    const wanted =
      rule !== null && node.edges.slice(position, position + count).some((edge) => edge !== null);
    const results = wanted ? (rule(grad, context) as readonly (Tensor | null)[]) : [];
    for (let i = 0; i < count; i++) grads.push(results[i] ?? null);
  }
  return grads;
}

/** Facts of an optional tensor that was not given. */
export const noFacts: TensorFacts = { shape: [], dtype: float32, device: cpu };

/** PyTorch's name of the node that a call makes. */
function nodeName<P extends Parameters>(
  { gradFn }: Declaration<P>,
  plan: Plan,
  args: Record<string, unknown>,
): string {
  if (gradFn === undefined) return plan.defaultName;
  // The arguments were bound to this declaration's parameters.
  return typeof gradFn === "function" ? gradFn(args as ArgumentsOf<P>) : gradFn;
}

function unsavable(): RuntimeError {
  return new RuntimeError(
    "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in computation tracked by autograd. " +
      "To work around this, you can make a clone to get a normal tensor and use it in autograd, or use `torch.no_grad()` instead of `torch.inference_mode()`.",
  );
}

/** Whether a rule that reads this input will run. */
function isKept({ saved, readers }: TensorSlot, args: Record<string, unknown>): boolean {
  if (!saved || readers === null) return saved;
  // Only single tensors are named as readers.
  for (const reader of readers) if ((args[reader] as Tensor | null)?.requires_grad) return true;
  return false;
}

/** Whether the rules of a call read its first input. @internal */
export function readsFirst({ slots }: Plan, args: Record<string, unknown>): boolean {
  return slots[0] !== undefined && isKept(slots[0], args);
}

/** Attaches a node to `result`. It takes `args` for itself, and forgets the tensors among them that no rule reads. */
export function record<P extends Parameters>(
  declaration: Declaration<P>,
  args: Record<string, unknown>,
  result: Tensor,
  others: readonly Tensor[] = [],
): void {
  const plan = planOf(declaration);
  const name = nodeName(declaration, plan, args);
  const edges: (Edge | null)[] = [];
  const inputs: TensorFacts[] = [];
  const saved: Tensor[] = [];
  const visit = (item: Tensor | null, slot: TensorSlot, kept: boolean): void => {
    edges.push(item !== null && (plan.joint || plan.rules[slot.name]) ? edgeOf(item) : null);
    inputs.push(item === null ? noFacts : factsOf(item));
    if (item !== null && kept) {
      if (item.inference && !item.isNumber) throw unsavable();
      saved.push(item);
    }
  };
  const lengths: Record<string, number> | undefined = plan.hasLists ? {} : undefined;
  // Before any argument is forgotten.
  const kept = plan.hasReaders ? plan.slots.map((slot) => isKept(slot, args)) : null;
  for (let i = 0; i < plan.slots.length; i++) {
    const slot = plan.slots[i]!;
    const keeps = kept === null ? slot.saved : kept[i]!;
    // The parameter's conversion gave what the slot says.
    const value = args[slot.name] as Tensor | readonly Tensor[] | null;
    if (slot.list) {
      lengths![slot.name] = (value as readonly Tensor[]).length;
      for (const item of value as readonly Tensor[]) visit(item, slot, keeps);
    } else visit(value as Tensor | null, slot, keeps);
    if (!keeps) args[slot.name] = null;
  }
  if (lengths !== undefined) args["listLengths"] = lengths;
  if (plan.savesResult) {
    args["result"] = result;
    saved.push(result);
    if (plan.joint) {
      args["results"] = [result, ...others];
      saved.push(...others);
    }
  }
  if (others.length > 0 && plan.savesOthers) {
    args["others"] = others;
    saved.push(...others);
  }
  const node = new Node(name, edges, inputs, factsOf(result), plan.backward, args, saved);
  if (plan.joint && others.length > 0) attachAll(declaration, node, [result, ...others]);
  else result.grad_fn = node;
}

/** Makes the results that can carry a gradient those of `node`. */
function attachAll<P extends Parameters>(
  { nonDifferentiable = [] }: Declaration<P>,
  node: Node,
  results: readonly Tensor[],
): void {
  node.resultCount = results.length;
  results.forEach((result, position) => {
    if (!result.dtype.is_floating_point || nonDifferentiable.includes(position)) return;
    result.becomeOutput(node, position);
    if (position > 0) node.outputAt(position, factsOf(result));
  });
}
