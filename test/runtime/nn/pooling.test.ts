import { describe, expect, test } from "vitest";
import torch, { F, nn, type Tensor } from "../../../runtime/index.ts";

const image = torch.arange(16).reshape(1, 4, 4).float();

/** What is pooled, and where it was. */
function pair(pooled: Iterable<Tensor>): [Tensor, Tensor] {
  return [...pooled] as [Tensor, Tensor]; // asked for with `return_indices`
}

describe("pooling modules", () => {
  test("compute what the functions compute", () => {
    expect(new nn.MaxPool2d(2)(image).tolist()).toEqual([[[5, 7], [13, 15]]]); // prettier-ignore
    expect(new nn.AvgPool2d(2)(image).tolist()).toEqual(F.avg_pool2d(image, 2).tolist());
    expect(new nn.AvgPool2d(2, { divisor_override: 1 })(image).tolist()).toEqual([[[10, 18], [42, 50]]]); // prettier-ignore
    expect(new nn.MaxPool1d(2, 1)(image).shape).toEqual([1, 4, 3]);
    expect(new nn.AvgPool1d(3, { padding: 1 })(image).shape).toEqual([1, 4, 2]);
    expect(new nn.AdaptiveAvgPool2d(1)(image).tolist()).toEqual([[[7.5]]]);
    expect(new nn.AdaptiveAvgPool1d(2)(image).shape).toEqual([1, 4, 2]);
    expect(new nn.AdaptiveMaxPool2d([1, null])(image).tolist()).toEqual([[[12, 13, 14, 15]]]);
    expect(new nn.AdaptiveMaxPool1d(1)(image).tolist()).toEqual([[[3], [7], [11], [15]]]);
  });

  test("give positions when asked, as int64 counted within each plane", () => {
    const [values, indices] = pair(new nn.MaxPool2d(2, { return_indices: true })(image));
    expect(values.tolist()).toEqual([[[5, 7], [13, 15]]]); // prettier-ignore
    expect([indices.dtype, indices.tolist()]).toEqual([torch.int64, values.tolist()]);
    expect(pair(new nn.AdaptiveMaxPool1d(2, true)(image))[1].shape).toEqual([1, 4, 2]);
    expect(pair(new nn.AdaptiveMaxPool2d(2, true)(image))[1].shape).toEqual([1, 2, 2]);
  });

  test.each<[unknown, string]>([
    [new nn.MaxPool2d(2), "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)"],
    [
      new nn.MaxPool2d([2, 3], 1, { ceil_mode: true, return_indices: true }),
      "MaxPool2d(kernel_size=(2, 3), stride=1, padding=0, dilation=1, ceil_mode=True)",
    ],
    [new nn.MaxPool1d(2), "MaxPool1d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)"],
    [new nn.AvgPool2d(2, { divisor_override: 3 }), "AvgPool2d(kernel_size=2, stride=2, padding=0)"],
    [new nn.AvgPool1d(3), "AvgPool1d(kernel_size=(3,), stride=(3,), padding=(0,))"],
    [new nn.AdaptiveAvgPool2d([1, null]), "AdaptiveAvgPool2d(output_size=(1, None))"],
    [new nn.AdaptiveMaxPool2d(2), "AdaptiveMaxPool2d(output_size=2)"],
  ])("print as PyTorch prints them: %s", (layer, printed) => {
    expect(String(layer)).toBe(printed);
  });

  test("refuse an unknown option, and a size that is none", () => {
    expect(() => new nn.MaxPool2d(2, { strides: 1 } as object)).toThrow(
      "unexpected keyword argument 'strides'",
    );
    expect(() => new nn.AdaptiveAvgPool2d("1" as never)).toThrow(
      "'output_size' must be a whole number or null",
    );
  });
});

describe("maximum pooling", () => {
  test("takes the first of equals, and the last NaN before everything", () => {
    const input = torch.tensor([[[1, 1, NaN, 5], [1, 1, 7, NaN]]]); // prettier-ignore
    const [values, indices] = pair(F.max_pool2d(input, 2, { return_indices: true }));
    expect([values.tolist(), indices.tolist()]).toEqual([[[[1, NaN]]], [[[0, 7]]]]);
  });

  test("finds a position also where everything is minus infinity", () => {
    const [values, indices] = pair(
      F.max_pool2d(torch.full([1, 2, 8], -Infinity), 2, { return_indices: true }),
    );
    expect([values.tolist(), indices.tolist()]).toEqual([
      [[[-Infinity, -Infinity, -Infinity, -Infinity]]],
      [[[0, 2, 4, 6]]],
    ]);
  });

  test("sends the gradient to the numbers it took, and adds where windows overlap", () => {
    const input = torch.tensor([[[0, 3, 0, 1]]]).requires_grad_();
    F.max_pool1d(input, 2, 1).sum().backward();
    expect(input.grad!.tolist()).toEqual([[[0, 2, 0, 1]]]);
  });
});
