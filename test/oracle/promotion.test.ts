import { expect, test } from "vitest";
import torch, { F, Tensor } from "../../runtime/index.ts";
import { DType, dtypes, type DTypeName } from "../../runtime/dtype.ts";
import { readOracle } from "./data.ts";

interface Answers {
  /** What each letter of a row stands for: a dtype, the name of an error, or a truth value. */
  readonly letters: Readonly<Record<string, string>>;
  /** A row for each left operand, a letter for each right one. */
  readonly binary: readonly Grid[];
  readonly tensors: readonly Grid[];
  readonly inPlace: readonly Grid[];
  readonly unary: readonly { readonly name: string; readonly row: string }[];
  /** Sums of one dtype, written into each. */
  readonly out: readonly string[];
  readonly defaults: readonly Readonly<Record<string, string>>[];
}

interface Grid {
  readonly name: string;
  readonly rows: readonly string[];
}

type Call = (...args: never[]) => unknown;

const { letters, ...answers } = readOracle<Answers>("promotion.json");

const order: readonly DTypeName[] = [
  "bool",
  "uint8",
  "int8",
  "int16",
  "int32",
  "int64",
  "float16",
  "bfloat16",
  "float32",
  "float64",
];

function dimensioned(dtype: DType): Tensor {
  return torch.tensor([3n, 1n]).to(dtype);
}

function single(dtype: DType): Tensor {
  return torch.tensor(2n).to(dtype);
}

type Operand = () => Tensor | number | boolean;

const tensors: readonly Operand[] = [dimensioned, single].flatMap((make) =>
  order.map((name) => () => make(dtypes[name])),
);
const withNumbers: readonly Operand[] = [...tensors, () => 2, () => 2.5, () => true];

function flat(x: Tensor): Tensor {
  return x.reshape([-1]);
}

function matrix(x: Tensor): Tensor {
  return x.ndim > 0 ? x.reshape([-1, 1]).expand([-1, 2]) : x.expand([2, 2]);
}

const first = torch.tensor([0n]);

/** The calls that are not those of an operator's name. */
const special: Readonly<Record<string, Call>> = {
  cat: (x: Tensor, y: Tensor) => torch.cat([flat(x), flat(y)]),
  stack: (x: Tensor, y: Tensor) => torch.stack([x, y]),
  where: (x: Tensor, y: Tensor) => torch.where(torch.tensor([true, false]), x, y),
  clamp_both: (x: Tensor, y: Tensor) => torch.clamp(x, y, y),
  clamp_min: (x: Tensor, y: Tensor) => torch.clamp(x, { min: y }),
  addcmul: (x: Tensor, y: Tensor) => torch.addcmul(x, y, y),
  addcdiv: (x: Tensor, y: Tensor) => torch.addcdiv(x, y, y),
  lerp: (x: Tensor, y: Tensor) => torch.lerp(x, y, 0.5),
  lerp_tensor: (x: Tensor, y: Tensor) => torch.lerp(x, x, y),
  matmul: (x: Tensor, y: Tensor) => torch.matmul(matrix(x), matrix(y)),
  mm: (x: Tensor, y: Tensor) => torch.mm(matrix(x), matrix(y)),
  mse_loss: (x: Tensor, y: Tensor) => F.mse_loss(x, y),
  max_two: torch.max,
  equal_dtype: (x: Tensor, y: Tensor) => x.type_as(y),
  outer: (x: Tensor, y: Tensor) => torch.outer(flat(x), flat(y)),
  cross: (x: Tensor, y: Tensor) =>
    torch.linalg.cross(x.reshape([-1, 1]).expand([-1, 3]), y.reshape([-1, 1]).expand([-1, 3])),
  cdist: (x: Tensor, y: Tensor) => torch.cdist(matrix(x), matrix(y)),
  div_floor: (x: Tensor, y: Tensor) => torch.div(x, y, { rounding_mode: "floor" }),
  div_trunc: (x: Tensor, y: Tensor) => torch.div(x, y, { rounding_mode: "trunc" }),
  promote_types: (x: Tensor, y: Tensor) => torch.promote_types(x.dtype, y.dtype),
  can_cast: (x: Tensor, y: Tensor) => torch.can_cast(x.dtype, y.dtype),
  index_add: (x: Tensor, y: Tensor) =>
    flat(x)
      .clone()
      .index_add(0, first, flat(y).narrow(0, 0, 1)),
  masked_fill: (x: Tensor, y: Tensor) => x.masked_fill(torch.tensor(true), flat(y).select(0, 0)),
  index_put: (x: Tensor, y: Tensor) =>
    flat(x)
      .clone()
      .index_put([first], flat(y).narrow(0, 0, 1)),
  norm: (x: Tensor) => torch.linalg.vector_norm(x),
  softmax: (x: Tensor) => torch.softmax(x, 0),
  cumsum: (x: Tensor) => torch.cumsum(x, 0),
  cumprod: (x: Tensor) => torch.cumprod(x, 0),
  cummax: (x: Tensor) => torch.cummax(x, 0)[0],
  logsumexp: (x: Tensor) => torch.logsumexp(x, 0),
  // oxlint-disable-next-line unicorn/no-array-sort -- a tensor is no array: its sort gives new tensors
  sort: (x: Tensor) => x.sort()[0],
  mode: (x: Tensor) => torch.mode(x)[0],
  std_mean: (x: Tensor) => torch.std_mean(x)[0],
  aminmax: (x: Tensor) => torch.aminmax(x)[0],
  clamp_number: (x: Tensor) => torch.clamp(x, 0.5, 1.5),
  div_number: (x: Tensor) => torch.div(x, 2),
  floor_divide_number: (x: Tensor) => torch.floor_divide(x, 2.5),
  pow_fraction: (x: Tensor) => torch.pow(x, 0.5),
  gelu: F.gelu,
  leaky_relu: F.leaky_relu,
  elu: F.elu,
  dropout: F.dropout,
  full_like: (x: Tensor) => torch.full_like(x, 1.5),
  to_fraction: (x: Tensor) => x.add(0.5),
  inverse: (x: Tensor) => torch.linalg.inv(matrix(x).add(torch.eye(2))),
  float_number_: (x: Tensor) => x.add_(0.5),
  clamp_fraction_: (x: Tensor) => x.clamp_({ min: 0.5 }),
};

