/** Linear algebra: the operators that are functions of `torch` and methods of `Tensor`. */
export { cholesky, cholesky_inverse, cholesky_solve } from "./cholesky.ts";
export { addr, ger, inner, vdot } from "./contraction.ts";
export { det, logdet, slogdet } from "./determinants.ts";
export { lu, lu_solve } from "./lu.ts";
export { matrix_exp, matrix_power } from "./powers.ts";
export { pinverse } from "./pseudoinverse.ts";
export { geqrf, qr } from "./qr.ts";
export { ormqr, orgqr } from "./reflections.ts";
export { svd } from "./singular.ts";
export { inverse } from "./solve.ts";
export { cross } from "./tensors.ts";
export { triangular_solve } from "./triangular.ts";
