import type { View } from "./backend.ts";

/** Which side of the matrix the unknowns of an equation stand on, and what is read of the matrix. */
export interface TriangularSystem {
  /** Whether the triangle above the diagonal is read, or the one below it. */
  readonly upper: boolean;
  /** Whether the diagonal is taken for ones, and not read. */
  readonly unitriangular: boolean;
}

/**
 * Factorisations of batches of matrices. Every view is a row-major batch, `[B, rows, columns]`, or `[B, n]` for one number a row, of float32 or float64; pivots and
 * `info` are int32. Where `info` is 0 a matrix was factored; otherwise it is LAPACK's number, which counts from 1.
 */
export interface LinalgBackend {
  /** Replaces each symmetric matrix, of which the lower triangle is read, by its Cholesky factor L, with zeros above it. */
  choleskyFactor(matrices: View, info: View): void;

  /** Replaces each matrix by L (below the diagonal, which is ones) and U of `P L U`; row i was exchanged with row `pivots[i]`, counted from 1. */
  luFactor(matrices: View, pivots: View, info: View): void;

  /** Replaces the lower triangle of each symmetric matrix by L and D of `L D Lᵀ`, with the pivots of LAPACK's `sytrf`. */
  ldlFactor(matrices: View, pivots: View, info: View): void;

  /** Replaces `right`, `[B, n, m]`, by the solution of `A X = right`, from what `ldlFactor` gave. */
  ldlSolve(right: View, factors: View, pivots: View): void;

  /** Replaces `right`, `[B, n, m]`, by the solution of `A X = right` for a triangular A. */
  solveTriangular(right: View, matrices: View, system: TriangularSystem): void;

  /** Replaces each matrix by R on and above the diagonal, and by the vectors of the Householder reflections below it, whose factors are `tau`. */
  householderFactor(matrices: View, tau: View): void;

  /** Replaces each `[n, m]` matrix, whose columns up to `tau`'s number hold reflections, by the first m columns of their product. */
  householderProduct(matrices: View, tau: View): void;

  /**
   * The eigenvalues of symmetric matrices in ascending order; with `vectors`, each matrix is also replaced by the eigenvectors, one a column. One triangle is
   * read. `info` is not 0 where the iteration did not come to an end.
   */
  symmetricEigen(values: View, matrices: View, info: View, upper: boolean, vectors: boolean): void;

  /** Singular values in descending order. With `vectors`, the columns of the first are the left ones, and the rows of the second the right ones, as many as it has. */
  singularValues(values: View, matrices: View, info: View, vectors: readonly [View, View] | null): void;
}
