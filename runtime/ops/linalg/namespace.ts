/** `torch.linalg`. */
export { vector_norm } from "../reductions/norms.ts";
export { matmul } from "./matmul.ts";
export { cholesky_ex, linalgCholesky as cholesky } from "./cholesky.ts";
export { linalgDet as det, linalgSlogdet as slogdet } from "./determinants.ts";
export { eigh, eigvalsh } from "./eigen.ts";
export { ldl_factor, ldl_factor_ex, ldl_solve } from "./ldl.ts";
export { lstsq } from "./leastSquares.ts";
export { linalgLu as lu, linalgLuSolve as lu_solve, lu_factor, lu_factor_ex } from "./lu.ts";
export { cond, linalgNorm as norm, matrix_norm } from "./norms.ts";
export { linalgMatrixPower as matrix_power, matrix_exp, multi_dot } from "./powers.ts";
export { matrix_rank, pinv } from "./pseudoinverse.ts";
export { linalgQr as qr } from "./qr.ts";
export { householder_product } from "./reflections.ts";
export { linalgSvd as svd, svdvals } from "./singular.ts";
export { inv, inv_ex, solve, solve_ex } from "./solve.ts";
export {
  linalgCross as cross,
  linalgDiagonal as diagonal,
  tensorinv,
  tensorsolve,
  vander,
  vecdot,
} from "./tensors.ts";
export { solve_triangular } from "./triangular.ts";
