/**
 * The WebGL device against tfjs, used directly with its own engine on the same context, and against our CPU: `npx tsc -p tsconfig.bench.json && node build/bench/webgl.js`. With `--write` all rows are
 * measured, and their section of RESULTS.md is written.
 * Contestants take turns; a time is the median of all rounds, with all work done that was asked for. Where the processor draws, the time that its cores have worked says more than the clock on a busy machine: the ratio to
 * tfjs is given of both.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import type { Tensor4D, Tensor as TfTensor, Tensor2D } from "@tensorflow/tfjs-core";
import torch, { F, type Tensor } from "../runtime/index.ts";
import { webglContext } from "../runtime/backends/webgl/context/start.ts";
import { sleep } from "../runtime/backends/webgl/context/sleep.ts";
import { describeContext } from "../runtime/backends/webgl/context/description.ts";
import { textureOf } from "../runtime/backends/webgl/evaluate.ts";
import { WebGLStorage } from "../runtime/backends/webgl/storage.ts";
import { duration, pad, ratioText, table } from "./format.ts";
import { webglTitle, withSection } from "./section.ts";
import { median } from "./statistics.ts";

const context = webglContext();
const tf = context.core;
const gl = context.gl as typeof context.gl & { finish(): void };
tf.registerBackend("webgl", () => context.backend);
await tf.setBackend("webgl");

/** Does all of the work that a tensor stands for. */
function settle(tensor: Tensor): void {
  const { storage } = tensor;
  if (storage instanceof WebGLStorage) textureOf(storage.value);
}

/** One thing to be measured: a body for each contestant, which gives what it computed. */
interface Row {
  readonly name: string;
  readonly ours: (device: string) => () => readonly Tensor[];
  readonly tfjs: () => () => TfTensor | TfTensor[];
}

const contestants = ["webgl", "tfjs", "cpu"] as const;
type Contestant = (typeof contestants)[number];

/** A run of a contestant's body, up to the end of the work. */
function runnerOf(row: Row, contestant: Contestant): () => void {
  if (contestant === "tfjs") {
    const body = row.tfjs();
    return () => {
      tf.dispose(body());
      gl.finish();
    };
  }
  const body = row.ours(contestant);
  return () => {
    for (const result of body()) {
      settle(result);
      // As tfjs's are: what nobody says is found by a sweep, which belongs to another measurement.
      if (!result.requires_grad) result.storage.release();
    }
    if (contestant === "webgl") gl.finish();
  };
}

const [rounds, target] = [9, 20];
/** Milliseconds after which threads that have nothing to do are asleep. */
const pause = 5;

/** How often a body runs in a round, so that a round takes some 20 ms. */
function calibrate(run: () => void): number {
  run();
  run();
  const start = performance.now();
  run();
  return Math.max(1, Math.min(100, Math.ceil(target / (performance.now() - start))));
}

/** Microseconds by the clock, and of work by all threads of this process. */
interface Time {
  readonly clock: number;
  readonly work: number;
}

function timeOf(run: () => void, repeats: number): Time {
  const [start, before] = [performance.now(), process.cpuUsage()];
  for (let repeat = 0; repeat < repeats; repeat++) run();
  const clock = (performance.now() - start) * 1000;
  const { user, system } = process.cpuUsage(before);
  return { clock: clock / repeats, work: (user + system) / repeats };
}

/** What was measured of a row: our time over tfjs's by the clock and in work, over our CPU's by the clock, and the three times by the clock. */
interface Measured {
  readonly name: string;
  readonly ratios: readonly number[];
  readonly clocks: readonly number[];
}

function measure(row: Row): Measured {
  const runs = contestants.map((contestant) => runnerOf(row, contestant));
  const repeats = runs.map(calibrate);
  const times: Time[][] = runs.map(() => []);
  for (let round = 0; round < rounds; round++)
    // Now one is first, now the other: who comes after the CPU's threads may meet them still awake.
    for (const who of round % 2 === 0 ? [0, 1, 2] : [1, 0, 2]) {
      sleep(pause);
      times[who]!.push(timeOf(runs[who]!, repeats[who]!));
    }
  const clocks = times.map((own) => median(own.map(({ clock }) => clock)));
  const works = times.map((own) => median(own.map(({ work }) => work)));
  const ratios = [clocks[0]! / clocks[1]!, works[0]! / works[1]!, clocks[0]! / clocks[2]!];
  const figures = clocks.map((time) => pad(duration(time), 10, true));
  console.log(
    `${pad(row.name, 36, false)}${ratios.map((ratio) => pad(ratioText(ratio), 8, true)).join("")}${figures.join("")}`,
  );
  return { name: row.name, ratios, clocks };
}

