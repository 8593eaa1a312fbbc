import { describe, expect, test } from "vitest";
import torch, { type Tensor } from "../../../../runtime/index.ts";

const { linalg } = torch;

function random(...shape: number[]): Tensor {
  torch.manual_seed(shape.reduce((sum, size) => sum + size, 7));
  return torch.randn(shape, { dtype: torch.float64 });
}

/** A symmetric matrix whose eigenvalues are those given. */
function withEigenvalues(values: readonly number[]): Tensor {
  const q = linalg.qr(random(values.length, values.length))[0];
  return q.mul(torch.tensor([...values], { dtype: torch.float64 })).matmul(q.mT);
}

/** How far two tensors are apart. */
function distance(x: Tensor, y: Tensor): number {
  return x.numel() === 0 ? 0 : Number(x.sub(y).abs().max().item());
}

function identity(size: number): Tensor {
  return torch.eye(size, { dtype: torch.float64 });
}

const sizes = [1, 2, 3, 7, 40] as const;
const shapes = [
  [1, 1],
  [4, 4],
  [9, 4],
  [4, 9],
  [6, 5],
  [5, 6],
  [40, 30],
  [30, 41],
] as const;

describe.each(shapes)("a matrix of %i rows and %i columns", (rows, columns) => {
  const a = random(rows, columns);
  const smaller = Math.min(rows, columns);

  test("is U diag(S) Vᵀ, with orthonormal vectors and descending values", () => {
    const [u, s, vh] = linalg.svd(a);
    const reduced = linalg.svd(a, false);
    expect(distance(u.matmul(u.mT), identity(rows))).toBeLessThan(1e-12);
    expect(distance(vh.matmul(vh.mT), identity(columns))).toBeLessThan(1e-12);
    expect(distance(reduced.U.mul(s).matmul(reduced.Vh), a)).toBeLessThan(1e-12);
    expect(distance(s, s.sort({ descending: true })[0])).toBe(0);
    expect(distance(linalg.svdvals(a), s)).toBeLessThan(1e-12);
  });

  test("is Q R, with a triangular R", () => {
    const [q, r] = linalg.qr(a);
    expect(distance(q.matmul(r), a)).toBeLessThan(1e-12);
    expect(distance(q.mT.matmul(q), identity(smaller))).toBeLessThan(1e-12);
    expect(distance(r.tril(-1), r.mul(0))).toBe(0);
  });

  test("is P L U", () => {
    const [p, l, u] = linalg.lu(a);
    expect(distance(p.matmul(l).matmul(u), a)).toBeLessThan(1e-12);
    expect(Number(l.abs().max().item())).toBeLessThanOrEqual(1);
  });

  test("has a pseudoinverse", () => {
    const p = linalg.pinv(a);
    expect(distance(a.matmul(p).matmul(a), a)).toBeLessThan(1e-10);
    expect(distance(p.matmul(a).mT, p.matmul(a))).toBeLessThan(1e-10);
  });
});

describe.each(sizes)("a symmetric matrix of size %i", (size) => {
  const a = random(size, size);
  const symmetric = a.add(a.mT);

  test.each(["L", "U"])("has eigenvectors, whichever triangle is read: %s", (triangle) => {
    const other = triangle === "L" ? symmetric.tril() : symmetric.triu();
    const [values, vectors] = linalg.eigh(other, triangle);
    expect(distance(symmetric.matmul(vectors), vectors.mul(values))).toBeLessThan(1e-11);
    expect(distance(vectors.mT.matmul(vectors), identity(size))).toBeLessThan(1e-12);
    expect(distance(linalg.eigvalsh(other, triangle), values)).toBeLessThan(1e-11);
  });

  test("is solved through L D Lᵀ", () => {
    const [factors, pivots] = linalg.ldl_factor(symmetric);
    const x = linalg.ldl_solve(factors, pivots, a);
    expect(distance(symmetric.matmul(x), a)).toBeLessThan(1e-9);
  });

  test("is L Lᵀ when it is positive definite", () => {
    const definite = a.matmul(a.mT).add(identity(size));
    const l = linalg.cholesky(definite);
    expect(distance(l.matmul(l.mT), definite)).toBeLessThan(1e-11);
    expect(distance(linalg.cholesky(definite, { upper: true }), l.mT)).toBeLessThan(1e-12);
  });
});

test("repeated eigenvalues still have orthonormal vectors", () => {
  const a = withEigenvalues([1, 1, 1, 2, 2, 5]);
  const [values, vectors] = linalg.eigh(a);
  expect(distance(values, torch.tensor([1, 1, 1, 2, 2, 5], { dtype: torch.float64 }))).toBeLessThan(1e-12);
  expect(distance(vectors.mT.matmul(vectors), identity(6))).toBeLessThan(1e-12);
});

test.each([1e-150, 1e150])("singular values keep their accuracy at the scale %d", (scale) => {
  const a = random(5, 4);
  const ratio = linalg.svdvals(a.mul(scale)).div(linalg.svdvals(a)).div(scale);
  expect(distance(ratio, ratio.mul(0).add(1))).toBeLessThan(1e-12);
});

test("a matrix of low rank has that rank, and zeros for the other singular values", () => {
  const a = random(6, 2).matmul(random(2, 5));
  expect(linalg.matrix_rank(a).item()).toBe(2);
  expect(Number(linalg.svdvals(a).index(2).item())).toBeLessThan(1e-13);
});

test("a matrix of zeros has vectors too", () => {
  const [u, s, vh] = linalg.svd(identity(3).mul(0));
  expect(s.tolist()).toEqual([0, 0, 0]);
  expect(distance(u.matmul(vh).matmul(u.matmul(vh).mT), identity(3))).toBe(0);
});

test("the gradient of a singular matrix's determinant is its adjugate", () => {
  const a = torch.tensor(
    [
      [1, 2],
      [2, 4],
    ],
    { dtype: torch.float64, requires_grad: true },
  );
  const batch = torch.stack([a, a.add(identity(2))]);
  const [grad] = torch.autograd.grad([linalg.det(batch).sum()], [a]);
  // [4 -2; -2 1] of the singular one, [5 -2; -2 2] of the other.
  expect(
    distance(
      grad!,
      torch.tensor(
        [
          [9, -4],
          [-4, 3],
        ],
        { dtype: torch.float64 },
      ),
    ),
  ).toBeLessThan(1e-12);
});

test("an error of linear algebra can be told from others", () => {
  expect(() => linalg.inv(identity(2).mul(0))).toThrow(linalg.LinAlgError);
});
