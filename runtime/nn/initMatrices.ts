/** First values for weights that are taken for matrices: orthogonal, sparse, and those that leave their inputs as they are. */
import { no_grad } from "../autograd/modes.ts";
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { randperm } from "../create.ts";
import { ValueError } from "../errors/valueError.ts";
import { linalgQr } from "../ops/linalg/qr.ts";
import { integer, number, tensor as tensorParameter } from "../parameters.ts";
import { formatShape, numel } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { generator, type GeneratorOption } from "./initGenerator.ts";

/** What `nn.init.orthogonal_` takes. */
interface OrthogonalArguments<T> extends GeneratorOption {
  readonly tensor: T;
  /** What the matrix is multiplied by; 1 unless given. */
  readonly gain?: number;
}

const orthogonalParameters = { tensor: tensorParameter, gain: number(1), generator };

/**
 * Writes a random matrix whose rows, or columns where they are fewer, are orthogonal and of length `gain`. Of a tensor of shape `[n, …]` the matrix has n rows.
 *
 * @throws ValueError for fewer than two dimensions.
 * Source: `torch.nn.init.orthogonal_`; Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks" (2013), and Mezzadri, "How to
 * generate random matrices from the classical compact groups" (2006), for the signs.
 */
export function orthogonal_<T extends Tensor>(
  ...args: CallForms<OrthogonalArguments<T>, [tensor: T, gain?: number]>
): T;
export function orthogonal_(...args: readonly unknown[]): Tensor {
  const { tensor, gain, generator: source } = bind("orthogonal_", orthogonalParameters, args);
  if (tensor.ndim < 2)
    throw new ValueError(
      `Only tensors with 2 or more dimensions are supported, got shape ${formatShape(tensor.shape)}: a vector is no matrix.`,
    );
  if (numel(tensor.shape) === 0) return tensor;
  const rows = tensor.size(0);
  const columns = tensor.numel() / rows;
  no_grad(() => {
    const drawn = tensor.new_empty([rows, columns]).normal_(0, 1, { generator: source });
    const [q, r] = linalgQr(rows < columns ? drawn.t() : drawn);
    const signed = q.mul(r.diagonal().sign());
    tensor.copy_((rows < columns ? signed.t() : signed).reshape(tensor.shape)).mul_(gain);
  });
  return tensor;
}

/** What `nn.init.sparse_` takes. */
interface SparseArguments<T> extends GeneratorOption {
  readonly tensor: T;
  /** Which part of each column is 0, from 0 to 1. */
  readonly sparsity: number;
  /** The standard deviation of the others; 0.01 unless given. */
  readonly std?: number;
}

const sparseParameters = { tensor: tensorParameter, sparsity: number(), std: number(0.01), generator };

/**
 * Writes normal random numbers into a matrix, and zeros at random places: as many in each column.
 *
 * @throws ValueError for other than two dimensions.
 * Source: `torch.nn.init.sparse_`; Martens, "Deep learning via Hessian-free optimization" (2010).
 */
export function sparse_<T extends Tensor>(
  ...args: CallForms<SparseArguments<T>, [tensor: T, sparsity: number, std?: number], ["tensor", "sparsity"]>
): T;
export function sparse_(...args: readonly unknown[]): Tensor {
  const { tensor, sparsity, std, generator: source } = bind("sparse_", sparseParameters, args);
  if (tensor.ndim !== 2)
    throw new ValueError(
      `Only tensors with 2 dimensions are supported, got shape ${formatShape(tensor.shape)}: zeros are counted by columns.`,
    );
  const [rows, columns] = [tensor.size(0), tensor.size(1)];
  const zeros = Math.ceil(sparsity * rows);
  no_grad(() => {
    tensor.normal_(0, std, { generator: source });
    // PyTorch draws the places from the default generator.
    for (let column = 0; column < columns; column++)
      tensor.index_put_([randperm(rows).narrow(0, 0, zeros), column], 0);
  });
  return tensor;
}

/** What `nn.init.dirac_` takes. */
interface DiracArguments<T> {
  readonly tensor: T;
  /** Into how many groups the convolution divides its channels; 1 unless given. */
  readonly groups?: number;
}

const diracParameters = { tensor: tensorParameter, groups: integer(1) };

/**
 * Writes weights with which a convolution gives its input channels back, as many as there are output channels: ones in the middle of the kernels, and zeros.
 *
 * @throws ValueError for other than three to five dimensions, or groups that do not divide the output channels.
 * Source: `torch.nn.init.dirac_`.
 */
export function dirac_<T extends Tensor>(
  ...args: CallForms<DiracArguments<T>, [tensor: T, groups?: number]>
): T;
export function dirac_(...args: readonly unknown[]): Tensor {
  const { tensor, groups } = bind("dirac_", diracParameters, args);
  if (tensor.ndim < 3 || tensor.ndim > 5)
    throw new ValueError(
      `Only tensors with 3, 4, or 5 dimensions are supported, got shape ${formatShape(tensor.shape)}: the weights of convolutions are.`,
    );
  if (tensor.size(0) % groups !== 0)
    throw new ValueError(`dim 0 must be divisible by groups, got ${tensor.size(0)} and ${groups}.`);
  const each = tensor.size(0) / groups;
  const middle = tensor.shape.slice(2).map((size) => Math.floor(size / 2));
  no_grad(() => {
    tensor.zero_();
    for (let group = 0; group < groups; group++)
      for (let channel = 0; channel < Math.min(each, tensor.size(1)); channel++)
        tensor.index_put_([group * each + channel, channel, ...middle], 1);
  });
  return tensor;
}
