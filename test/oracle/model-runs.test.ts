/**
 * Networks of every kind, trained by every optimizer, against PyTorch: the same first parameters, to the last bit, and the same loss after fifty steps.
 *
 * Every network with two optimizers, and every optimizer with two networks; all of them with all when `TYPETORCH_ORACLE=all`.
 */
import { createHash } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import torch, { optim, type nn, type Tensor } from "../../runtime/index.ts";
import { readOracle } from "./data.ts";
import { models } from "./models/index.ts";

interface ModelRow {
  readonly model: string;
  /** Of the bytes of all parameters and buffers. */
  readonly checksum: string;
  /** The loss in the beginning, by the dtype. */
  readonly first: Readonly<Record<string, number>>;
  /** The loss in the end, by the name of the optimizer. */
  readonly losses: Readonly<Record<string, number>>;
}

const answers = readOracle<{
  seed: number;
  steps: number;
  optimizers: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Those of optimizers that do not run in float32. */
  dtypes: Readonly<Record<string, "float64">>;
  models: readonly ModelRow[];
}>("model-runs.json");

/** Any optimizer, by the name that only the test run knows. */
interface AnyOptimizer {
  new (params: Iterable<Tensor>, options: Readonly<Record<string, unknown>>): optim.Optimizer;
}

const all = optim as unknown as Readonly<Record<string, AnyOptimizer>>; // answers name optimizers

function checksumOf(model: nn.Module): string {
  const digest = createHash("sha256");
  for (const tensor of Object.values(model.state_dict())) digest.update(bytesOf(tensor));
  return digest.digest("hex").slice(0, 16);
}

function bytesOf(tensor: Tensor): Uint8Array {
  const numbers = tensor.flatten().tolist() as (number | bigint)[]; // one dimension
  const array =
    tensor.dtype.name === "int64"
      ? BigInt64Array.from(numbers.map(BigInt))
      : Float32Array.from(numbers.map(Number));
  return new Uint8Array(array.buffer);
}

/** The losses in the beginning and after the steps. */
function train(name: string, optimizerName: string): { first: number; last: number } {
  torch.manual_seed(answers.seed);
  torch.set_default_dtype(torch[answers.dtypes[optimizerName] ?? "float32"]);
  const { model, loss } = models[name]!();
  // Muon takes matrices only.
  const parameters = [...model.parameters()].filter(({ ndim }) => optimizerName !== "Muon" || ndim === 2);
  const optimizer = new all[optimizerName]!(parameters, answers.optimizers[optimizerName]!);
  const closure = (): Tensor => {
    optimizer.zero_grad();
    const value = loss();
    value.backward();
    return value;
  };
  const losses = Array.from({ length: answers.steps }, () => optimizer.step(closure).item());
  return { first: losses[0]!, last: loss().item() }; // there are steps
}

afterEach(() => {
  torch.set_default_dtype(torch.float32);
});

const everyOptimizer = new Set(["SGD", "Adam"]);
const everyModel = new Set(["linear regression", "LeNet"]);
const isChosen = (model: string, optimizer: string): boolean =>
  process.env["TYPETORCH_ORACLE"] === "all" || everyOptimizer.has(optimizer) || everyModel.has(model);

test("every network that PyTorch has trained is here", () => {
  expect(Object.keys(models)).toEqual(answers.models.map(({ model }) => model));
});

test.each(answers.models)("$model begins with PyTorch's parameters", ({ model, checksum }) => {
  torch.manual_seed(answers.seed);
  expect(checksumOf(models[model]!().model)).toBe(checksum);
});

test.each(
  answers.models.flatMap((row) =>
    Object.entries(row.losses)
      .filter(([optimizer]) => isChosen(row.model, optimizer))
      .map(([optimizer, expected]) => ({
        model: row.model,
        optimizer,
        first: row.first[answers.dtypes[optimizer] ?? "float32"]!,
        expected,
      })),
  ),
)("$model has PyTorch's loss after fifty steps of $optimizer", ({ model, optimizer, first, expected }) => {
  const got = train(model, optimizer);
  expect(Math.abs(got.first / first - 1)).toBeLessThan(1e-5);
  expect(Math.abs(got.last / expected - 1)).toBeLessThan(1e-4);
});