/** The same numbers for every contestant. */
function numbers(shape: readonly number[], seed: number): Float32Array {
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) =>
    Math.sin(i * 12.9898 + seed),
  );
}

function own(device: string, shape: readonly number[], seed: number): Tensor {
  const tensor = torch.tensor(numbers(shape, seed)).reshape(shape).to(device);
  settle(tensor);
  return tensor;
}

function product(size: number): Row {
  const shape = [size, size];
  return {
    name: `matmul ${size} × ${size}`,
    ours: (device) => {
      const [a, b] = [own(device, shape, 1), own(device, shape, 2)];
      return () => [a.matmul(b)];
    },
    tfjs: () => {
      const [a, b] = [tf.tensor(numbers(shape, 1), shape), tf.tensor(numbers(shape, 2), shape)];
      return () => tf.matMul(a, b);
    },
  };
}

/** Images N × C × H × W, kernels O × C × K × K; tfjs has channels last, as its kernels are best at. */
function convolution(
  name: string,
  [n, c, h]: readonly number[],
  [o, k]: readonly number[],
  padding: number,
): Row {
  return {
    name,
    ours: (device) => {
      const [input, weight] = [own(device, [n!, c!, h!, h!], 1), own(device, [o!, c!, k!, k!], 2)];
      return () => [F.conv2d(input, weight, null, 1, padding)];
    },
    tfjs: () => {
      const input = tf.tensor(numbers([n!, h!, h!, c!], 1), [n!, h!, h!, c!]) as Tensor4D;
      const weight = tf.tensor(numbers([k!, k!, c!, o!], 2), [k!, k!, c!, o!]) as Tensor4D;
      return () => tf.conv2d(input, weight, 1, padding === 0 ? "valid" : "same");
    },
  };
}

function ownChain(x: Tensor, y: Tensor, steps: number): Tensor {
  let result = x;
  for (let step = 0; step < steps; step += 5) result = result.mul(2).add(1).relu().mul(y).sub(x);
  return result;
}

function tfChain(x: TfTensor, y: TfTensor, steps: number): TfTensor {
  return tf.tidy(() => {
    let result = x;
    for (let step = 0; step < steps; step += 5)
      result = tf.sub(tf.mul(tf.relu(tf.add(tf.mul(result, 2), 1)), y), x);
    return result;
  });
}

function chain(steps: number): Row {
  const shape = [1024, 1024];
  return {
    name: `${steps} pointwise operators of 1 M`,
    ours: (device) => {
      const [x, y] = [own(device, shape, 1), own(device, shape, 2)];
      return () => [ownChain(x, y, steps)];
    },
    tfjs: () => {
      const [x, y] = [tf.tensor(numbers(shape, 1), shape), tf.tensor(numbers(shape, 2), shape)];
      return () => tfChain(x, y, steps);
    },
  };
}

const [batch, inputs, hidden, classes, rate] = [64, 784, 256, 10, 0.01];

function ownStep(device: string): () => readonly Tensor[] {
  const [x, w1, w2] = [
    own(device, [batch, inputs], 1),
    own(device, [hidden, inputs], 2),
    own(device, [classes, hidden], 3),
  ];
  const labels = torch.arange(batch).remainder(classes).to(device);
  const [b1, b2] = [torch.zeros([hidden], { device }), torch.zeros([classes], { device })];
  const parameters = [w1, b1, w2, b2].map((tensor) => tensor.mul(0.05).detach().requires_grad_());
  const optimizer = new torch.optim.SGD(parameters, { lr: rate });
  const [weight1, bias1, weight2, bias2] = parameters as [Tensor, Tensor, Tensor, Tensor]; // as many as were made
  return () => {
    optimizer.zero_grad();
    const loss = F.cross_entropy(F.linear(F.linear(x, weight1, bias1).relu(), weight2, bias2), labels);
    loss.backward();
    optimizer.step();
    return [loss, ...parameters];
  };
}

