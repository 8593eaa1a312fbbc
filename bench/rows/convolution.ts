import type { Group, Row } from "../row.ts";
import { row } from "./snippets.ts";

interface Convolution {
  readonly name: string;
  readonly batch: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly size: number;
  readonly kernel: number;
  readonly padding: number;
}

const convolutions: readonly Convolution[] = [
  {
    name: "conv2d 3×3, 64→64 at 56², N 8",
    batch: 8,
    inputs: 64,
    outputs: 64,
    size: 56,
    kernel: 3,
    padding: 1,
  },
  {
    name: "LeNet's first, 5×5, 1→6 at 28², N 32",
    batch: 32,
    inputs: 1,
    outputs: 6,
    size: 28,
    kernel: 5,
    padding: 2,
  },
  {
    name: "LeNet's second, 5×5, 6→16 at 14², N 32",
    batch: 32,
    inputs: 6,
    outputs: 16,
    size: 14,
    kernel: 5,
    padding: 0,
  },
];

function forward(the: Convolution): Row {
  const { batch, inputs, outputs, size, kernel, padding } = the;
  const image = `${batch}, ${inputs}, ${size}, ${size}`;
  const weight = `${outputs}, ${inputs}, ${kernel}, ${kernel}`;
  return row(the.name, ["convolution"], {
    typetorch: [
      `const x = torch.randn(${image}), w = torch.randn(${weight}), b = torch.randn(${outputs})`,
      `F.conv2d(x, w, b, 1, ${padding})`,
    ],
    pytorch: [
      `x = torch.randn(${image}); w = torch.randn(${weight}); b = torch.randn(${outputs})`,
      `F.conv2d(x, w, b, 1, ${padding})`,
    ],
    // The channels are last there, and the backend has no other way.
    tfjs: [
      `const x = tf.randomNormal([${batch}, ${size}, ${size}, ${inputs}]), w = tf.randomNormal([${kernel}, ${kernel}, ${inputs}, ${outputs}]), b = tf.randomNormal([${outputs}])`,
      `tf.tidy(() => tf.add(tf.conv2d(x, w, 1, ${padding}), b))`,
    ],
    jax: [
      `const x = np.ones([${image}]), w = np.ones([${weight}])`,
      `jax.lax.convGeneralDilated(x.ref, w.ref, [1, 1], [[${padding}, ${padding}], [${padding}, ${padding}]])`,
    ],
  });
}

/** Forward, and the gradients of the image, the weight and the bias. */
function withGradients(the: Convolution): Row {
  const { batch, inputs, outputs, size, kernel, padding } = the;
  const image = `${batch}, ${inputs}, ${size}, ${size}`;
  const weight = `${outputs}, ${inputs}, ${kernel}, ${kernel}`;
  const result = size + 2 * padding - kernel + 1;
  const gradient = `${batch}, ${outputs}, ${result}, ${result}`;
  return row(`${the.name}, with gradients`, ["convolution"], {
    typetorch: [
      `const o = { requires_grad: true }, x = torch.randn(${image}, o), w = torch.randn(${weight}, o), b = torch.randn(${outputs}, o), g = torch.randn(${gradient})`,
      `torch.autograd.grad(F.conv2d(x, w, b, 1, ${padding}), [x, w, b], { grad_outputs: g })`,
    ],
    pytorch: [
      `o = {"requires_grad": True}; x = torch.randn(${image}, **o); w = torch.randn(${weight}, **o); b = torch.randn(${outputs}, **o); g = torch.randn(${gradient})`,
      `torch.autograd.grad(F.conv2d(x, w, b, 1, ${padding}), [x, w, b], g)`,
    ],
  });
}

export const convolution: Group = {
  name: "convolution",
  description:
    "conv2d of float32 with a bias: forward, and forward with the gradients of image, weight and bias. tfjs has the channels last; jax-js's has no bias.",
  rows: convolutions.flatMap((the) => [forward(the), withGradients(the)]),
  usesBlas: true,
};
