import { describe, expect, test } from "vitest";
import {
  multiplyWith,
  type Finish,
  type MatrixPlace,
} from "../../../../../runtime/backends/cpu/gemm/multiply.ts";
import {
  kernels as kernelsOf,
  tileName,
  type ProductKernels,
} from "../../../../../runtime/backends/cpu/gemm/kernels.ts";
import { heapMemory, withTemporary } from "../../../../../runtime/backends/cpu/memory/heap.ts";

type Layout = "rows" | "columns" | "strided" | "repeated";
interface Case {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly left?: Layout;
  readonly right?: Layout;
  readonly finish?: Omit<Finish, "bias">;
}

/** What lies behind each row of the output, where nothing may be written. */
const guard = 12345;

/** Enough numbers for a matrix in every layout. */
function length(n: number, m: number): number {
  return 2 * (n + 1) * (m + 1) + 8;
}

type Numbers = Float32Array | Float64Array;

/** Numbers in the heap. */
function numbersAt(kernels: ProductKernels, address: number, length: number): Numbers {
  const { buffer } = heapMemory;
  return kernels.precision.name === "float32"
    ? new Float32Array(buffer, address, length)
    : new Float64Array(buffer, address, length);
}

function placeOf(address: number, layout: Layout, rows: number, columns: number): MatrixPlace {
  if (layout === "rows") return { address, row: columns, column: 1 };
  if (layout === "columns") return { address, row: 1, column: rows };
  if (layout === "repeated") return { address, row: 0, column: 1 };
  return { address, row: 2 * columns + 1, column: 2 };
}

function at(array: ArrayLike<number>, place: MatrixPlace, row: number, column: number): number {
  return array[row * place.row + column * place.column]!;
}

/** Multiplies with the kernels, and in float64, and compares; also what lies between and behind the output's rows. Lists what is wrong. */
function mistakesIn(kernels: ProductKernels, c: Case): string[] {
  const mistakes: string[] = [];
  const { bytes, name } = kernels.precision;
  const { rows, columns, inner, left: leftLayout = "rows", right: rightLayout = "rows" } = c;
  const total =
    length(rows, inner) + length(inner, columns) + length(rows, columns + 3) + rows + columns + 16;
  withTemporary(total * bytes, (base) => {
    let next = base;
    const take = (count: number): { address: number; array: Numbers } => {
      const address = next;
      next += count * bytes;
      return { address, array: numbersAt(kernels, address, count) };
    };
    const a = take(length(rows, inner));
    const b = take(length(inner, columns));
    const o = take(length(rows, columns + 3));
    const bias = take(rows + columns + 8);
    for (const [seed, { array }] of [a, b, bias].entries())
      for (let i = 0; i < array.length; i++) array[i] = Math.sin(i * 12.9898 + seed) * 2;
    o.array.fill(guard);
    const left = placeOf(a.address, leftLayout, rows, inner);
    const right = placeOf(b.address, rightLayout, inner, columns);
    const output = { address: o.address, row: columns + 3, column: 1 };
    const finish = c.finish ?? {};
    multiplyWith(kernels, rows, columns, inner, left, right, output, {
      ...finish,
      ...(finish.biasOf === undefined ? {} : { bias: bias.address }),
    });
    const tolerance = (name === "float32" ? 2 ** -22 : 2 ** -50) * (1 + Math.sqrt(inner)) * 4;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let expected = finish.accumulate === true ? guard : 0;
        let size = Math.abs(expected);
        for (let p = 0; p < inner; p++) {
          const term = at(a.array, left, i, p) * at(b.array, right, p, j);
          expected += term;
          size = Math.max(size, Math.abs(term), Math.abs(expected));
        }
        if (finish.biasOf !== undefined) expected += bias.array[finish.biasOf === "rows" ? i : j]!;
        if (finish.relu === true) expected = Math.max(expected, 0);
        const got = at(o.array, output, i, j);
        if (!(Math.abs(got - expected) <= tolerance * (1 + size)))
          mistakes.push(`[${i}, ${j}] of ${JSON.stringify(c)}: expected ${expected}, got ${got}`);
      }
      for (let j = columns; j < columns + 3; j++)
        if (at(o.array, output, i, j) !== guard)
          mistakes.push(`wrote behind row ${i} of ${JSON.stringify(c)}`);
    }
  });
  return mistakes;
}

