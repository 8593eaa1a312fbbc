import fc from "fast-check";
import { expect, test } from "vitest";
import torch, { nn } from "../../../../runtime/index.ts";

const { pack_padded_sequence, pack_sequence, pad_packed_sequence, pad_sequence, PackedSequence } =
  nn.utils.rnn;
const { invert_permutation, unpack_sequence, unpad_sequence } = nn.utils.rnn;

const batch = torch.arange(12).float().reshape(4, 3);

test("packing leaves the padding out, step by step, and prints as in Python", () => {
  expect(String(pack_padded_sequence(batch, [4, 2, 1]))).toBe(
    "PackedSequence(data=tensor([0., 1., 2., 3., 4., 6., 9.]), batch_sizes=tensor([3, 2, 1, 1]), sorted_indices=None, unsorted_indices=None)",
  );
  expect(String(pack_padded_sequence(batch, torch.tensor([2n, 4n, 1n]), { enforce_sorted: false }))).toBe(
    "PackedSequence(data=tensor([ 1.,  0.,  2.,  4.,  3.,  7., 10.]), batch_sizes=tensor([3, 2, 1, 1]), sorted_indices=tensor([1, 0, 2]), unsorted_indices=tensor([1, 0, 2]))",
  );
});

test("padding again gives the sequences in their order, and their lengths", () => {
  const packed = pack_padded_sequence(batch, [2, 4, 1], { enforce_sorted: false });
  const [padded, lengths] = pad_packed_sequence(packed, true, -1, 6);
  expect(padded.tolist()).toEqual([
    [0, 3, -1, -1, -1, -1],
    [1, 4, 7, 10, -1, -1],
    [2, -1, -1, -1, -1, -1],
  ]);
  expect(lengths.tolist()).toEqual([2, 4, 1]);
  expect(() => pad_packed_sequence(packed, { total_length: 2 })).toThrow(
    "Expected total_length to be at least the length of the longest sequence in input, but got total_length=2 and max sequence length being 4",
  );
});

test("lengths that are not those of the batch are refused with PyTorch's sentences", () => {
  const wrong: [readonly number[] | torch.Tensor, string][] = [
    [[4, 2, 3], "must be sorted in decreasing order when `enforce_sorted` is True"],
    [[4, 2, 0], "Length of all samples has to be greater than 0"],
    [[4, 2], "Expected `len(lengths)` to be equal to batch_size, but got 2 (batch_size=3)"],
    [[5, 2, 1], "the longest of the lengths is 5, and the input has 4 steps"],
    [torch.tensor([[4n, 2n, 1n]]), "should be a 1D CPU int64 tensor, but got 2D cpu Long tensor"],
  ];
  for (const [lengths, message] of wrong) expect(() => pack_padded_sequence(batch, lengths)).toThrow(message);
  expect(() => pack_padded_sequence(torch.zeros(0, 2), [0, 0])).toThrow("Cannot pack empty tensors.");
});

test("sequences are padded on either side, with any number", () => {
  const rows = [batch.narrow(0, 0, 1), batch.narrow(0, 0, 2)];
  expect(pad_sequence(rows, { padding_side: "left" }).tolist()).toEqual([
    [
      [0, 0, 0],
      [0, 1, 2],
    ],
    [
      [0, 1, 2],
      [3, 4, 5],
    ],
  ]);
  expect(pad_sequence(rows, true, 7).select(0, 0).tolist()).toEqual([
    [0, 1, 2],
    [7, 7, 7],
  ]);
  expect(() => pad_sequence([])).toThrow("received an empty list of sequences");
  expect(() => pad_sequence([batch], { padding_side: "x" as never })).toThrow(
    "Expected padding_side to be one of left or right, but got x",
  );
  expect(() => pad_sequence([batch, torch.zeros(2)])).toThrow("differ in more than their lengths");
});

test("gradients flow through packing and padding to what is no padding", () => {
  const x = batch.clone().requires_grad_();
  const [padded] = pad_packed_sequence(pack_padded_sequence(x, [4, 2, 1]));
  padded.sum().backward();
  expect(x.grad!.tolist()).toEqual([
    [1, 1, 1],
    [1, 1, 0],
    [1, 0, 0],
    [1, 0, 0],
  ]);
});

test("whatever is packed comes out again", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 6 }), (lengths) => {
      const sequences = lengths.map((length) => torch.randn(length, 2));
      const unpacked = unpack_sequence(pack_sequence(sequences, { enforce_sorted: false }));
      expect(unpacked.map(String)).toEqual(sequences.map(String));
      const unpadded = unpad_sequence(pad_sequence(sequences), torch.tensor(lengths.map(BigInt)));
      expect(unpadded.map(String)).toEqual(sequences.map(String));
    }),
    { numRuns: 25 },
  );
});

test("a packed sequence converts, is taken apart, and is made of a pair", () => {
  const packed = pack_sequence([torch.ones(1), torch.ones(3)], false);
  expect(packed.float()).toBe(packed);
  expect(packed.double().data.dtype).toBe(torch.float64);
  const fields = [packed.data, packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices];
  expect([...packed].every((tensor, index) => tensor === fields[index])).toBe(true);
  expect(new PackedSequence([packed.data, packed.batch_sizes]).sorted_indices).toBeNull();
  expect(() => new PackedSequence(batch)).toThrow("Expected data to be a list or tuple of length 2");
  expect(invert_permutation(torch.tensor([2n, 0n, 1n])).tolist()).toEqual([1, 2, 0]);
  expect(invert_permutation(null)).toBeNull();
});
