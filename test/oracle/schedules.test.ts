/** Learning-rate schedulers against PyTorch's: the rates and momenta of every step, and the state that would be saved. */
import { expect, test } from "vitest";
import torch, { nn, optim } from "../../runtime/index.ts";
import { readOracle } from "./data.ts";

const { lr_scheduler } = optim;

interface ScheduleRow {
  readonly scheduler: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
  /** The schedulers of which it is made. */
  readonly inner?: readonly (readonly [name: string, args: Readonly<Record<string, unknown>>])[];
  readonly milestones?: readonly number[] | null;
  readonly optimizer: "SGD" | "Adam";
  /** How many steps without an argument, or the arguments of each. */
  readonly steps: number | readonly (readonly number[])[];
  /** The learning rates of both groups: at the beginning, and after each step. */
  readonly rates: readonly (readonly number[])[];
  readonly momenta?: readonly number[];
  readonly state: Readonly<Record<string, unknown>>;
}

const { schedules } = readOracle<{ schedules: ScheduleRow[] }>("schedules.json");

/** Any scheduler, by the name that only the test run knows. */
interface AnyScheduler {
  new (...args: readonly unknown[]): optim.lr_scheduler.LRScheduler;
}

const all = { ...lr_scheduler, SWALR: optim.swa_utils.SWALR } as unknown as Readonly<
  Record<string, AnyScheduler>
>; // rows name schedulers

const functions: Readonly<Record<string, (epoch: number) => number>> = {
  power: (epoch) => 0.95 ** epoch,
  thirds: (epoch) => 1 / (1 + Math.floor(epoch / 3)),
};

type AnyOptimizer = optim.Optimizer<{ lr: number }>;

function makeOptimizer(name: ScheduleRow["optimizer"]): AnyOptimizer {
  const groups = [
    { params: [new nn.Parameter(torch.ones(2))] },
    { params: [new nn.Parameter(torch.ones(2))], lr: 0.02 },
  ];
  return name === "Adam"
    ? new optim.Adam(groups, { lr: 0.1 })
    : new optim.SGD(groups, { lr: 0.1, momentum: 0.5 });
}

function decoded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decoded);
  return typeof value === "string" ? (functions[value] ?? value) : value;
}

function named(args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, decoded(value)]));
}

function make(row: ScheduleRow, optimizer: AnyOptimizer): optim.lr_scheduler.LRScheduler {
  if (row.inner === undefined) return new all[row.scheduler]!(optimizer, named(row.arguments ?? {}));
  const inner = row.inner.map(([name, args]) => new all[name]!(optimizer, named(args)));
  return row.milestones
    ? new all[row.scheduler]!(optimizer, inner, row.milestones)
    : new all[row.scheduler]!(inner);
}

function momentumOf(group: object): number {
  if ("betas" in group) return (group.betas as readonly [number, number])[0]; // Adam's
  return "momentum" in group ? Number(group.momentum) : NaN;
}

/** Numbers with the digits that do not depend on how a library rounds cosines and powers. */
function rounded(value: unknown): unknown {
  if (typeof value === "number") return Number(value.toPrecision(11));
  if (value === "inf") return Infinity;
  if (value === "-inf") return -Infinity;
  if (value instanceof Map) return rounded([...value]);
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, rounded(item)]));
  return value;
}

function error(got: number, expected: number): number {
  return got === expected ? 0 : Math.abs(got - expected) / Math.max(Math.abs(expected), 1e-12);
}

test.each(
  schedules.map((row) => ({
    row,
    title: `${row.scheduler} ${JSON.stringify(row.arguments ?? row.inner)} of ${row.optimizer}`,
  })),
)("$title goes through PyTorch's learning rates", ({ row }) => {
  const optimizer = makeOptimizer(row.optimizer);
  const scheduler = make(row, optimizer);
  const [rates, momenta]: [number[][], number[]] = [[], []];
  const note = (): void => {
    rates.push(optimizer.param_groups.map(({ lr }) => lr));
    momenta.push(momentumOf(optimizer.param_groups[0]!)); // there are two
    expect(scheduler.get_last_lr()).toEqual(rates.at(-1));
  };
  note();
  const steps = typeof row.steps === "number" ? Array.from({ length: row.steps }, () => []) : row.steps;
  for (const args of steps) {
    optimizer.step();
    scheduler.step(...args);
    note();
  }
  const errors = row.rates.flatMap((pair, i) =>
    pair.map((expected, group) => error(rates[i]![group]!, expected)),
  );
  expect(Math.max(...errors)).toBeLessThan(1e-12);
  const momentumErrors = (row.momenta ?? []).map((expected, i) => error(momenta[i]!, expected));
  expect(Math.max(0, ...momentumErrors)).toBeLessThan(1e-12);
  expect(rounded(scheduler.state_dict())).toEqual(rounded(row.state));
});
