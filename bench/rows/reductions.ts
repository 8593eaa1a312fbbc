import type { Group, Row } from "../row.ts";
import { row } from "./snippets.ts";

const shape = "1024, 1024";
const prepare = {
  typetorch: `const x = torch.randn(${shape})`,
  pytorch: `x = torch.randn(${shape})`,
  tfjs: `const x = tf.randomNormal([${shape}])`,
  jax: `const x = jax.random.normal(jax.random.key(1), [${shape}])`,
} as const;

/** A reduction to one number, called the same everywhere. */
function toOne(name: string): Row {
  return row(`${name} of 1024²`, ["reductions"], {
    typetorch: [prepare.typetorch, `x.${name}()`],
    pytorch: [prepare.pytorch, `x.${name}()`],
    tfjs: [prepare.tfjs, `tf.${name}(x)`],
    jax: [prepare.jax, `np.${name}(x.ref)`],
  });
}

const rows: readonly Row[] = [
  toOne("sum"),
  toOne("mean"),
  toOne("max"),
  row("softmax of 1024²", ["reductions"], {
    typetorch: [prepare.typetorch, "x.softmax(1)"],
    pytorch: [prepare.pytorch, "x.softmax(1)"],
    tfjs: [prepare.tfjs, "tf.softmax(x)"],
    jax: [prepare.jax, "jax.nn.softmax(x.ref, 1)"],
  }),
  row("layer_norm of 1024²", ["reductions"], {
    typetorch: [
      `${prepare.typetorch}, w = torch.rand(1024), b = torch.rand(1024)`,
      "F.layer_norm(x, [1024], w, b)",
    ],
    pytorch: [
      `${prepare.pytorch}; w = torch.rand(1024); b = torch.rand(1024)`,
      "F.layer_norm(x, [1024], w, b)",
    ],
    tfjs: [
      `${prepare.tfjs}, w = tf.randomUniform([1024]), b = tf.randomUniform([1024])`,
      "tf.tidy(() => { const { mean, variance } = tf.moments(x, 1, true); return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), w), b); })",
    ],
  }),
  row("cross_entropy of 1024²", ["reductions"], {
    typetorch: [`${prepare.typetorch}, t = torch.randint(1024, [1024])`, "F.cross_entropy(x, t)"],
    pytorch: [`${prepare.pytorch}; t = torch.randint(1024, [1024])`, "F.cross_entropy(x, t)"],
  }),
];

export const reductions: Group = {
  name: "reductions",
  description:
    "A matrix of 1024 by 1024 float32: to one number, or along its rows. cross_entropy has 1024 classes.",
  rows,
  usesBlas: false,
};
