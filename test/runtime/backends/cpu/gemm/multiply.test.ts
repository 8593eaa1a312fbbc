import { describe, expect, test } from "vitest";
import {
  multiplyWith,
  type Finish,
  type MatrixPlace,
} from "../../../../../runtime/backends/cpu/gemm/multiply.ts";
import { candidates, type ProductKernels } from "../../../../../runtime/backends/cpu/gemm/kernels.ts";
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

/** Multiplies with the kernels, and in float64, and compares; also what lies between and behind the output's rows. */
function check(kernels: ProductKernels, c: Case): void {
  const { bytes, name } = kernels.precision;
  const { rows, columns, inner, left: leftLayout = "rows", right: rightLayout = "rows" } = c;
  const length = (n: number, m: number): number => 2 * (n + 1) * (m + 1) + 8;
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
          expect.fail(`[${i}, ${j}] of ${JSON.stringify(c)}: expected ${expected}, got ${got}`);
      }
      for (let j = columns; j < columns + 3; j++)
        if (at(o.array, output, i, j) !== guard) expect.fail(`wrote behind row ${i} of ${JSON.stringify(c)}`);
    }
  });
}

const all = Object.values(candidates)
  .flat()
  .map((kernels) => ({
    kernels,
    label: `${kernels.precision.name} ${kernels.shape.rows}x${kernels.shape.vectors}`,
  }));
const layouts: readonly Layout[] = ["rows", "columns", "strided"];

describe.each(all)("the product with $label tiles", ({ kernels }) => {
  test("is right for every small size, so that every part of a tile is met", () => {
    for (let rows = 0; rows <= 9; rows++)
      for (let columns = 0; columns <= 17; columns++)
        check(kernels, { rows, columns, inner: (rows + columns) % 7 });
  });

  test("is right for every inner size around the tiles' steps and blocks", () => {
    for (const inner of [0, 1, 2, 3, 4, 5, 7, 8, 255, 256, 257, 512, 515])
      for (const left of layouts)
        for (const right of layouts) check(kernels, { rows: 7, columns: 11, inner, left, right });
  });

  test.each(layouts.flatMap((left) => layouts.map((right) => ({ left, right }))))(
    "is right for $left times $right, where blocks are packed",
    ({ left, right }) => {
      for (const [rows, columns, inner] of [
        [33, 65, 63],
        [250, 31, 17],
        [49, 300, 20],
        [63, 63, 300],
      ] as const)
        check(kernels, { rows, columns, inner, left, right });
    },
  );

  test("repeats a row that has stride 0", () => {
    check(kernels, { rows: 9, columns: 9, inner: 9, left: "repeated", right: "repeated" });
    check(kernels, { rows: 40, columns: 150, inner: 40, left: "repeated", right: "repeated" });
  });

  test("adds to the output, a bias for each column or row, and cuts off at 0", () => {
    for (const accumulate of [false, true])
      for (const biasOf of ["columns", "rows"] as const)
        for (const relu of [false, true])
          for (const [rows, columns, inner] of [
            [7, 13, 3],
            [9, 10, 300],
            [70, 70, 0],
            [13, 150, 9],
          ] as const)
            check(kernels, { rows, columns, inner, finish: { accumulate, biasOf, relu } });
  });

  test("is right where the columns need several blocks", () => {
    check(kernels, { rows: 5, columns: 1030, inner: 3, right: "columns" });
    check(kernels, { rows: 33, columns: 1500, inner: 2 });
  });
});

test("every tile shape gives the same bits", () => {
  const [rows, columns, inner] = [37, 45, 700];
  for (const list of Object.values(candidates)) {
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
