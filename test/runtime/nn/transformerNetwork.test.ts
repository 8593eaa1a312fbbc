import { expect, test } from "vitest";
import torch, { nn } from "../../../runtime/index.ts";

const small = { d_model: 4, nhead: 2, num_encoder_layers: 1, num_decoder_layers: 1, dim_feedforward: 5 };

test("a mask for later positions is −∞ above the diagonal", () => {
  expect(nn.Transformer.generate_square_subsequent_mask(3).tolist()).toEqual([
    [0, -Infinity, -Infinity],
    [0, 0, -Infinity],
    [0, 0, 0],
  ]);
  const wide = nn.Transformer.generate_square_subsequent_mask(2, { dtype: torch.float64 });
  expect(wide.dtype).toBe(torch.float64);
});

test("with the causal mask, no output depends on a later target", () => {
  const model = new nn.Transformer({ ...small, batch_first: true }).eval();
  const [src, tgt] = [torch.randn(1, 3, 4), torch.randn(1, 4, 4)];
  const tgt_mask = nn.Transformer.generate_square_subsequent_mask(4);
  const before = model(src, tgt, { tgt_mask });
  const changed = tgt.clone();
  changed.index_put_([0, 3], 9);
  const after = model(src, changed, { tgt_mask });
  expect(torch.allclose(before.narrow(1, 0, 3), after.narrow(1, 0, 3), { atol: 1e-6 })).toBe(true);
  expect(torch.allclose(before, after)).toBe(false);
});

test("batches and features that do not fit are refused with the shapes", () => {
  const model = new nn.Transformer(small);
  expect(() => model(torch.randn(3, 2, 4), torch.randn(3, 1, 4))).toThrow(
    "the batch number of src and tgt must be equal: src has shape [3, 2, 4], tgt [3, 1, 4]",
  );
  expect(() => model(torch.randn(3, 2, 5), torch.randn(3, 2, 4))).toThrow(
    "the feature number of src and tgt must be equal to d_model",
  );
  expect(() => new nn.TransformerDecoder(new nn.Linear(1, 1) as never, 2)).toThrow(
    "a TransformerDecoderLayer",
  );
  expect(() => new nn.TransformerDecoderLayer(4, 2, { activation: "tanh" as never })).toThrow(
    "activation should be relu/gelu, not tanh",
  );
});

test("an encoder and a decoder of one's own take the place of the usual ones", () => {
  class Passing extends nn.Module {
    override forward(input: torch.Tensor): torch.Tensor {
      return input;
    }
  }
  const model = new nn.Transformer({
    ...small,
    custom_encoder: new Passing(),
    custom_decoder: new Passing(),
  });
  const tgt = torch.randn(2, 1, 4);
  expect(model(torch.randn(3, 1, 4), tgt)).toBe(tgt);
  expect([...model.parameters()]).toEqual([]);
});
