import type { DTypeName } from "./dtype.ts";

/** Smallest, largest and mean finite element, and how many elements are not finite. */
export interface TensorStatistics {
  /** `null` when no element is a finite number. */
  readonly min: number | bigint | null;
  readonly max: number | bigint | null;
  readonly mean: number | null;
  readonly nan: number;
  readonly inf: number;
}

/** A tensor as plain data: everything a view of it needs, nothing that keeps autograd alive. */
export interface TensorSnapshot {
  readonly kind: "tensor";
  readonly dtype: DTypeName;
  /** Sizes of the dimensions, outermost first; `[]` for a scalar. */
  readonly shape: readonly number[];
  readonly device: string;
  readonly requiresGrad: boolean;
  /** PyTorch's name of the function that made the tensor (`"AddBackward0"`), `null` for a leaf. */
  readonly gradFn: string | null;
  /** What PyTorch prints: `tensor([1., 2.])`. */
  readonly repr: string;
  /** Elements in row-major order; booleans as 0 and 1. */
  readonly values: ArrayLike<number> | ArrayLike<bigint>;
  readonly statistics: TensorStatistics;
}

/** A tensor in a drawing of a graph: enough to label a node. */
export interface GraphTensor {
  readonly dtype: DTypeName;
  readonly shape: readonly number[];
  readonly requiresGrad: boolean;
  /** What PyTorch prints, when the tensor is small enough to read (at most 12 elements). */
  readonly repr: string | null;
  /** The accumulated gradient of a leaf, if it has one. */
  readonly grad: { readonly shape: readonly number[]; readonly repr: string | null } | null;
}

/** One node of a computation graph. */
export interface GraphNode {
  /** Unique within its graph, counted from 0 in the order in which the nodes were met from the output. */
  readonly id: number;
  /** `leaf`: a tensor that the user made; `function`: an operator that ran; `output`: the tensor that was asked about. */
  readonly kind: "leaf" | "function" | "output";
  /** `"MulBackward0"` for a function; the name given by the user for a leaf or an output, or `null`. */
  readonly name: string | null;
  /** The tensor behind a leaf or an output; `null` for a function. */
  readonly tensor: GraphTensor | null;
}

/** Data flows from `from` to `to`, as in the forward pass. */
export interface GraphEdge {
  readonly from: number;
  readonly to: number;
  /** Shape of the tensor that flows. */
  readonly shape: readonly number[];
}

/** A computation graph as plain data: what `graph(y)` returns. */
export interface GraphSnapshot {
  readonly kind: "graph";
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}
