import fc from "fast-check";
import { describe, expect, test } from "vitest";
import torch, { nn, type Tensor } from "../../../runtime/index.ts";

const networks = [
  { name: "RNN", make: (): nn.RNN => new nn.RNN(3, 4) },
  { name: "GRU", make: (): nn.GRU => new nn.GRU(3, 4) },
] as const;

/** What an expression throws, as `name: message`. */
function thrown(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    return String(error);
  }
  return "nothing";
}

describe.each(networks)("$name", ({ name, make }) => {
  test("says which dimensions, sizes and dtypes it takes", () => {
    const network = make();
    const x = torch.randn(5, 2, 3);
    expect(thrown(() => network(torch.randn(3)))).toMatch(
      `ValueError: ${name}: Expected input to be 2D or 3D, got 1D`,
    );
    expect(thrown(() => network(torch.randn(5, 2, 4)))).toMatch(
      "RuntimeError: input.size(-1) must be equal to input_size. Expected 3, got 4",
    );
    expect(thrown(() => network(x, torch.zeros(2, 4)))).toMatch(
      "RuntimeError: For batched 3-D input, hx should also be 3-D but got 2-D tensor",
    );
    expect(thrown(() => network(torch.randn(5, 3), torch.zeros(1, 1, 4)))).toMatch(
      "RuntimeError: For unbatched 2-D input, hx should also be 2-D but got 3-D tensor",
    );
    expect(thrown(() => network(x, torch.zeros(1, 3, 4)))).toMatch(
      "RuntimeError: Expected hidden size (1, 2, 4), got [1, 3, 4]",
    );
    expect(thrown(() => network(x.double()))).toMatch(
      "ValueError: RNN input dtype (torch.float64) does not match weight dtype (torch.float32). Convert input: input.to(torch.float32)",
    );
    expect(thrown(() => network(torch.randn(0, 2, 3)))).toMatch(
      "RuntimeError: Expected sequence length to be larger than 0 in RNN",
    );
  });

  test("takes a batch of no sequences", () => {
    const [output, h] = make()(torch.randn(5, 0, 3));
    expect([output.shape, h.shape]).toEqual([
      [5, 0, 4],
      [1, 0, 4],
    ]);
  });
});

test("an LSTM asks for two states of its sizes", () => {
  const lstm = new nn.LSTM(3, 4);
  const x = torch.randn(5, 2, 3);
  const [h, c] = [torch.zeros(1, 2, 4), torch.zeros(1, 3, 4)];
  expect(thrown(() => lstm(x, [h, c]))).toMatch(
    "RuntimeError: Expected hidden[1] size (1, 2, 4), got [1, 3, 4]",
  );
  expect(thrown(() => lstm(x, [torch.zeros(2, 4), torch.zeros(2, 4)]))).toMatch(
    "For batched 3-D input, hx and cx should also be 3-D but got (2-D, 2-D) tensors",
  );
  // A state alone, which the compiler refuses too.
  expect(thrown(() => lstm(x, [h] as never))).toMatch("must be an array of two Tensors, [h, c]");
  expect(thrown(() => new nn.LSTM(3, 4, { dropout: 2 }))).toMatch(
    "dropout should be a number in range [0, 1]",
  );
  expect(thrown(() => new nn.LSTM(0, 4))).toMatch("ValueError: input_size must be greater than zero");
  expect(thrown(() => new nn.LSTM(3, 4, { proj_size: 4 }))).toMatch(
    "proj_size has to be smaller than hidden_size",
  );
});

test("only an LSTM has a projection, and an Elman network one of two functions", () => {
  expect(thrown(() => new nn.GRU(3, 4, { proj_size: 1 } as never))).toMatch(
    "ValueError: proj_size argument is only supported for LSTM, not RNN or GRU",
  );
  expect(thrown(() => new nn.RNN(3, 4, { nonlinearity: "sin" as never }))).toMatch(
    "ValueError: Unknown nonlinearity 'sin'. Select from 'tanh' or 'relu'.",
  );
  expect(thrown(() => new nn.RNNBase("X" as never, 3, 4))).toMatch("ValueError: Unrecognized RNN mode: X");
});

test("cells say which of their tensors does not fit", () => {
  const cell = new nn.LSTMCell(3, 4);
  expect(thrown(() => cell(torch.randn(2, 5)))).toMatch(
    "input has inconsistent input_size: got 5 expected 3",
  );
  expect(thrown(() => cell(torch.randn(2, 3), [torch.zeros(3, 4), torch.zeros(3, 4)]))).toMatch(
    "Input batch size 2 doesn't match hidden0 batch size 3",
  );
  expect(thrown(() => new nn.GRUCell(3, 4)(torch.randn(2, 3), torch.zeros(2, 5)))).toMatch(
    "hidden0 has inconsistent hidden_size: got 5, expected 4",
  );
  expect(thrown(() => new nn.RNNCell(3, 4)(torch.randn(2, 3, 3)))).toMatch(
    "ValueError: RNNCell: Expected input to be 1D or 2D, got 3D instead",
  );
});

test("a network gives what its cell gives step by step", () => {
  const lstm = new nn.LSTM(3, 4);
  const cell = new nn.LSTMCell(3, 4);
  const [weights] = lstm.all_weights;
  torch.no_grad(() => [...cell.parameters()].forEach((own, index) => own.copy_(weights![index]!)));
  const x = torch.randn(5, 2, 3);
  const [output, [h, c]] = lstm(x);
  let state: [Tensor, Tensor] = [torch.zeros(2, 4), torch.zeros(2, 4)];
  for (const [index, step] of [...x].entries()) {
    state = cell(step, state);
    expect(torch.allclose(output.select(0, index), state[0], { atol: 1e-6 })).toBe(true);
  }
  expect(torch.allclose(h.select(0, 0), state[0], { atol: 1e-6 })).toBe(true);
  expect(torch.allclose(c.select(0, 0), state[1], { atol: 1e-6 })).toBe(true);
});

test("a weight that is set to another one counts from then on", () => {
  const gru = new nn.GRU(2, 2);
  const x = torch.ones(1, 1, 2);
  const before = gru(x)[0];
  gru["weight_ih_l0"] = new nn.Parameter(torch.zeros(6, 2));
  expect(torch.equal(gru(x)[0], before)).toBe(false);
  expect([...gru.named_parameters()].map(([name]) => name)[0]).toBe("weight_ih_l0");
});

/** Lengths of sequences in a batch. */
const someLengths = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });

test("each packed sequence is computed as it would be alone, in both directions, with its gradient", () => {
  const { pack_sequence, unpack_sequence } = nn.utils.rnn;
  const lstm = new nn.LSTM(2, 3, { bidirectional: true, num_layers: 2 });
  fc.assert(
    fc.property(someLengths, (lengths) => {
      const sequences = lengths.map((length) => torch.randn(length, 2).requires_grad_());
      const together = unpack_sequence(lstm(pack_sequence(sequences, false))[0]);
      torch.autograd.backward(together.map((output) => output.square().sum()));
      for (const [index, sequence] of sequences.entries()) {
        const alone = sequence.detach().requires_grad_();
        const [output] = lstm(alone);
        output.square().sum().backward();
        expect(torch.allclose(output, together[index]!, { atol: 1e-5 })).toBe(true);
        expect(torch.allclose(alone.grad!, sequence.grad!, { atol: 1e-5 })).toBe(true);
      }
    }),
    { numRuns: 15 },
  );
});
