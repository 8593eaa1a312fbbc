import type { Group, Row } from "../row.ts";
import { row } from "./snippets.ts";

/** A step as both libraries write it. */
interface Step {
  readonly name: string;
  readonly goal: string;
  /** How typetorch makes the model, and how PyTorch does. */
  readonly model: readonly [typetorch: string, pytorch: string];
  readonly optimizer: readonly [typetorch: string, pytorch: string];
  readonly input: string;
  readonly batch: number;
  readonly tfjs?: readonly [prepare: string, body: string];
  readonly jax?: readonly [prepare: string, body: string];
}

function classification(the: Step): Row {
  const { batch, input, model, optimizer } = the;
  return row(the.name, [the.goal], {
    typetorch: [
      `const m = ${model[0]}, o = ${optimizer[0]}, loss = new nn.CrossEntropyLoss(), x = torch.randn(${batch}, ${input}), t = torch.randint(10, [${batch}]);
      function step() { o.zero_grad(); loss(m(x), t).backward(); o.step(); }`,
      "step()",
    ],
    pytorch: [
      `m = ${model[1]}; o = ${optimizer[1]}; loss = nn.CrossEntropyLoss(); x = torch.randn(${batch}, ${input}); t = torch.randint(10, [${batch}])
def step():
    o.zero_grad(); loss(m(x), t).backward(); o.step()`,
      "step()",
    ],
    ...(the.tfjs === undefined ? {} : { tfjs: the.tfjs }),
    ...(the.jax === undefined ? {} : { jax: the.jax }),
  });
}

const perceptron = [
  "new nn.Sequential(new nn.Linear(784, 256), new nn.ReLU(), new nn.Linear(256, 10))",
  "nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))",
] as const;

const layers =
  "L.Conv2d(1, 6, 5, 1, 2), L.ReLU(), L.MaxPool2d(2), L.Conv2d(6, 16, 5), L.ReLU(), L.MaxPool2d(2), L.Flatten(), " +
  "L.Linear(400, 120), L.ReLU(), L.Linear(120, 84), L.ReLU(), L.Linear(84, 10)";
const lenet = [
  `new nn.Sequential(${layers.replaceAll("L.", "new nn.")})`,
  `nn.Sequential(${layers.replaceAll("L.", "nn.")})`,
] as const;

function tfjsPerceptron(optimizer: string): readonly [string, string] {
  return [
    `const weight = (...shape) => tf.variable(tf.mul(tf.randomNormal(shape), 0.05));
    const w1 = weight(784, 256), b1 = weight(256), w2 = weight(256, 10), b2 = weight(10);
    const o = ${optimizer}, x = tf.randomNormal([64, 784]), t = tf.oneHot(tf.randomUniform([64], 0, 10, "int32"), 10);
    const model = (x) => tf.add(tf.matMul(tf.relu(tf.add(tf.matMul(x, w1), b1)), w2), b2);
    const loss = () => tf.losses.softmaxCrossEntropy(t, model(x));`,
    "tf.tidy(() => { o.minimize(loss); })",
  ];
}

/** jax-js has no optimizers; this is how its users write one. */
const jaxPerceptron: readonly [string, string] = [
  `let p = [np.ones([784, 256]), np.zeros([256]), np.ones([256, 10]), np.zeros([10])];
    const x = jax.random.normal(jax.random.key(1), [64, 784]), t = jax.nn.oneHot(np.array(new Int32Array(64), { dtype: np.int32 }), 10);
    const loss = ([w1, b1, w2, b2], x, t) => jax.nn.logSoftmax(np.matmul(jax.nn.relu(np.matmul(x, w1).add(b1)), w2).add(b2), 1).mul(t).sum().mul(-1 / 64);
    const update = jax.jit((p, x, t) => { const g = jax.grad(loss)(jax.tree.ref(p), x, t); return p.map((v, i) => v.sub(g[i].mul(0.1))); });
    function step() { p = update(p, x.ref, t.ref); return jax.tree.ref(p); }`,
  "step()",
];

