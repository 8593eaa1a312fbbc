import { no_grad } from "../../autograd/modes.ts";
import { eye, randn, zeros_like } from "../../create.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { finfo } from "../../limits.ts";
import { geqrf } from "../../ops/linalg/qr.ts";
import { householder_product } from "../../ops/linalg/reflections.ts";
import { solve } from "../../ops/linalg/solve.ts";
import { cat } from "../../ops/shaping/joining.ts";
import { formatShape, sameShape, type Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { Module } from "../module.ts";

/** How a matrix becomes an orthogonal one. */
export type OrthogonalMap = "matrix_exp" | "cayley" | "householder";

/** The identity of a matrix's dtype and device. */
function identity(size: number, { dtype, device }: Tensor): Tensor {
  return eye(size, { dtype, device });
}

/** Whether the columns have length 1 and are perpendicular, as far as the dtype can tell. */
function isOrthogonal(matrix: Tensor): boolean {
  const tolerance = 10 * matrix.size(-2) * finfo(matrix.dtype).eps;
  return matrix.mT.matmul(matrix).allclose(identity(matrix.size(-1), matrix), { atol: tolerance });
}

/** The factor Q of a tall matrix A = QR with no negative number on the diagonal of R. */
function orthogonalised(matrix: Tensor): Tensor {
  const [packed, tau] = geqrf(matrix);
  const signs = packed.diagonal({ dim1: -2, dim2: -1 }).sgn().unsqueeze(-2);
  return householder_product(packed, tau).mul(signs);
}

/** The parametrization behind `parametrizations.orthogonal`. Source: `torch.nn.utils.parametrizations._Orthogonal`. */
export class _Orthogonal extends Module {
  readonly shape: Shape;
  readonly orthogonal_map: OrthogonalMap;
  /** Whether `base` is there, with which the orthogonal matrix is multiplied. */
  readonly hasBase: boolean;
  declare base: Tensor | null;

  constructor(weight: Tensor, map: OrthogonalMap, useTrivialization: boolean) {
    super();
    this.shape = weight.shape;
    this.orthogonal_map = map;
    this.hasBase = useTrivialization;
    if (useTrivialization) this.register_buffer("base", null);
  }

  override forward(input: Tensor): Tensor {
    const isWide = input.size(-2) < input.size(-1);
    const tall = isWide ? input.mT : input;
    const made = this.orthogonal_map === "householder" ? this.byReflections(tall) : this.byRotation(tall);
    const result = this.hasBase ? this.base!.matmul(made) : made; // `right_inverse` has set it
    return isWide ? result.mT : result;
  }

  private byRotation(tall: Tensor): Tensor {
    const [rows, columns] = [tall.size(-2), tall.size(-1)];
    const lower = tall.tril();
    const batch = lower.shape.slice(0, -2);
    const square =
      rows === columns ? lower : cat([lower, lower.new_zeros([...batch, rows, rows - columns])], -1);
    const skew = square.sub(square.mT);
    const rotation =
      this.orthogonal_map === "matrix_exp"
        ? skew.matrix_exp()
        : solve(
            identity(rows, skew).add(skew, { alpha: -0.5 }),
            identity(rows, skew).add(skew, { alpha: 0.5 }),
          );
    return rows === columns ? rotation : rotation.narrow(-1, 0, columns);
  }

  private byReflections(tall: Tensor): Tensor {
    const reflectors = tall.tril(-1);
    const tau = reflectors.mul(reflectors).sum(-2).add(1).reciprocal().mul(2);
    // The diagonal holds signs, which are not learned.
    const signs = tall.diagonal({ dim1: -2, dim2: -1 }).int().unsqueeze(-2);
    return householder_product(reflectors, tau).mul(signs);
  }

  /** What makes this matrix, or the orthogonal one next to it. @throws ValueError for another shape, NotImplementedError where that is not known. */
  right_inverse(value: Tensor): Tensor {
    if (!sameShape(value.shape, this.shape))
      throw new ValueError(
        `Expected a matrix or batch of matrices of shape ${formatShape(this.shape)}. Got a tensor of shape ${formatShape(value.shape)}.`,
      );
    return no_grad(() => (this.hasBase ? this.trivialised(value) : this.reflectorsOf(value)));
  }

  private reflectorsOf(value: Tensor): Tensor {
    if (this.orthogonal_map !== "householder")
      throw new NotImplementedError(
        "It is not possible to assign to the matrix exponential or the Cayley parametrizations when use_trivialization=False.",
      );
    const isWide = value.size(-2) < value.size(-1);
    const [packed, tau] = geqrf(isWide ? value.mT : value);
    const diagonal = packed.diagonal({ dim1: -2, dim2: -1 });
    diagonal.sign_();
    // Where a reflection was not needed, LAPACK gives exactly 0.
    diagonal.mul_(tau.eq(0).to(diagonal.dtype).mul(-2).add(1));
    return isWide ? packed.mT : packed;
  }

  private trivialised(value: Tensor): Tensor {
    const isWide = value.size(-2) < value.size(-1);
    const tall = isWide ? value.mT : value;
    const [rows, columns] = [tall.size(-2), tall.size(-1)];
    const { dtype, device } = tall;
    if (rows === columns) this.base = isOrthogonal(tall) ? tall.clone() : orthogonalised(tall);
    else {
      const more = randn([...tall.shape.slice(0, -2), rows, rows - columns], { dtype, device });
      this.base = orthogonalised(cat([tall, more], -1));
    }
    const result = zeros_like(value);
    result.diagonal({ dim1: -2, dim2: -1 }).fill_(-1);
    return result;
  }
}
