import type { Group, Row } from "../row.ts";
import { row, type Spellings } from "./snippets.ts";

/** One pointwise function as everyone writes it, of the tensors `x` and `y`; `y` is drawn where it is used. */
interface Pointwise {
  readonly name: string;
  readonly input: "rand" | "randn";
  readonly typetorch: string;
  readonly pytorch: string;
  readonly tfjs: string;
  readonly jax: string;
}

/** A method of the same name everywhere, and in numpy's namespace for jax. */
function method(name: string, input: "rand" | "randn", jax: string = `np.${name}(x.ref)`): Pointwise {
  return { name, input, typetorch: `x.${name}()`, pytorch: `x.${name}()`, tfjs: `tf.${name}(x)`, jax };
}

function binary(name: string, numpy: string): Pointwise {
  const call = `x.${name}(y)`;
  return {
    name,
    input: "rand",
    typetorch: call,
    pytorch: call,
    tfjs: `tf.${name}(x, y)`,
    jax: `np.${numpy}(x.ref, y.ref)`,
  };
}

const functions: readonly Pointwise[] = [
  binary("add", "add"),
  binary("mul", "multiply"),
  method("relu", "randn", "jax.nn.relu(x.ref)"),
  method("exp", "randn"),
  method("log", "rand"),
  method("sqrt", "rand"),
  method("tanh", "randn"),
  method("sigmoid", "randn", "jax.nn.sigmoid(x.ref)"),
  {
    name: "gelu",
    input: "randn",
    typetorch: "F.gelu(x)",
    pytorch: "F.gelu(x)",
    // tfjs has no gelu; this is how its users write it.
    tfjs: "tf.tidy(() => tf.mul(tf.mul(x, tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)), 0.5))",
    jax: "jax.nn.gelu(x.ref, { approximate: false })",
  },
  binary("pow", "power"),
];

const sizes = [
  { label: "1k", size: 1000 },
  { label: "64k", size: 65_536 },
  { label: "1M", size: 1_000_000 },
  { label: "10M", size: 10_000_000 },
] as const;

function pointwiseRow(the: Pointwise, { label, size }: (typeof sizes)[number]): Row {
  const draw = `torch.${the.input}(${size})`;
  const tfDraw = the.input === "rand" ? `tf.randomUniform([${size}])` : `tf.randomNormal([${size}])`;
  const jaxDraw = `jax.random.${the.input === "rand" ? "uniform" : "normal"}(jax.random.key(1), [${size}])`;
  const binary = the.typetorch.includes("(y)");
  const spellings: Spellings = {
    typetorch: [`const x = ${draw}${binary ? `, y = ${draw}` : ""}`, the.typetorch],
    pytorch: [`x = ${draw}${binary ? `; y = ${draw}` : ""}`, the.pytorch],
    tfjs: [`const x = ${tfDraw}${binary ? `, y = ${tfDraw}` : ""}`, the.tfjs],
    jax: [`const x = ${jaxDraw}${binary ? `, y = ${jaxDraw}` : ""}`, the.jax],
  };
  return row(`${the.name}, ${label}`, [`pointwise ${label}`], spellings);
}

/** A chain, so that a recorded one has something to walk back. */
const chain = {
  typetorch: "function chain() { let y = x; for (let i = 0; i < 1000; i++) y = y.add(x); return y; }",
  pytorch: "def chain():\n    y = x\n    for _ in range(1000):\n        y = y.add(x)\n    return y",
} as const;

const small: readonly Row[] = [
  row("1000 adds of 10 elements", ["1000 small adds"], {
    typetorch: [`const x = torch.rand(10); ${chain.typetorch}`, "chain()"],
    pytorch: [`x = torch.rand(10)\n${chain.pytorch}`, "chain()"],
    tfjs: [
      "const x = tf.randomUniform([10]); function chain() { let y = x; for (let i = 0; i < 1000; i++) y = tf.add(y, x); return y; }",
      "tf.tidy(chain)",
    ],
    jax: [
      "const x = np.ones([10]); function chain() { let y = x.ref; for (let i = 0; i < 1000; i++) y = np.add(y, x.ref); return y; }",
      "chain()",
    ],
  }),
  row("1000 adds of 10 elements, with backward", ["1000 small adds with backward"], {
    typetorch: [
      `const x = torch.rand(10, { requires_grad: true }); ${chain.typetorch}`,
      "chain().sum().backward()",
    ],
    pytorch: [`x = torch.rand(10, requires_grad=True)\n${chain.pytorch}`, "chain().sum().backward()"],
    tfjs: [
      "const x = tf.randomUniform([10]); const chain = tf.grad((x) => { let y = x; for (let i = 0; i < 1000; i++) y = tf.add(y, x); return tf.sum(y); })",
      "chain(x)",
    ],
  }),
];

export const smallTensors: Group = {
  name: "small",
  description: "What each call costs: tensors so small that the arithmetic does not count.",
  rows: small,
  usesBlas: false,
};

export const pointwise: Group = {
  name: "pointwise",
  description: "Ten functions of float32, at four sizes. add, mul and pow take two tensors.",
  rows: sizes.flatMap((size) => functions.map((the) => pointwiseRow(the, size))),
  usesBlas: false,
};
