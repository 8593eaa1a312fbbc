import { expect, test } from "vitest";
import torch, { nn, optim, type Tensor } from "../../runtime/index.ts";
import { decodeArgument } from "./arguments.ts";
import { difference } from "./closeness.ts";
import { readOracle, type EncodedTensor } from "./data.ts";

interface Trajectory {
  readonly loss: "MSELoss" | "CrossEntropyLoss";
  readonly optimizer: string;
  /** What the optimizer takes by name. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly dtype: "float32" | "float64";
  readonly inputs: EncodedTensor;
  readonly targets: EncodedTensor;
  readonly initial: readonly EncodedTensor[];
  readonly losses: EncodedTensor;
  readonly final: readonly EncodedTensor[];
  readonly printed: string;
}

/** Any optimizer, by the name that only the test run knows. */
interface AnyOptimizer {
  new (params: Iterable<Tensor>, options: Readonly<Record<string, unknown>>): optim.Optimizer<object>;
}

const all = optim as unknown as Readonly<Record<string, AnyOptimizer>>; // rows name optimizers

const { trajectories } = readOracle<{ trajectories: Trajectory[] }>("training.json");

function differencesOf(parameters: Iterable<Tensor>, expected: readonly EncodedTensor[]): (string | null)[] {
  return [...parameters].map((parameter, index) =>
    difference(parameter, expected[index] ?? { dtype: "", shape: [], values: [] }),
  );
}

test.each(
  trajectories.map((row) => ({
    row,
    title: `${row.loss} with ${row.optimizer} ${JSON.stringify(row.options)} in ${row.dtype}`,
  })),
)("training goes PyTorch's way: $title", ({ row }) => {
  // The generator writes tensors here.
  const [inputs, targets] = [decodeArgument(row.inputs) as Tensor, decodeArgument(row.targets) as Tensor];
  torch.manual_seed(0);
  const model = new nn.Sequential(
    new nn.Linear(2, 5),
    new nn.ReLU(),
    new nn.Linear(5, row.loss === "MSELoss" ? 1 : 3),
  );
  model.to(torch[row.dtype]);
  const lossFunction = new nn[row.loss]();
  expect(differencesOf(model.parameters(), row.initial).filter(Boolean)).toEqual([]);
  // Muon takes matrices only.
  const parameters = [...model.parameters()].filter(({ ndim }) => row.optimizer !== "Muon" || ndim === 2);
  const optimizer = new all[row.optimizer]!(parameters, row.options);
  expect(String(optimizer)).toBe(row.printed);
  const closure = (): Tensor => {
    optimizer.zero_grad();
    const loss = lossFunction(model(inputs), targets);
    loss.backward();
    return loss;
  };
  const losses = row.losses.values.map(() => optimizer.step(closure).item());
  expect(difference(torch.tensor(losses, { dtype: torch[row.dtype] }), row.losses)).toBeNull();
  expect(differencesOf(model.parameters(), row.final).filter(Boolean)).toEqual([]);
});