const all = Object.values(kernelsOf)
  .flat()
  .map((kernels) => ({
    kernels,
    label: `${kernels.precision.name} ${tileName(kernels.shape)}`,
  }));
const layouts: readonly Layout[] = ["rows", "columns", "strided"];
const layoutPairs = layouts.flatMap((left) => layouts.map((right) => ({ left, right })));

describe.each(all)("the product with $label tiles", ({ kernels }) => {
  const mistakes = (cases: readonly Case[]): string[] => cases.flatMap((c) => mistakesIn(kernels, c));

  test("is right for every small size, so that every part of a tile is met", () => {
    const cases: Case[] = [];
    for (let rows = 0; rows <= 9; rows++)
      for (let columns = 0; columns <= 17; columns++)
        cases.push({ rows, columns, inner: (rows + columns) % 7 });
    expect(mistakes(cases)).toEqual([]);
  });

  test.each(layoutPairs)(
    "is right for $left times $right, for inner sizes around steps and blocks",
    (pair) => {
      const inners = [0, 1, 2, 3, 4, 5, 7, 8, 255, 256, 257, 512, 515];
      const { left, right } = pair;
      expect(mistakes(inners.map((inner) => ({ rows: 7, columns: 11, inner, left, right })))).toEqual([]);
    },
  );

  test.each(layoutPairs)("is right for $left times $right, where blocks are packed", (pair) => {
    const sizes = [
      { rows: 33, columns: 65, inner: 63 },
      { rows: 250, columns: 31, inner: 17 },
      { rows: 49, columns: 300, inner: 20 },
      { rows: 63, columns: 63, inner: 300 },
    ];
    expect(mistakes(sizes.map((size) => Object.assign(size, pair)))).toEqual([]);
  });

  test("repeats a row that has stride 0", () => {
    const repeated = { left: "repeated", right: "repeated" } as const;
    expect(mistakes([{ rows: 9, columns: 9, inner: 9, ...repeated }])).toEqual([]);
    expect(mistakes([{ rows: 40, columns: 150, inner: 40, ...repeated }])).toEqual([]);
  });

  test("adds to the output, a bias for each column or row, and cuts off at 0", () => {
    const cases: Case[] = [];
    for (const accumulate of [false, true])
      for (const biasOf of ["columns", "rows"] as const)
        for (const relu of [false, true]) {
          const finish = { accumulate, biasOf, relu };
          cases.push(
            { rows: 7, columns: 13, inner: 3, finish },
            { rows: 9, columns: 10, inner: 300, finish },
          );
          cases.push(
            { rows: 70, columns: 70, inner: 0, finish },
            { rows: 13, columns: 150, inner: 9, finish },
          );
        }
    expect(mistakes(cases)).toEqual([]);
  });

  test("is right where the columns need several blocks", () => {
    expect(mistakes([{ rows: 5, columns: 1030, inner: 3, right: "columns" }])).toEqual([]);
    expect(mistakes([{ rows: 33, columns: 1500, inner: 2 }])).toEqual([]);
  });
});

test("every tile shape gives the same bits", () => {
  const [rows, columns, inner] = [37, 45, 700];
  for (const list of Object.values(kernelsOf)) {
    const results = list.map((kernels) => {
      const { bytes } = kernels.precision;
      return withTemporary((rows * inner + inner * columns + rows * columns) * bytes, (address) => {
        const array = numbersAt(kernels, address, rows * inner + inner * columns + rows * columns);
        for (let i = 0; i < array.length; i++) array[i] = Math.cos(i * 78.233);
        const right = address + rows * inner * bytes;
        const output = right + inner * columns * bytes;
        multiplyWith(
          kernels,
          rows,
          columns,
          inner,
          placeOf(address, "rows", rows, inner),
          placeOf(right, "columns", inner, columns),
          placeOf(output, "rows", rows, columns),
          {},
        );
        return array.slice(rows * inner + inner * columns);
      });
    });
    for (const result of results) expect(result).toEqual(results[0]);
  }
});