/** tfjs's derivatives come with another package: the step is written out, with as few operations as it takes. */
function tfStep(): () => TfTensor[] {
  const x = tf.tensor(numbers([batch, inputs], 1), [batch, inputs]) as Tensor2D;
  let [w1, w2] = [
    tf.mul(tf.tensor(numbers([inputs, hidden], 2), [inputs, hidden]), 0.05),
    tf.mul(tf.tensor(numbers([hidden, classes], 3), [hidden, classes]), 0.05),
  ];
  let [b1, b2]: TfTensor[] = [tf.zeros([hidden]), tf.zeros([classes])];
  const wanted = tf.oneHot(
    Array.from({ length: batch }, (_, i) => i % classes),
    classes,
  );
  return () => {
    const old = [w1, b1, w2, b2] as TfTensor[]; // as many as named
    const results = tf.tidy(() => {
      const h = tf.fused.matMul({ a: x, b: w1 as Tensor2D, bias: b1!, activation: "relu" }) as Tensor2D;
      const p = tf.softmax(tf.fused.matMul({ a: h, b: w2 as Tensor2D, bias: b2! }));
      const loss = tf.div(tf.neg(tf.sum(tf.mul(wanted, tf.log(p)))), batch);
      const g = tf.div(tf.sub(p, wanted), batch) as Tensor2D;
      const gh = tf.mul(tf.matMul(g, w2 as Tensor2D, false, true), tf.step(h)) as Tensor2D;
      const gradients = [tf.matMul(x, gh, true), tf.sum(gh, 0), tf.matMul(h, g, true), tf.sum(g, 0)];
      return [loss, ...gradients.map((gradient, i) => tf.sub(old[i]!, tf.mul(gradient, rate)))];
    });
    [w1, b1, w2, b2] = results.slice(1) as [TfTensor, TfTensor, TfTensor, TfTensor]; // one for each gradient
    tf.dispose(old);
    return [results[0]!];
  };
}

const rows: readonly Row[] = [
  product(256),
  product(512),
  product(1024),
  convolution("conv 3 × 3, 8 × 32 × 28 × 28, 32", [8, 32, 28], [32, 3], 1),
  convolution("conv 3 × 3, 4 × 64 × 14 × 14, 128", [4, 64, 14], [128, 3], 1),
  convolution("conv 5 × 5, 64 × 1 × 28 × 28, 6", [64, 1, 28], [6, 5], 0),
  convolution("conv 5 × 5, 64 × 6 × 12 × 12, 16", [64, 6, 12], [16, 5], 0),
  { name: "MLP 784-256-10, SGD step", ours: ownStep, tfjs: tfStep },
  chain(5),
  chain(10),
];

/** The section of the page of results. */
function sectionFor(measured: readonly Measured[], load: number): string {
  const surroundings = `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} cores, load ${load.toFixed(1)}, Node ${process.versions.node}`;
  const head = ["", "of tfjs's time", "of its work", "of our CPU's time", "WebGL", "tfjs", "CPU"];
  const cells = measured.map(({ name, ratios, clocks }) => [
    name,
    ...ratios.map(ratioText),
    ...clocks.map(duration),
  ]);
  return [
    `## ${webglTitle}`,
    `Written by \`node build/bench/webgl.js --write\`: ${surroundings}. ${describeContext(context.description)}.`,
    "The device against tfjs, used directly on the same context, and against our kernels for the CPU: medians of nine rounds in turn. Work is the time of all threads, which says more than the clock where the " +
      "processor draws and has other things to do.",
    table(head, cells),
  ].join("\n\n");
}

const page = "bench/RESULTS.md";
const asked = process.argv.slice(2);
const isWritten = asked.includes("--write");
const wanted = isWritten ? [] : asked;
const [load = Number.NaN] = loadavg();
console.log(describeContext(context.description));
console.log(
  `${pad("", 36, false)}${["/ tfjs", "work", "/ CPU"].map((head) => pad(head, 8, true)).join("")}${["ours", "tfjs", "CPU"].map((head) => pad(head, 10, true)).join("")}`,
);
const measured = rows
  .filter(({ name }) => wanted.length === 0 || wanted.some((text) => name.includes(text)))
  .map(measure);
if (isWritten)
  writeFileSync(page, withSection(readFileSync(page, "utf8"), webglTitle, sectionFor(measured, load)));
process.exit(0);
