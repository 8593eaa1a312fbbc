import { describe, expect, test } from "vitest";
import torch, { nn } from "../../../runtime/index.ts";

describe("a convolution", () => {
  test("begins with PyTorch's weights after the same seed", () => {
    torch.manual_seed(0);
    const { weight, bias } = new nn.Conv2d(4, 2, [1, 2], { groups: 2 });
    // torch.manual_seed(0); c = torch.nn.Conv2d(4, 2, (1, 2), groups=2); c.weight, c.bias
    const expected = {
      weight: ["-0.0037", "0.2682", "-0.4115", "-0.3680", "-0.1926", "0.1341", "-0.0099", "0.3964"],
      bias: ["-0.0444", "0.1323"],
    };
    expect(weight.shape).toEqual([2, 2, 1, 2]);
    expect(Array.from(weight.reshape(-1).tolist() as number[], (x) => x.toFixed(4))).toEqual(expected.weight);
    expect(Array.from(bias!.tolist() as number[], (x) => x.toFixed(4))).toEqual(expected.bias);
  });

  test.each<[unknown, string]>([
    [
      new nn.Conv2d(1, 6, 5, { padding: 2 }),
      "Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2))",
    ],
    [
      new nn.Conv2d(4, 6, [3, 2], 2, 0, 2, 2, false),
      "Conv2d(4, 6, kernel_size=(3, 2), stride=(2, 2), dilation=(2, 2), groups=2, bias=False)",
    ],
    [
      new nn.Conv2d(1, 2, 3, { padding: "same" }),
      "Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1), padding=same)",
    ],
    [new nn.Conv1d(3, 4, 3), "Conv1d(3, 4, kernel_size=(3,), stride=(1,))"],
    [
      new nn.ConvTranspose2d(3, 4, 3, 2, { output_padding: 1 }),
      "ConvTranspose2d(3, 4, kernel_size=(3, 3), stride=(2, 2), output_padding=(1, 1))",
    ],
  ])("prints as PyTorch prints it: %s", (layer, printed) => {
    expect(String(layer)).toBe(printed);
  });

  test("maps a batch and a single item", () => {
    const layer = new nn.Conv2d(3, 4, 3, { stride: 2, padding: 1 });
    expect(layer(torch.ones([2, 3, 8, 6])).shape).toEqual([2, 4, 4, 3]);
    expect(layer(torch.ones([3, 8, 6])).shape).toEqual([4, 4, 3]);
    expect(new nn.Conv1d(2, 5, 3)(torch.ones([1, 2, 7])).shape).toEqual([1, 5, 5]);
    expect(new nn.Conv3d(1, 2, 2)(torch.ones([1, 1, 3, 3, 3])).shape).toEqual([1, 2, 2, 2, 2]);
    expect(new nn.ConvTranspose1d(2, 3, 4, { stride: 2 })(torch.ones([1, 2, 5])).shape).toEqual([1, 3, 12]);
    expect(new nn.ConvTranspose3d(1, 2, 2)(torch.ones([1, 2, 2, 2])).shape).toEqual([2, 3, 3, 3]);
  });

  test.each<[string, () => unknown, string, string]>([
    [
      "channels that groups do not divide",
      () => new nn.Conv2d(3, 4, 3, { groups: 2 }),
      "ValueError",
      "in_channels must be divisible by groups",
    ],
    [
      "no groups",
      () => new nn.Conv2d(3, 4, 3, { groups: 0 }),
      "ValueError",
      "groups must be a positive integer",
    ],
    [
      "an unknown word of padding",
      () => new nn.Conv2d(3, 4, 3, { padding: "full" as "same" }),
      "ValueError",
      "Invalid padding string 'full'",
    ],
    [
      "same padding with a stride",
      () => new nn.Conv2d(3, 4, 3, { padding: "same", stride: 2 }),
      "ValueError",
      "not supported for strided convolutions",
    ],
    [
      "another padding mode",
      () => new nn.Conv2d(3, 4, 3, { padding_mode: "mirror" as "zeros" }),
      "ValueError",
      "padding_mode must be one of",
    ],
    [
      "a size for each of three dimensions",
      () => new nn.Conv2d(3, 4, [3, 3, 3]),
      "RuntimeError",
      "list of 2 values",
    ],
    [
      "an unknown option",
      () => new nn.Conv2d(3, 4, 3, { strides: 2 } as object),
      "TypeError",
      "unexpected keyword argument 'strides'",
    ],
    [
      "the wrong number of channels",
      () => new nn.Conv2d(3, 4, 3)(torch.ones([1, 2, 5, 5])),
      "RuntimeError",
      "to have 3 channels, but got 2 channels",
    ],
  ])("refuses %s", (_, make, name, message) => {
    expect(make).toThrow(
      expect.objectContaining({ name, message: expect.stringContaining(message) as unknown }),
    );
  });
});

describe("Flatten", () => {
  test("keeps the batch, and flattens what it is told to", () => {
    expect(new nn.Flatten()(torch.ones([2, 3, 4])).shape).toEqual([2, 12]);
    expect(new nn.Flatten(0, 1)(torch.ones([2, 3, 4])).shape).toEqual([6, 4]);
    expect(new nn.Flatten({ end_dim: -2, start_dim: 0 })(torch.ones([2, 3, 4])).shape).toEqual([6, 4]);
  });

  test("prints as PyTorch prints it", () => {
    expect(String(new nn.Flatten())).toBe("Flatten(start_dim=1, end_dim=-1)");
  });

  test("refuses a dimension that is not a whole number", () => {
    expect(() => new nn.Flatten(0.5)).toThrow("'start_dim' must be a whole number, not 0.5");
  });
});
