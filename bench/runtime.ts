/**
 * Tensor operations against PyTorch on one thread, in turn: `npm run bench`. PyTorch runs in a child process of the Python that the variable PYTHON names
 * (`python3` unless set); without it, only our own figures are printed.
 */
import { once } from "node:events";
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import torch, { nn, optim } from "../runtime/index.ts";

interface Row {
  readonly name: string;
  /** How often the body runs in one measurement. */
  readonly repeat: number;
  readonly body: () => unknown;
  /** The same in Python: lines that prepare, and the body. */
  readonly python: { readonly prepare: string; readonly body: string };
}

function trainingStep(): () => void {
  const model = new nn.Sequential(new nn.Linear(64, 64), new nn.ReLU(), new nn.Linear(64, 10));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
  const loss = new nn.CrossEntropyLoss();
  const x = torch.randn(32, 64);
  const labels = torch.randint(10, [32]);
  return () => {
    optimizer.zero_grad();
    loss(model(x), labels).backward();
    optimizer.step();
  };
}

function rows(): Row[] {
  const small = torch.rand(10);
  const large = torch.rand(1_000_000);
  const matrix = torch.rand(256, 256);
  const tracked = torch.rand([10], { requires_grad: true });
  return [
    {
      name: "add, 10 elements",
      repeat: 2000,
      body: () => small.add(small),
      python: { prepare: "x = torch.rand(10)", body: "x + x" },
    },
    {
      name: "add, 10 elements, with backward",
      repeat: 500,
      body: () => tracked.add(tracked).sum().backward(),
      python: { prepare: "x = torch.rand(10, requires_grad=True)", body: "(x + x).sum().backward()" },
    },
    {
      name: "add, 1,000,000 elements",
      repeat: 5,
      body: () => large.add(large),
      python: { prepare: "x = torch.rand(1_000_000)", body: "x + x" },
    },
    {
      name: "exp, 1,000,000 elements",
      repeat: 3,
      body: () => large.exp(),
      python: { prepare: "x = torch.rand(1_000_000)", body: "x.exp()" },
    },
    {
      name: "sum, 1,000,000 elements",
      repeat: 5,
      body: () => large.sum(),
      python: { prepare: "x = torch.rand(1_000_000)", body: "x.sum()" },
    },
    {
      name: "matmul, 256 by 256",
      repeat: 2,
      body: () => matrix.matmul(matrix),
      python: { prepare: "x = torch.rand(256, 256)", body: "x @ x" },
    },
    {
      name: "training step, 64-64-10, batch 32",
      repeat: 10,
      body: trainingStep(),
      python: {
        prepare:
          "m = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10)); o = torch.optim.SGD(m.parameters(), lr=0.01); " +
          "l = torch.nn.CrossEntropyLoss(); x = torch.randn(32, 64); y = torch.randint(10, (32,))",
        body: "o.zero_grad(); l(m(x), y).backward(); o.step()",
      },
    },
  ];
}

const server = `
import sys, time, json
import torch
torch.set_num_threads(1)
print("ready " + torch.__version__, flush=True)
for line in sys.stdin:
    row = json.loads(line)
    space = {"torch": torch}
    exec(row["prepare"], space)
    body = compile(row["body"], "row", "exec")
    exec(body, space)
    start = time.perf_counter()
    for _ in range(row["repeat"]):
        exec(body, space)
    print((time.perf_counter() - start) / row["repeat"] * 1e6, flush=True)
`;

/** PyTorch in a process of its own. */
class Peer {
  readonly version: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;

  private constructor(child: ChildProcessWithoutNullStreams, lines: Interface, version: string) {
    this.#child = child;
    this.#lines = lines;
    this.version = version;
  }

  /** `null` where there is no Python with PyTorch. */
  static async start(): Promise<Peer | null> {
    const child = spawn(process.env["PYTHON"] ?? "python3", ["-c", server]);
    const lines = createInterface(child.stdout);
    const first = await Promise.race([once(lines, "line"), once(child, "exit"), once(child, "error")]);
    const text = String(first[0]);
    return text.startsWith("ready ") ? new Peer(child, lines, text.slice(6)) : null;
  }

  /** Microseconds for one run of the row's body. */
  async measure({ python, repeat }: Row): Promise<number> {
    this.#child.stdin.write(`${JSON.stringify({ ...python, repeat })}\n`);
    const [line] = await once(this.#lines, "line");
    return Number(line);
  }

  stop(): void {
    this.#child.stdin.end();
  }
}

function measureOurs({ body, repeat }: Row): number {
  body();
  const start = performance.now();
  for (let i = 0; i < repeat; i++) body();
  return ((performance.now() - start) / repeat) * 1000;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

const rounds = 9;
const peer = await Peer.start();
console.log(
  `Node ${process.versions.node}, PyTorch ${peer?.version ?? "not found (set PYTHON)"}; medians of ${rounds} rounds, one thread`,
);
console.log(
  `${"".padEnd(36)}${"typetorch µs".padStart(14)}${"PyTorch µs".padStart(14)}${"ratio".padStart(9)}`,
);
for (const row of rows()) {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(measureOurs(row));
    if (peer !== null) theirs.push(await peer.measure(row));
  }
  const [mine, other] = [median(ours), theirs.length > 0 ? median(theirs) : Number.NaN];
  console.log(
    `${row.name.padEnd(36)}${mine.toFixed(2).padStart(14)}${other.toFixed(2).padStart(14)}${(mine / other).toFixed(2).padStart(9)}`,
  );
}
peer?.stop();
