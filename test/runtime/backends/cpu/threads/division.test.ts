/** Divides work anywhere, on one thread: what a kernel gives must not depend on where. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import torch, { Tensor } from "../../../../../runtime/index.ts";
import type { OperatorFacts } from "../../../../../runtime/operator.ts";
import * as functions from "../../../../../runtime/ops/functions.ts";
import * as internal from "../../../../../runtime/ops/internal.ts";
import * as methods from "../../../../../runtime/ops/methods.ts";
import type { KernelModule } from "../../../../../runtime/backends/cpu/wasm/kernelModule.ts";
import type { Task } from "../../../../../runtime/backends/cpu/threads/task.ts";
import { bitsOf } from "./bits.ts";
import { calls } from "./calls.ts";

const division = vi.hoisted(() => ({ pieces: 1, seed: 0 }));

/** The ranges that `total` units are divided into, in an order as threads might take them. */
function ranges(total: number): (readonly [number, number])[] {
  const fraction = (): number =>
    (division.seed = (division.seed * 16_807 + 1) % 2_147_483_647) / 2_147_483_647;
  const cuts = Array.from({ length: division.pieces - 1 }, () => Math.floor(fraction() * (total + 1)));
  const bounds = [0, ...cuts, total].toSorted((a, b) => a - b);
  const all = bounds.slice(1).map((end, i) => [bounds[i]!, end] as const);
  return all.filter(([begin, end]) => begin < end || total === 0).toReversed();
}

vi.mock("../../../../../runtime/backends/cpu/threads/parallel.ts", () => ({
  runKernel: (module: KernelModule, name: string, total: number, _grain: number, args: readonly number[]) => {
    for (const [begin, end] of ranges(total)) module.functions[name]!(begin, end, ...args);
  },
  runTask: (task: Task, total: number, _grain: number, args: readonly number[]) => {
    for (const [begin, end] of ranges(total)) task.run(begin, end, args);
  },
}));

type Callable = OperatorFacts & ((...args: unknown[]) => unknown);

// The table's operators have many signatures; samples call them by their run-time form.
const table = Object.values({ ...methods, ...functions, ...internal }) as unknown as Callable[];

/** The same arguments, with tensors of float32 in place of float64, for which there are more kernels. */
function asFloat32(arg: unknown): unknown {
  if (arg instanceof Tensor)
    return arg.dtype.name === "float64" ? arg.detach().float().requires_grad_(arg.requires_grad) : arg;
  return Array.isArray(arg) ? arg.map(asFloat32) : arg;
}

function tensorsIn(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  return Array.isArray(value) ? value.flatMap(tensorsIn) : [];
}

/** What a call gives, and the gradients of its inputs. */
function resultsOf(operator: Callable, args: readonly unknown[]): string[] {
  torch.manual_seed(0);
  const results = tensorsIn(operator(...args));
  const [first] = results;
  const inputs = tensorsIn(args).filter((input) => input.requires_grad);
  for (const input of inputs) input.grad = null;
  if (first?.requires_grad) first.sum().backward();
  return [...results, ...inputs.flatMap(({ grad }) => grad ?? [])].map(bitsOf);
}

/** Calls with the work in one piece, and then in several, of which some are empty where there is little. */
function expectSameBits(call: () => string[]): void {
  division.pieces = 1;
  const whole = call();
  division.pieces = 4;
  expect(call()).toEqual(whole);
}

beforeEach(() => {
  division.seed = 1;
});

describe.each(table.map((operator) => ({ name: operator.operatorName, operator })))(
  "$name",
  ({ operator }) => {
    test("gives the same bits however its work is divided", () => {
      expect.assertions(operator.samples.length * 2);
      for (const sample of operator.samples) {
        expectSameBits(() => resultsOf(operator, sample()));
        // Bytes that are read as another dtype are as many as they are.
        const convert = operator.operatorName === "view" ? (arg: unknown): unknown => arg : asFloat32;
        expectSameBits(() => resultsOf(operator, sample().map(convert)));
      }
    });
  },
);

test.each(calls)("%s gives the same bits however its work is divided", (_name, call) => {
  expect.assertions(1);
  expectSameBits(() => call().map(bitsOf));
});