const transformer: Row = row("Transformer block, forward and backward", ["Transformer"], {
  typetorch: [
    `const m = new nn.TransformerEncoderLayer(128, 4, 512, { dropout: 0, batch_first: true }), x = torch.randn(8, 64, 128), g = torch.randn(8, 64, 128);
    function step() { m.zero_grad(); m(x).backward(g); }`,
    "step()",
  ],
  pytorch: [
    `m = nn.TransformerEncoderLayer(128, 4, 512, dropout=0, batch_first=True); x = torch.randn(8, 64, 128); g = torch.randn(8, 64, 128)
def step():
    m.zero_grad(); m(x).backward(g)`,
    "step()",
  ],
});

/** A recurrent layer over 50 steps of a batch of 32. */
function recurrent(kind: "LSTM" | "GRU"): Row {
  return row(`${kind}(64, 128) over 50 steps, forward and backward`, ["recurrent layers"], {
    typetorch: [
      `const m = new nn.${kind}(64, 128), x = torch.randn(50, 32, 64), g = torch.randn(50, 32, 128);
    function step() { m.zero_grad(); m(x)[0].backward(g); }`,
      "step()",
    ],
    pytorch: [
      `m = nn.${kind}(64, 128); x = torch.randn(50, 32, 64); g = torch.randn(50, 32, 128)
def step():
    m.zero_grad(); m(x)[0].backward(g)`,
      "step()",
    ],
  });
}

/** The step of an optimizer alone: a million parameters in twenty tensors, against one of PyTorch's ways to compute it. */
function update(
  optimizer: string,
  settings: Readonly<Record<string, number>>,
  way: "fused" | "foreach",
): Row {
  const named = (separator: string): string =>
    Object.entries(settings)
      .map(([name, value]) => `, ${name}${separator}${value}`)
      .join("");
  return row(`${optimizer} step of 1 M parameters, PyTorch's ${way}`, ["optimizers"], {
    typetorch: [
      `const p = Array.from({ length: 20 }, () => new nn.Parameter(torch.randn(250, 200)));
    for (const each of p) each.grad = torch.randn(250, 200);
    const o = new optim.${optimizer}({ params: p${named(": ")} });`,
      "o.step()",
    ],
    pytorch: [
      `p = [nn.Parameter(torch.randn(250, 200)) for _ in range(20)]
for each in p: each.grad = torch.randn(250, 200)
o = optim.${optimizer}(p, ${way}=True${named("=")})`,
      "o.step()",
    ],
  });
}

