/** The model of the lesson on characters: trained as PyTorch trains it, on the lesson's own text. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import torch, { F, nn, optim, text, type Tensor } from "../../runtime/index.ts";
import { readOracle, type EncodedTensor } from "./data.ts";

const { sizes, losses } = readOracle<{
  sizes: { width: number; heads: number; context: number; batch: number };
  losses: EncodedTensor;
}>("character-gpt.json");
const { width, heads, context, batch } = sizes;

function readSonnets(): string {
  const lesson = new URL("../../notebooks/07-characters-gpt.ipynb", import.meta.url);
  const { cells } = JSON.parse(readFileSync(lesson, "utf8")) as { cells: { source: string[] }[] }; // a notebook
  const cell = cells
    .map(({ source }) => source.join(""))
    .find((each) => each.startsWith("const sonnets = `"));
  return cell!.split("`")[1]!; // the lesson has this cell
}

const divided = (part: Tensor): Tensor => part.unflatten(-1, [heads, width / heads]).transpose(1, 2);

class Attention extends nn.Module {
  queries = new nn.Linear(width, width, { bias: false });
  keys = new nn.Linear(width, width, { bias: false });
  values = new nn.Linear(width, width, { bias: false });
  project = new nn.Linear(width, width, { bias: false });

  override forward(x: Tensor): Tensor {
    const [q, k, v] = [divided(this.queries(x)), divided(this.keys(x)), divided(this.values(x))] as const;
    const seen = F.scaled_dot_product_attention(q, k, v, { is_causal: true });
    return this.project(seen.transpose(1, 2).flatten(2));
  }
}

class Block extends nn.Module {
  norm1 = new nn.LayerNorm(width);
  attention = new Attention();
  norm2 = new nn.LayerNorm(width);
  think = new nn.Sequential(new nn.Linear(width, 4 * width), new nn.GELU(), new nn.Linear(4 * width, width));

  override forward(x: Tensor): Tensor {
    const seen = x.add(this.attention(this.norm1(x)));
    return seen.add(this.think(this.norm2(seen)));
  }
}

class GPT extends nn.Module {
  token: nn.Embedding;
  position: nn.Embedding;
  blocks: nn.Sequential;
  norm: nn.LayerNorm;
  scores: nn.Linear;

  constructor(characters: number) {
    super();
    this.token = new nn.Embedding(characters, width);
    this.position = new nn.Embedding(context, width);
    this.blocks = new nn.Sequential(new Block(), new Block(), new Block(), new Block());
    this.norm = new nn.LayerNorm(width);
    this.scores = new nn.Linear(width, characters, { bias: false });
    for (const parameter of this.parameters()) if (parameter.ndim === 2) nn.init.normal_(parameter, 0, 0.08);
  }

  override forward(ids: Tensor): Tensor {
    const x = this.token(ids).add(this.position(torch.arange(ids.size(1))));
    return this.scores(this.norm(this.blocks(x)));
  }
}

test("a character GPT of 0.2 million parameters has PyTorch's loss at every step", () => {
  const sonnets = readSonnets();
  const tokenizer = new text.CharacterTokenizer(sonnets);
  const ids = tokenizer.encode(sonnets);
  torch.manual_seed(0);
  const model = new GPT(tokenizer.vocab_size);
  const optimizer = new optim.AdamW(model.parameters(), { lr: 3e-3 });
  const ratios = losses.values.map((expected) => {
    const places = torch.randint(ids.length - context, [batch, 1]).add(torch.arange(context));
    const logits = model(ids.index(places)).flatten(0, 1);
    const loss = F.cross_entropy(logits, ids.index(places.add(1)).flatten());
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    return loss.item() / Number(expected);
  });
  expect(Math.max(...ratios.map((ratio) => Math.abs(ratio - 1)))).toBeLessThan(1e-4);
});
