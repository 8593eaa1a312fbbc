/** What a model is made of: its layers, the shapes that flow through them, and what they cost. */
import { no_grad } from "../autograd/modes.ts";
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { rand, zeros } from "../create.ts";
import { cpu } from "../device.ts";
import { DType, float32 } from "../dtype.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { ValueError } from "../errors/valueError.ts";
import { inspectAs } from "../inspect.ts";
import { Module } from "../nn/module.ts";
import { integer, type ParametersOf } from "../parameters.ts";
import { fork_rng } from "../random.ts";
import { formatShape, type Shape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { watchCalls } from "./calls.ts";
import { undisturbed } from "./undisturbed.ts";
import type { SummaryRow, SummarySnapshot } from "./snapshots.ts";
import { CallTree, tensorsIn } from "./callTree.ts";
import { ownParameters } from "./ownParameters.ts";
import { summaryRows } from "./summaryRows.ts";
import { summaryText } from "./summaryText.ts";

/** Tensors under names, or in arrays, as models take them that want more than a tensor. */
interface Structured {
  readonly [name: string]: Tensor | Structured | readonly (Tensor | Structured)[] | null;
}

/** One input of a model: a tensor, a size of which one is made, or tensors under names. */
type Example = Tensor | Shape | Structured;

/** What `summary` takes. */
export interface SummaryArguments {
  readonly model: Module;
  /** What the model is called with: a tensor, a size with the batch in front, an object of tensors, or a list of those for several inputs. */
  readonly input: Example | readonly Example[];
  /** How many levels of modules get rows of their own, 3 unless given; what is deeper is counted in the row above. */
  readonly depth?: number;
  /** The dtypes of inputs that are given as sizes; that of the model's parameters unless given. */
  readonly dtypes?: readonly DType[];
}

function isSize(value: unknown): value is Shape {
  return Array.isArray(value) && value.every((size) => Number.isInteger(size) && (size as number) >= 0);
}

function isStructured(value: unknown): value is Structured {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function isExample(value: unknown): value is Example {
  return value instanceof Tensor || isSize(value) || isStructured(value);
}

/** An object of tensors that stands alone is the input, and no arguments by name. */
function withInput(args: readonly unknown[]): readonly unknown[] {
  const [model, input, ...rest] = args;
  const isInput = isStructured(input) && !["input", "depth", "dtypes"].some((name) => name in input);
  return isInput ? [model, [input], ...rest] : args;
}

const parameters: ParametersOf<SummaryArguments> = {
  model: {
    expects: "a Module",
    convert: (value) => (value instanceof Module ? value : undefined),
  },
  input: {
    expects: "a Tensor, a size such as [1, 28, 28], an object of Tensors, or an array of those",
    convert: (value) =>
      isExample(value) || (Array.isArray(value) && value.every(isExample)) ? value : undefined,
  },
  depth: { ...integer(3) },
  dtypes: {
    expects: "an array of dtypes such as [torch.int64]",
    fallback: [],
    convert: (value) =>
      Array.isArray(value) && value.every((each) => each instanceof DType) ? value : undefined,
  },
};

/** Tensors for the sizes, where the model is. */
function inputsOf({ model, input, dtypes }: Required<SummaryArguments>): readonly (Tensor | Structured)[] {
  const examples: readonly Example[] = isExample(input) ? [input] : input;
  const [first] = model.parameters();
  const device = first?.device ?? cpu;
  const usual = [...model.parameters()].find((each) => each.dtype.is_floating_point)?.dtype ?? float32;
  return examples.map((example, position) => {
    if (!isSize(example)) return example;
    const dtype = dtypes[position] ?? usual;
    return dtype.is_floating_point
      ? rand([...example], { dtype, device })
      : zeros([...example], { dtype, device });
  });
}

function shapesText(inputs: unknown): string {
  return Array.from(tensorsIn(inputs), ({ shape, dtype }) => `${formatShape(shape)} ${dtype.name}`).join(
    " and ",
  );
}

/** Where the model failed. */
function placeOf(failed: Module | null, model: Module): string {
  for (const [name, module] of model.named_modules())
    if (module === failed && name !== "") return ` in ${name} (${module.constructor.name})`;
  return "";
}

/** Runs the model once, and keeps who was called. */
function called(model: Module, inputs: readonly unknown[]): CallTree {
  const tree = new CallTree();
  const handle = watchCalls(model.modules(), tree);
  try {
    // Inputs may be any number of tensors: what the model takes, only it knows.
    Reflect.apply(model as unknown as (...inputs: readonly unknown[]) => unknown, undefined, inputs);
  } catch (error) {
    throw new RuntimeError(
      `summary: the model failed${placeOf(tree.underWay, model)} with an input of ${shapesText(inputs)}: ${String(error)} ` +
        "Give the size with the batch in front, or pass a tensor; {dtypes: [torch.int64]} makes an input of whole numbers.",
      { cause: error },
    );
  } finally {
    handle.remove();
  }
  return tree;
}

function bytesOf(tensors: Iterable<Tensor>): number {
  let bytes = 0;
  for (const { nbytes } of tensors) bytes += nbytes;
  return bytes;
}

/** The rows of what was called, and the memory that it takes. */
function costs(
  model: Module,
  inputs: readonly unknown[],
  tree: CallTree,
  depth: number,
): [rows: readonly SummaryRow[], bytes: SummarySnapshot["bytes"]] {
  const calls = [...tree.calls()];
  const owned = ownParameters(new Set(calls.map(({ module }) => module)));
  const names = new Map(Array.from(model.named_modules(), ([name, module]) => [module, name]));
  const weighted = calls.filter(({ module, inside }) => inside.length === 0 && owned.get(module)!.length > 0); // each has a list
  const bytes = {
    inputs: bytesOf(tensorsIn(inputs)),
    outputs: 2 * weighted.reduce((sum, { outputBytes }) => sum + outputBytes, 0),
    parameters: bytesOf(model.parameters()),
  };
  return [tree.whole === null ? [] : summaryRows(tree.whole, { names, owned, depth }), bytes];
}

function total(rows: readonly SummaryRow[], name: "parameters" | "trainable" | "multiplyAdds"): number {
  return rows.reduce((sum, row) => sum + row[name], 0);
}

/** What `summary` found. As a cell's last value it is a table; `String(summary(…))` is the same as text. */
export class Summary implements SummarySnapshot {
  readonly kind = "summary";
  readonly rows: readonly SummaryRow[];
  readonly parameters: number;
  readonly trainable: number;
  readonly multiplyAdds: number;
  readonly bytes: SummarySnapshot["bytes"];
  readonly text: string;

  /** @internal Call `summary`. */
  constructor(rows: readonly SummaryRow[], bytes: SummarySnapshot["bytes"]) {
    this.rows = rows;
    this.parameters = total(rows, "parameters");
    this.trainable = total(rows, "trainable");
    this.multiplyAdds = total(rows, "multiplyAdds");
    this.bytes = bytes;
    this.text = summaryText(this);
  }

  toString(): string {
    return this.text;
  }
}

inspectAs(Summary, (summary) => summary.text);

/**
 * The layers of a model, the shapes that go in and come out, and what they cost: `summary(model, [32, 1, 28, 28])` makes an input of that size, `summary(model, x)` takes
 * yours, `summary(model, [source, target])` several, `summary(model, {image, text})` an object.
 *
 * The model is called once, in evaluation mode and without gradients. Its mode, its gradients and buffers, and the random numbers are afterwards what they were.
 *
 * - A row is one call. A module that is called again has a row for each call, and its parameters count once; parameters of what is never called (the projection inside
 *   `nn.MultiheadAttention`) count in the module around it. Tensors that several modules share count once.
 * - Multiply-adds follow the rule of torchinfo: each element of a weight or bias counts once for each place where it is used: of convolutions for each example and pixel of the
 *   output, of linear layers for each row of the output, of normalisations and embeddings for each example, of recurrent layers and attention for each example and position. What
 *   has no weights counts nothing. (torchinfo leaves out attention, which has a module inside.)
 * - Memory, in bytes, is that of the inputs, the parameters, and twice the outputs of layers with parameters: once for the pass forward, once for their gradients.
 *
 * @throws RuntimeError that says in which layer the model failed with this input; ValueError for a depth below 0.
 * Source: torchinfo's `summary`, by Tyler Yep.
 */
export function summary(
  ...args: CallForms<
    SummaryArguments,
    [model: Module, input: SummaryArguments["input"], depth?: number, dtypes?: readonly DType[]],
    ["model", "input"]
  >
): Summary {
  const given = bind("summary", parameters, withInput(args));
  const { model, depth } = given;
  if (depth < 0) throw new ValueError(`summary: depth must be 0 or more, got ${depth}.`);
  return fork_rng(() =>
    no_grad(() => {
      const inputs = inputsOf(given);
      const tree = undisturbed(model, () => called(model, inputs));
      return new Summary(...costs(model, inputs, tree, depth));
    }),
  );
}