/** A step of the model of the lesson on characters: 0.2 million parameters, 16 pieces of 64 characters. */
const characters: Row = row("character GPT step, AdamW", ["character GPT"], {
  typetorch: [
    `class A extends nn.Module {
      q = new nn.Linear(64, 64, { bias: false }); k = new nn.Linear(64, 64, { bias: false }); v = new nn.Linear(64, 64, { bias: false }); p = new nn.Linear(64, 64, { bias: false });
      forward(x) { const d = (y) => y.unflatten(-1, [4, 16]).transpose(1, 2);
        return this.p(F.scaled_dot_product_attention(d(this.q(x)), d(this.k(x)), d(this.v(x)), { is_causal: true }).transpose(1, 2).flatten(2)); }
    }
    class B extends nn.Module {
      n = new nn.LayerNorm(64); a = new A(); m = new nn.LayerNorm(64); t = new nn.Sequential(new nn.Linear(64, 256), new nn.GELU(), new nn.Linear(256, 64));
      forward(x) { const y = x.add(this.a(this.n(x))); return y.add(this.t(this.m(y))); }
    }
    class G extends nn.Module {
      e = new nn.Embedding(59, 64); w = new nn.Embedding(64, 64); b = new nn.Sequential(new B(), new B(), new B(), new B()); n = new nn.LayerNorm(64); s = new nn.Linear(64, 59, { bias: false });
      forward(i) { return this.s(this.n(this.b(this.e(i).add(this.w(torch.arange(64)))))); }
    }
    const m = new G(), o = new optim.AdamW(m.parameters()), x = torch.randint(59, [16, 64]), t = torch.randint(59, [16, 64]);
    function step() { o.zero_grad(); F.cross_entropy(m(x).flatten(0, 1), t.flatten()).backward(); o.step(); }`,
    "step()",
  ],
  pytorch: [
    `class A(nn.Module):
    def __init__(self):
        super().__init__(); self.q, self.k, self.v, self.p = (nn.Linear(64, 64, bias=False) for _ in range(4))
    def forward(self, x):
        d = lambda y: y.unflatten(-1, (4, 16)).transpose(1, 2)
        return self.p(F.scaled_dot_product_attention(d(self.q(x)), d(self.k(x)), d(self.v(x)), is_causal=True).transpose(1, 2).flatten(2))
class B(nn.Module):
    def __init__(self):
        super().__init__(); self.n, self.a, self.m, self.t = nn.LayerNorm(64), A(), nn.LayerNorm(64), nn.Sequential(nn.Linear(64, 256), nn.GELU(), nn.Linear(256, 64))
    def forward(self, x):
        y = x + self.a(self.n(x)); return y + self.t(self.m(y))
class G(nn.Module):
    def __init__(self):
        super().__init__(); self.e, self.w, self.b, self.n, self.s = nn.Embedding(59, 64), nn.Embedding(64, 64), nn.Sequential(B(), B(), B(), B()), nn.LayerNorm(64), nn.Linear(64, 59, bias=False)
    def forward(self, i):
        return self.s(self.n(self.b(self.e(i) + self.w(torch.arange(64)))))
m = G(); o = optim.AdamW(m.parameters()); x = torch.randint(59, (16, 64)); t = torch.randint(59, (16, 64))
def step():
    o.zero_grad(); F.cross_entropy(m(x).flatten(0, 1), t.flatten()).backward(); o.step()`,
    "step()",
  ],
});

export const training: Group = {
  name: "training",
  description:
    "A whole step: zero_grad, forward, loss, backward, update. MLP: 784-256-10, batch 64. LeNet: batch 32, SGD. The Transformer block takes (8, 64, 128), " +
    "has 4 heads and 512 hidden units, and does not update, nor do the recurrent layers, which take (50, 32, 64). The last rows are the update alone, of 20 tensors of (250, 200).",
  rows: [
    classification({
      name: "MLP step, SGD",
      goal: "MLP with SGD",
      model: perceptron,
      optimizer: ["new optim.SGD(m.parameters(), { lr: 0.1 })", "optim.SGD(m.parameters(), lr=0.1)"],
      input: "784",
      batch: 64,
      tfjs: tfjsPerceptron("tf.train.sgd(0.1)"),
      jax: jaxPerceptron,
    }),
    classification({
      name: "MLP step, Adam",
      goal: "MLP with Adam",
      model: perceptron,
      optimizer: ["new optim.Adam(m.parameters())", "optim.Adam(m.parameters())"],
      input: "784",
      batch: 64,
      tfjs: tfjsPerceptron("tf.train.adam(0.001)"),
    }),
    classification({
      name: "LeNet step, SGD",
      goal: "LeNet",
      model: lenet,
      optimizer: ["new optim.SGD(m.parameters(), { lr: 0.01 })", "optim.SGD(m.parameters(), lr=0.01)"],
      input: "1, 28, 28",
      batch: 32,
    }),
    transformer,
    characters,
    recurrent("LSTM"),
    recurrent("GRU"),
    update("SGD", { lr: 0.01, momentum: 0.9 }, "fused"),
    update("SGD", { lr: 0.01, momentum: 0.9 }, "foreach"),
    update("Adam", { lr: 0.001 }, "fused"),
    update("Adam", { lr: 0.001 }, "foreach"),
    update("RMSprop", { lr: 0.001 }, "foreach"),
    update("NAdam", { lr: 0.001 }, "foreach"),
  ],
  usesBlas: true,
};
