/** Transforms and models against torchvision's: see `generators/vision.py`. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import torch, { vision, type nn, type Tensor } from "../../runtime/index.ts";
import { readValues } from "../../runtime/tensor.ts";
import { decodeArgument, type EncodedArgument } from "./arguments.ts";
import { difference, differenceOfValues } from "./closeness.ts";
import { readOracle, type EncodedNumber, type EncodedTensor } from "./data.ts";

type Keywords = Readonly<Record<string, EncodedArgument>>;

interface TransformRow {
  readonly transform: string;
  readonly args?: readonly EncodedArgument[];
  readonly steps?: readonly (readonly [name: string, args: readonly EncodedArgument[], kwargs: Keywords])[];
  readonly kwargs: Keywords;
  readonly image: keyof typeof images;
  readonly printed: string;
  readonly results: readonly EncodedTensor[];
  /** What `torch.rand(1)` gives afterwards. */
  readonly next: number;
}

interface FunctionRow {
  readonly function: string;
  readonly args: readonly EncodedArgument[];
  readonly image: keyof typeof images;
  readonly result: EncodedTensor;
}

interface GridRow {
  readonly image: keyof typeof images;
  readonly kwargs: Keywords;
  readonly result: EncodedTensor;
}

interface ModelRow {
  readonly model:
    "resnet18" | "resnet34" | "resnet50" | "resnext50_32x4d" | "mobilenet_v2" | "alexnet" | "vgg11_bn";
  /** Height and width of the image. */
  readonly size: number;
  readonly layout: readonly (readonly [name: string, shape: readonly number[]])[];
  readonly sha256: string;
  readonly scores: readonly EncodedNumber[];
}

const { transforms, nested, functions, grids } = readOracle<{
  transforms: TransformRow[];
  nested: TransformRow[];
  functions: FunctionRow[];
  grids: GridRow[];
}>("vision.json");
const { models } = readOracle<{ models: ModelRow[] }>("vision-models.json");

/** Bytes that differ, as the generator makes them. */
function pixels(...shape: number[]): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return torch.tensor(Uint8Array.from({ length: count }, (_, i) => i * i * 7 + i * 31 + 5)).reshape(shape);
}

const images = {
  bytes: pixels(3, 6, 7),
  grey: pixels(1, 7, 7),
  fractions: pixels(3, 6, 7).div(255),
  greyFractions: pixels(1, 6, 5).div(255),
  batch: pixels(2, 3, 5, 5),
  wide: pixels(1, 6, 15),
  fractionsBatch: pixels(2, 1, 5, 6).div(255),
  ints: pixels(1, 5, 5).to(torch.int32).mul(8_000_000),
};

/** Any transform, by the name that only the test run knows. */
type AnyTransform = new (...args: readonly unknown[]) => nn.Module & ((image: Tensor) => Tensor | Tensor[]);

function make(name: string, args: readonly EncodedArgument[], kwargs: Keywords): InstanceType<AnyTransform> {
  const all = vision.transforms as unknown as Readonly<Record<string, AnyTransform>>; // rows name transforms
  return new all[name]!(...args.map((arg) => decodeArgument(arg)), ...named(kwargs));
}

/** The keywords as the last argument, where there are some. */
function named(kwargs: Keywords): readonly unknown[] {
  const entries = Object.entries(kwargs).map(([key, value]) => [key, decodeArgument(value)] as const);
  return entries.length > 0 ? [Object.fromEntries(entries)] : [];
}

function makeRow({ transform, args = [], steps, kwargs }: TransformRow): InstanceType<AnyTransform> {
  if (steps === undefined) return make(transform, args, kwargs);
  const inner = steps.map(([name, stepArgs, stepKwargs]) => make(name, stepArgs, stepKwargs));
  const all = vision.transforms as unknown as Readonly<Record<string, AnyTransform>>; // rows name transforms
  return new all[transform]!(inner, ...named(kwargs));
}

const title = (row: TransformRow): string => `${row.printed.replaceAll(/\s+/g, " ")} of ${row.image}`;

describe("transforms give what torchvision's give, after the same draws, and print alike", () => {
  test.each([...transforms, ...nested].map((row) => [title(row), row] as const))("%s", (_, row) => {
    const transform = makeRow(row);
    expect(transform.toString()).toBe(row.printed);
    torch.manual_seed(11);
    const before = images[row.image].clone();
    const result = transform(images[row.image]);
    const results = Array.isArray(result) ? result : [result];
    expect(torch.rand(1).item()).toBe(row.next);
    expect(results.map((each, i) => difference(each, row.results[i]!))).toEqual(results.map(() => null));
    expect(results).toHaveLength(row.results.length);
    expect(images[row.image].equal(before)).toBe(true);
  });
});

describe("functions of images give what torchvision's give", () => {
  test.each(
    functions.map((row) => [`${row.function}(${row.image}, ${JSON.stringify(row.args)})`, row] as const),
  )("%s", (_, row) => {
    const all = vision.transforms.functional as unknown as Readonly<
      Record<string, (...args: readonly unknown[]) => Tensor>
    >; // rows name functions
    const result = all[row.function]!(images[row.image], ...row.args.map((arg) => decodeArgument(arg)));
    expect(difference(result, row.result)).toBeNull();
  });
});

test.each(grids.map((row) => [row.image, row] as const))("the grid of %s is torchvision's", (image, row) => {
  const result = vision.utils.make_grid(images[image], row.kwargs);
  expect(difference(result, row.result)).toBeNull();
});

/** All bytes of a model's state, in order. */
function digestOf(state: Readonly<Record<string, Tensor>>): string {
  const digest = createHash("sha256");
  // The elements of contiguous tensors are typed arrays.
  for (const tensor of Object.values(state)) digest.update(readValues(tensor) as Float32Array);
  return digest.digest("hex");
}

describe("models are torchvision's", () => {
  test.each(models.map((row) => [row.model, row] as const))("%s", (name, row) => {
    torch.manual_seed(5);
    const model = vision.models[name]({ num_classes: 7 }).eval();
    const state = model.state_dict();
    expect(Object.entries(state).map(([key, { shape }]) => [key, [...shape]])).toEqual(row.layout);
    const scores = torch.no_grad(() => model(pixels(1, 3, row.size, row.size).div(255)));
    expect(differenceOfValues(scores, row.scores, { relative: 1e-3, absolute: 1e-5 })).toBeNull();
    expect(digestOf(state)).toBe(row.sha256);
  });
});
