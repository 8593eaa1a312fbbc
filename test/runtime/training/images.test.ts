import { describe, expect, test } from "vitest";
import torch, { images } from "../../../runtime/index.ts";

describe("images", () => {
  test("makes bytes of one channel, from 0 and 1 or from the smallest to the largest value", () => {
    const grey = images(
      torch.tensor([
        [
          [0, 0.5],
          [1, 0.25],
        ],
      ]),
    );
    expect([...(grey.images[0]?.pixels ?? [])]).toEqual([0, 128, 255, 64]);
    expect([grey.width, grey.height, grey.channels]).toEqual([2, 2, 1]);
    const wide = images(torch.tensor([[-2, 2]]));
    expect([...(wide.images[0]?.pixels ?? [])]).toEqual([0, 255]);
    expect(wide.range).toEqual([-2, 2]);
  });

  test("puts the channels of a pixel side by side, and takes uint8 as it is", () => {
    const planes = torch.tensor([[[[1, 2]], [[3, 4]], [[5, 6]]]]).to(torch.uint8);
    expect([...(images(planes).images[0]?.pixels ?? [])]).toEqual([1, 3, 5, 2, 4, 6]);
    expect(images(planes).range).toEqual([0, 255]);
  });

  test("shows what is transparent before white", () => {
    const pixels = torch.tensor([[[[0, 255]], [[0, 100]], [[0, 0]], [[0, 51]]]]).to(torch.uint8);
    const [picture] = images(pixels).images;
    expect([...picture!.pixels]).toEqual([255, 255, 255, 255, 224, 204]);
  });

  test("keeps to a given range, and draws NaN as black and what lies outside at the ends", () => {
    const { images: shown } = images(torch.tensor([[-9, Number.NaN, 0.5, 9]]), { range: [0, 2] });
    expect([...(shown[0]?.pixels ?? [])]).toEqual([0, 0, 64, 255]);
    expect(images(torch.full([2, 2], 7)).range).toEqual([7, 8]);
  });

  test("says what each picture is, and which predictions are wrong", () => {
    const scores = torch.tensor([
      [0, 9, 0],
      [9, 0, 0],
    ]);
    const grid = images(torch.zeros(2, 1, 3, 3), {
      labels: torch.tensor([1n, 2n]),
      predictions: scores,
      names: ["cat", "dog", "eel"],
    });
    expect(grid.images.map(({ title, right }) => [title, right])).toEqual([
      ["dog", true],
      ["cat, not eel", false],
    ]);
    expect(String(grid)).toBe("2 grey pictures of 3 × 3 pixels, black is 0, white 1\n✓ dog · ✗ cat, not eel");
    expect(images(torch.zeros(1, 2, 2), { labels: ["a"] }).images[0]).toMatchObject({
      title: "a",
      right: null,
    });
  });

  test("shows the first of many, and says how many there are", () => {
    const grid = images(torch.zeros(100, 2, 2), {
      most: 3,
      columns: 2,
      labels: Array.from({ length: 100 }, (_, i) => i),
    });
    expect(grid.images).toHaveLength(3);
    expect(grid.text).toContain("3 of 100 grey pictures");
  });

  test("says what is wrong with its arguments", () => {
    expect(() => images(torch.zeros(1, 2, 4, 4))).toThrow(
      "shape [1, 2, 4, 4] has 2 channels, expected 1 (grey), 3 (red, green, blue) or 4",
    );
    expect(() => images(torch.zeros(3))).toThrow(
      "images: shape [3] is no batch of pictures. Expected [N, C, H, W]",
    );
    expect(() => images(torch.zeros(2, 3, 3), { labels: [1] })).toThrow("there are 2 pictures and 1 labels");
    expect(() => images(torch.zeros(3, 3), { range: [1, 1] })).toThrow(
      "range is [1, 1], expected two numbers, the smaller one first.",
    );
    expect(() => images(torch.zeros(3, 3), { columns: 0 })).toThrow(
      "columns is 0, expected a whole number above 0.",
    );
    expect(() => images([1] as never)).toThrow("expected a tensor of pictures, got an array of 1");
  });
});