function lookUp(owner: unknown, name: string): Call {
  // Rows name functions and methods that only the test run can look up.
  const found = (owner as Readonly<Record<string, Call | undefined>>)[name];
  if (found === undefined) throw new Error(`${name} does not exist`);
  return found;
}

function call(name: string, args: readonly unknown[]): unknown {
  const method = name.endsWith("_") && !(name in special);
  const found = special[name] ?? lookUp(method ? args[0] : torch, name);
  return method ? found.apply(args[0], args.slice(1) as never[]) : found(...(args as never[])); // each takes what its rows give
}

/** The name of the result's dtype or of the error. */
function attempt(action: () => unknown): string {
  try {
    const result = action();
    if (result instanceof Tensor) return result.dtype.name;
    if (result instanceof DType) return result.name;
    return result === true ? "True" : "False";
  } catch (error) {
    return error instanceof Error && error.message.endsWith("does not exist")
      ? error.message
      : (error as Error).name;
  }
}

function words(row: string): string[] {
  return [...row].map((letter) => letters[letter]!);
}

function describe(operand: Operand): string {
  const value = operand();
  return value instanceof Tensor ? `${value.dtype.name}${value.ndim > 0 ? "[2]" : "[]"}` : String(value);
}

/** Everything that a grid gives otherwise than PyTorch. */
function wrongIn({ name, rows }: Grid, rights: readonly Operand[]): string[] {
  return rows.flatMap((row, i) => {
    const expected = words(row);
    return rights.flatMap((right, j) => {
      const left = tensors[i]!;
      const got = attempt(() => call(name, [left(), right()]));
      return got === expected[j]
        ? []
        : [`${name}(${describe(left)}, ${describe(right)}): got ${got}, PyTorch ${expected[j]}`];
    });
  });
}

test.each(answers.binary)("$name promotes every pair of operands, numbers included, as PyTorch", (grid) => {
  expect(wrongIn(grid, withNumbers)).toEqual([]);
});

test.each(answers.tensors)("$name promotes every pair of tensors as PyTorch", (grid) => {
  expect(wrongIn(grid, tensors)).toEqual([]);
});

test.each(answers.inPlace)("$name writes into every dtype that PyTorch lets it write into", (grid) => {
  expect(wrongIn(grid, withNumbers)).toEqual([]);
});

test.each(answers.unary)("$name gives PyTorch's dtype for every dtype", ({ name, row }) => {
  expect(order.map((dtype) => attempt(() => call(name, [dimensioned(dtypes[dtype])])))).toEqual(words(row));
});

/** A sum of one dtype into a tensor of another. */
function sumInto(from: DTypeName, to: DTypeName): unknown {
  const x = dimensioned(dtypes[from]);
  // The type of an operator does not say that its function takes a target.
  const add = torch.add as (...args: unknown[]) => Tensor;
  return add(x, x, { out: torch.zeros([2], { dtype: dtypes[to] }) });
}

test("results are written into tensors of the dtypes that PyTorch lets them be written into", () => {
  for (const [i, row] of answers.out.entries())
    expect(order.map((to) => attempt(() => sumInto(order[i]!, to)))).toEqual(words(row));
});

test.each(answers.defaults)(
  "numbers follow the default dtype $dtype as in PyTorch",
  ({ dtype, exp, ...rows }) => {
    const before = torch.get_default_dtype();
    torch.set_default_dtype(dtypes[dtype as DTypeName]);
    try {
      for (const [name, row] of Object.entries(rows)) {
        const got = order.flatMap((each) =>
          [torch.tensor(2.5, { dtype: torch.float32 }), 2.5].map((other) =>
            attempt(() => call(name, [dimensioned(dtypes[each]), other])),
          ),
        );
        expect(got).toEqual(words(row));
      }
      expect(order.map((each) => attempt(() => torch.exp(dimensioned(dtypes[each]))))).toEqual(words(exp!));
    } finally {
      torch.set_default_dtype(before);
    }
  },
);
