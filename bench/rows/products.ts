import type { Group, Row } from "../row.ts";
import { row } from "./snippets.ts";

function square(size: number): Row {
  const shape = `${size}, ${size}`;
  return row(`matmul ${size}`, ["products"], {
    typetorch: [`const x = torch.rand(${shape}), y = torch.rand(${shape})`, "x.matmul(y)"],
    pytorch: [`x = torch.rand(${shape}); y = torch.rand(${shape})`, "x.matmul(y)"],
    tfjs: [`const x = tf.randomUniform([${shape}]), y = tf.randomUniform([${shape}])`, "tf.matMul(x, y)"],
    jax: [`const x = np.ones([${shape}]), y = np.ones([${shape}])`, "np.matmul(x.ref, y.ref)"],
  });
}

/** The two products of attention with 8 sequences of 64, 4 heads of 32. */
const attention: readonly Row[] = [
  row("attention scores, 32×(64×32×64)", ["products"], {
    typetorch: [
      "const q = torch.rand(8, 4, 64, 32), k = torch.rand(8, 4, 64, 32)",
      "q.matmul(k.transpose(2, 3))",
    ],
    pytorch: ["q = torch.rand(8, 4, 64, 32); k = torch.rand(8, 4, 64, 32)", "q.matmul(k.transpose(2, 3))"],
    tfjs: [
      "const q = tf.randomUniform([8, 4, 64, 32]), k = tf.randomUniform([8, 4, 64, 32])",
      "tf.matMul(q, k, false, true)",
    ],
    jax: ["const q = np.ones([8, 4, 64, 32]), k = np.ones([8, 4, 32, 64])", "np.matmul(q.ref, k.ref)"],
  }),
  row("attention values, 32×(64×64×32)", ["products"], {
    typetorch: ["const a = torch.rand(8, 4, 64, 64), v = torch.rand(8, 4, 64, 32)", "a.matmul(v)"],
    pytorch: ["a = torch.rand(8, 4, 64, 64); v = torch.rand(8, 4, 64, 32)", "a.matmul(v)"],
    tfjs: [
      "const a = tf.randomUniform([8, 4, 64, 64]), v = tf.randomUniform([8, 4, 64, 32])",
      "tf.matMul(a, v)",
    ],
    jax: ["const a = np.ones([8, 4, 64, 64]), v = np.ones([8, 4, 64, 32])", "np.matmul(a.ref, v.ref)"],
  }),
];

export const products: Group = {
  name: "products",
  description: "Products of float32 matrices: square ones, and the two of attention in batches.",
  rows: [...[128, 256, 512, 1024].map(square), ...attention],
  usesBlas: true,
};
