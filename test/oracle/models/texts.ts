/** Networks of layers that take sequences of tokens. */
import torch, { F, nn, type Tensor } from "../../../runtime/index.ts";
import type { Program } from "./model.ts";

class BagClassifier extends nn.Module {
  embedding: nn.EmbeddingBag = new nn.EmbeddingBag(20, 8);
  fc: nn.Linear = new nn.Linear(8, 3);

  override forward(tokens: Tensor, offsets: Tensor): Tensor {
    return this.fc(this.embedding(tokens, offsets));
  }
}

export function textClassifier(): Program {
  const model = new BagClassifier();
  const tokens = torch.randint(20, [30]);
  const offsets = torch.tensor([0n, 4n, 9n, 15n, 22n]);
  const y = torch.tensor([0n, 1n, 2n, 1n, 0n]);
  return { model, loss: () => F.cross_entropy(model(tokens, offsets), y) };
}

/** A layer that gives its output for each step, and its states in the end. */
type RecurrentLayer = nn.Module & ((input: Tensor) => [output: Tensor, states: unknown]);

/** Makes a layer from the sizes of its input and its states. */
interface RecurrentKind {
  new (input_size: number, hidden_size: number, options: { readonly batch_first: boolean }): RecurrentLayer;
}

class RecurrentClassifier extends nn.Module {
  embedding: nn.Embedding = new nn.Embedding(12, 6);
  recurrent: RecurrentLayer;
  fc: nn.Linear;

  constructor(Kind: RecurrentKind) {
    super();
    this.recurrent = new Kind(6, 8, { batch_first: true });
    this.fc = new nn.Linear(8, 3);
  }

  override forward(tokens: Tensor): Tensor {
    const [states] = this.recurrent(this.embedding(tokens));
    return this.fc(states.select(1, -1));
  }
}

export function recurrent(kind: RecurrentKind): Program {
  const model = new RecurrentClassifier(kind);
  const [x, y] = [torch.randint(12, [6, 7]), torch.randint(3, [6])];
  return { model, loss: () => F.cross_entropy(model(x), y) };
}

class EncoderClassifier extends nn.Module {
  embedding: nn.Embedding = new nn.Embedding(12, 8);
  encoder: nn.TransformerEncoder = new nn.TransformerEncoder(
    new nn.TransformerEncoderLayer(8, 2, 16, { dropout: 0.1, batch_first: true }),
    2,
    { enable_nested_tensor: false },
  );
  fc: nn.Linear = new nn.Linear(8, 3);

  override forward(tokens: Tensor): Tensor {
    return this.fc(this.encoder(this.embedding(tokens)).mean(1));
  }
}

export function transformer(): Program {
  const model = new EncoderClassifier();
  const [x, y] = [torch.randint(12, [5, 6]), torch.randint(3, [5])];
  return { model, loss: () => F.cross_entropy(model(x), y) };
}

class CausalBlock extends nn.Module {
  readonly heads: number;
  norm1: nn.LayerNorm;
  qkv: nn.Linear;
  out: nn.Linear;
  norm2: nn.LayerNorm;
  mlp: nn.Sequential;

  constructor(size: number, heads: number) {
    super();
    this.heads = heads;
    this.norm1 = new nn.LayerNorm(size);
    this.qkv = new nn.Linear(size, 3 * size);
    this.out = new nn.Linear(size, size);
    this.norm2 = new nn.LayerNorm(size);
    this.mlp = new nn.Sequential(new nn.Linear(size, 2 * size), new nn.GELU(), new nn.Linear(2 * size, size));
  }

  override forward(x: Tensor): Tensor {
    const [batch, time, size] = x.shape as readonly [number, number, number]; // as the embedding gives it
    const parts = this.qkv(this.norm1(x)).chunk(3, 2);
    const [q, k, v] = parts.map((part) =>
      part.view(batch, time, this.heads, size / this.heads).transpose(1, 2),
    ) as [Tensor, Tensor, Tensor]; // three parts
    const y = F.scaled_dot_product_attention(q, k, v, { is_causal: true });
    const after = x.add(this.out(y.transpose(1, 2).reshape(batch, time, size)));
    return after.add(this.mlp(this.norm2(after)));
  }
}

class CharacterGPT extends nn.Module {
  tokens: nn.Embedding = new nn.Embedding(11, 8);
  positions: nn.Embedding = new nn.Embedding(9, 8);
  blocks: nn.Sequential = new nn.Sequential(new CausalBlock(8, 2), new CausalBlock(8, 2));
  norm: nn.LayerNorm = new nn.LayerNorm(8);
  head: nn.Linear = new nn.Linear(8, 11, { bias: false });

  override forward(tokens: Tensor): Tensor {
    const x = this.tokens(tokens).add(this.positions(torch.arange(tokens.size(1))));
    return this.head(this.norm(this.blocks(x)));
  }
}

export function characterGPT(): Program {
  const model = new CharacterGPT();
  const text = torch.randint(11, [4, 10]);
  const [x, y] = [text.narrow(1, 0, 9), text.narrow(1, 1, 9)];
  return { model, loss: () => F.cross_entropy(model(x).reshape(-1, 11), y.reshape(-1)) };
}
