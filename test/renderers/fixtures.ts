import type { DTypeName } from "../../runtime/dtype.ts";
import type {
  GraphEdge,
  GraphNode,
  GraphSnapshot,
  GraphTensor,
  TensorSnapshot,
} from "../../runtime/snapshot.ts";

type Values = ArrayLike<number> | ArrayLike<bigint>;

/** A snapshot with the statistics that its values have. */
export function tensorOf(
  values: Values,
  shape: readonly number[] = [values.length],
  dtype: DTypeName = "float32",
  rest: Partial<TensorSnapshot> = {},
): TensorSnapshot {
  return {
    kind: "tensor",
    dtype,
    shape,
    device: "cpu",
    requiresGrad: false,
    gradFn: null,
    repr: `tensor(${shape.join("x")})`,
    values,
    statistics: statisticsOf(values),
    ...rest,
  };
}

function statisticsOf(values: Values): TensorSnapshot["statistics"] {
  let [nan, inf, sum, count] = [0, 0, 0, 0];
  let min: number | bigint | null = null;
  let max: number | bigint | null = null;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (typeof value === "number" && Number.isNaN(value)) nan++;
    else if (value === Infinity || value === -Infinity) inf++;
    else {
      count++;
      sum += Number(value);
      if (min === null || value < min) min = value;
      if (max === null || value > max) max = value;
    }
  }
  return { min, max, mean: count === 0 ? null : sum / count, nan, inf };
}

/** Numbers that look random and are the same in every run. */
export function noise(length: number, seed = 1): Float64Array {
  let state = seed;
  return Float64Array.from({ length }, () => {
    state = (state * 48271) % 2147483647;
    return (state / 2147483647) * 2 - 1;
  });
}

export function leaf(id: number, name: string | null, tensor: Partial<GraphTensor> = {}): GraphNode {
  const own = { dtype: "float32", shape: [], requiresGrad: true, repr: null, grad: null } as const;
  return { id, kind: "leaf", name, tensor: { ...own, ...tensor } };
}

export function fn(id: number, name: string): GraphNode {
  return { id, kind: "function", name, tensor: null };
}

export function edge(from: number, to: number, shape: readonly number[] = []): GraphEdge {
  return { from, to, shape };
}

/** z = x · y with y = a + b, after `z.backward()`. */
export const productGraph: GraphSnapshot = {
  kind: "graph",
  nodes: [
    {
      id: 0,
      kind: "output",
      name: "z",
      tensor: {
        dtype: "float32",
        shape: [],
        requiresGrad: true,
        repr: "tensor(14., grad_fn=<MulBackward0>)",
        grad: null,
      },
    },
    fn(1, "MulBackward0"),
    leaf(2, "x", {
      repr: "tensor(2., requires_grad=True)",
      grad: { shape: [], repr: "tensor(7.)" },
    }),
    fn(3, "AddBackward0"),
    leaf(4, "a", { repr: "tensor(3., requires_grad=True)", grad: { shape: [], repr: "tensor(2.)" } }),
    leaf(5, "b", { repr: "tensor(4.)", requiresGrad: false }),
  ],
  edges: [edge(1, 0), edge(2, 1), edge(3, 1), edge(4, 3), edge(5, 3)],
};

/** Layers of three nodes each, every layer fed by the one before. */
export function layeredGraph(count: number): GraphSnapshot {
  const nodes = Array.from({ length: count }, (_, id) =>
    id >= count - 3 ? leaf(id, `w${id}`, { shape: [64, 32] }) : fn(id, `AddmmBackward${id}`),
  );
  const edges = nodes.flatMap(({ id }) =>
    id < 3 ? [] : [edge(id, id - 3, [64, 32]), edge(id, id - (id % 3) - 1, [64, 32])],
  );
  return { kind: "graph", nodes, edges };
}
