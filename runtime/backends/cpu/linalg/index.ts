/** The factorisations of `LinalgBackend`, matrix by matrix. */
import type { View } from "../../backend.ts";
import type { LinalgBackend } from "../../linalg.ts";
import { choleskyFactor } from "./cholesky.ts";
import { householderFactor, householderProduct } from "./householder.ts";
import { ldlFactor, ldlSolve } from "./ldl.ts";
import { luFactor } from "./lu.ts";
import { batchesOf, epsilonOf, readMatrix, transposed, writeMatrix } from "./matrices.ts";
import { singularValues } from "./singularValues.ts";
import { symmetricEigen } from "./symmetricEigen.ts";
import { solveTriangular } from "./triangular.ts";

type Sizes = readonly [batches: number, rows: number, columns: number];

/** Replaces each matrix by what `change` makes of it. */
function changeEach(
  matrices: View,
  change: (matrix: Float64Array, rows: number, columns: number, batch: number) => ArrayLike<number> | void,
): void {
  const [batches, rows, columns] = matrices.shape as Sizes; // batches of matrices, as the interface says
  for (let batch = 0; batch < batches; batch++) {
    const matrix = readMatrix(matrices, batch);
    writeMatrix(matrices, batch, change(matrix, rows, columns, batch) ?? matrix);
  }
}

/** The same for a factorisation that chooses pivots. */
function factorEach(
  matrices: View,
  pivots: View,
  info: View,
  factor: (matrix: Float64Array, rows: number, columns: number, pivots: Int32Array) => number,
): void {
  changeEach(matrices, (matrix, rows, columns, batch) => {
    const chosen = new Int32Array(pivots.shape[1]!);
    writeMatrix(info, batch, [factor(matrix, rows, columns, chosen)]);
    writeMatrix(pivots, batch, chosen);
  });
}

/** The processor's part of `LinalgBackend`. */
export const linalg: LinalgBackend = {
  choleskyFactor(matrices, info) {
    changeEach(matrices, (matrix, n, _, batch) => writeMatrix(info, batch, [choleskyFactor(matrix, n)]));
  },

  luFactor(matrices, pivots, info) {
    factorEach(matrices, pivots, info, luFactor);
  },

  ldlFactor(matrices, pivots, info) {
    factorEach(matrices, pivots, info, (matrix, n, _, chosen) => ldlFactor(matrix, n, chosen));
  },

  ldlSolve(right, factors, pivots) {
    changeEach(right, (x, n, m, batch) =>
      ldlSolve(x, readMatrix(factors, batch), n, m, readMatrix(pivots, batch)),
    );
  },

  solveTriangular(right, matrices, system) {
    changeEach(right, (x, n, m, batch) => solveTriangular(x, readMatrix(matrices, batch), n, m, system));
  },

  householderFactor(matrices, tau) {
    changeEach(matrices, (matrix, rows, columns, batch) =>
      writeMatrix(tau, batch, householderFactor(matrix, rows, columns)),
    );
  },

  householderProduct(matrices, tau) {
    changeEach(matrices, (matrix, rows, columns, batch) =>
      householderProduct(matrix, [rows, columns, columns], readMatrix(tau, batch)),
    );
  },

  symmetricEigen(values, matrices, info, upper, wantVectors) {
    const eps = epsilonOf(matrices);
    changeEach(matrices, (matrix, n, _, batch) => {
      const solved = symmetricEigen(matrix, n, upper, wantVectors, eps);
      writeMatrix(values, batch, solved.values);
      writeMatrix(info, batch, [solved.info]);
      return solved.vectors === null ? undefined : transposed(solved.vectors, n, n);
    });
  },

  singularValues(values, matrices, info, vectors) {
    const [, rows, columns] = matrices.shape as Sizes; // batches of matrices, as the interface says
    const eps = epsilonOf(matrices);
    for (let batch = 0; batch < batchesOf(matrices); batch++) {
      const solved = singularValues(readMatrix(matrices, batch), rows, columns, vectors !== null, eps);
      writeMatrix(values, batch, solved.values);
      writeMatrix(info, batch, [solved.info]);
      if (vectors === null) continue;
      const kept = vectors[0].shape[2]!;
      writeMatrix(vectors[0], batch, firstColumns(solved.left!, rows, kept));
      writeMatrix(vectors[1], batch, solved.right!.subarray(0, vectors[1].shape[1]! * columns));
    }
  },
};

/** The first columns of a square matrix. */
function firstColumns(matrix: Float64Array, size: number, count: number): Float64Array {
  if (count === size) return matrix;
  const result = new Float64Array(size * count);
  for (let i = 0; i < size; i++) result.set(matrix.subarray(i * size, i * size + count), i * count);
  return result;
}
