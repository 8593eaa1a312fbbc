import type { Group, Row } from "../row.ts";
import { row } from "./snippets.ts";

const shape = "1024, 1024";

const rows: readonly Row[] = [
  row("transposed copy of 1024²", ["movement"], {
    typetorch: [`const x = torch.rand(${shape})`, "x.t().contiguous()"],
    pytorch: [`x = torch.rand(${shape})`, "x.t().contiguous()"],
    tfjs: [`const x = tf.randomUniform([${shape}])`, "tf.transpose(x)"],
  }),
  row("gather in 1024²", ["movement"], {
    typetorch: [
      `const x = torch.rand(${shape}), index = torch.randint(1024, [${shape}])`,
      "x.gather(1, index)",
    ],
    pytorch: [`x = torch.rand(${shape}); index = torch.randint(1024, [${shape}])`, "x.gather(1, index)"],
  }),
  row("cat of two 1024², along the rows", ["movement"], {
    typetorch: [`const x = torch.rand(${shape}), y = torch.rand(${shape})`, "torch.cat([x, y], 1)"],
    pytorch: [`x = torch.rand(${shape}); y = torch.rand(${shape})`, "torch.cat([x, y], 1)"],
    tfjs: [
      `const x = tf.randomUniform([${shape}]), y = tf.randomUniform([${shape}])`,
      "tf.concat([x, y], 1)",
    ],
  }),
  row("index_put_ of 65,536 elements in 1024²", ["movement"], {
    typetorch: [
      `const x = torch.zeros(${shape}), v = torch.rand(65536); const [i, j] = [torch.randint(1024, [65536]), torch.randint(1024, [65536])]`,
      "x.index_put_([i, j], v)",
    ],
    pytorch: [
      `x = torch.zeros(${shape}); v = torch.rand(65536); i = torch.randint(1024, [65536]); j = torch.randint(1024, [65536])`,
      "x.index_put_((i, j), v)",
    ],
  }),
  row("sort of 1M", ["sort"], {
    typetorch: ["const x = torch.rand(1_000_000)", "torch.sort(x)"],
    pytorch: ["x = torch.rand(1_000_000)", "torch.sort(x)"],
    // tfjs sorts with topk only.
    tfjs: ["const x = tf.randomUniform([1_000_000])", "tf.topk(x, 1_000_000)"],
    jax: ["const x = jax.random.uniform(jax.random.key(1), [1_000_000])", "np.sort(x.ref)"],
  }),
];

export const movement: Group = {
  name: "movement",
  description: "Elements that only change places. PyTorch's sort also gives the indices; so does ours.",
  rows,
  usesBlas: false,
};
