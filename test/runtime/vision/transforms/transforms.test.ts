import fc from "fast-check";
import { describe, expect, test } from "vitest";
import torch, { vision, type Tensor } from "../../../../runtime/index.ts";

const { transforms } = vision;
const { functional } = transforms;

describe("images are made of", () => {
  test("pixels with their channels last, whose bytes become numbers from 0 to 1", () => {
    const data = Uint8ClampedArray.of(0, 255, 51, 102, 153, 204);
    const image = new transforms.ToTensor()({ data, width: 1, height: 2 });
    expect(image.shape).toEqual([3, 2, 1]);
    expect(image.dtype).toBe(torch.float32);
    expect(image.flatten().equal(torch.tensor([0, 102, 255, 153, 51, 204]).div(255))).toBe(true);
    const bytes = new transforms.PILToTensor()({ data, width: 1, height: 2 });
    expect(bytes.dtype).toBe(torch.uint8);
    expect(bytes.flatten().tolist()).toEqual([0, 102, 255, 153, 51, 204]);
  });

  test("nested arrays, whose numbers stay as they are", () => {
    expect(functional.to_tensor([[0.5, 200]]).tolist()).toEqual([[[0.5, 200]]]);
    expect(functional.to_tensor([[[1, 2, 3]], [[4, 5, 6]]]).shape).toEqual([3, 2, 1]);
    expect(functional.to_image({ data: Float32Array.of(1, 2), width: 2, height: 1 }).tolist()).toEqual([
      [[1, 2]],
    ]);
  });

  test("tensors, which have their channels first already", () => {
    const bytes = torch.tensor(Uint8Array.of(0, 255)).reshape(1, 1, 2);
    expect(functional.to_tensor(bytes).tolist()).toEqual([[[0, 1]]]);
    const fractions = torch.rand(1, 2, 2);
    expect(functional.to_tensor(fractions).equal(fractions)).toBe(true);
  });

  test("nothing that says other sizes than it has", () => {
    expect(() => functional.to_tensor({ data: new Uint8Array(5), width: 2, height: 2 })).toThrow(
      "to_tensor: 5 numbers are no image of 2 x 2 pixels",
    );
    expect(() => functional.to_tensor([1, 2] as never)).toThrow("pic should be 2/3 dimensional");
    expect(() => functional.to_tensor(torch.zeros(2))).toThrow(
      "an image has the shape [..., C, H, W], not [2]",
    );
    expect(() => new transforms.ToTensor()("cat.png" as never)).toThrow(
      "argument 'pic' must be a Tensor [C, H, W], pixels {data, width, height}, or nested arrays",
    );
  });
});

const sizes = fc.tuple(
  fc.integer({ min: 1, max: 3 }),
  fc.integer({ min: 1, max: 8 }),
  fc.integer({ min: 1, max: 8 }),
);

describe("laws", () => {
  test("two flips, and four quarter turns, change nothing", () => {
    fc.assert(
      fc.property(sizes, (shape) => {
        const image = torch.rand(shape);
        const { hflip, vflip, rotate } = functional;
        expect(hflip(hflip(image)).equal(image) && vflip(vflip(image)).equal(image)).toBe(true);
        let turned: Tensor = image;
        for (let i = 0; i < 4; i++) turned = rotate(turned, 90, { expand: true });
        expect(turned.equal(image)).toBe(true);
        expect(rotate(image, 180).equal(hflip(vflip(image)))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test("what was added around is what a crop in the middle takes away", () => {
    const modes = fc.constantFrom("constant", "edge", "symmetric" as const);
    fc.assert(
      fc.property(sizes, modes, (shape, padding_mode) => {
        const image = torch.rand(shape);
        const framed = functional.pad(image, 1, { padding_mode: padding_mode as "edge" });
        expect(functional.center_crop(framed, shape.slice(1)).equal(image)).toBe(true);
        expect(functional.crop(framed, 1, 1, shape[1], shape[2]).equal(image)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test("images of a batch are transformed as one by one, after the same draws", () => {
    const batch = torch.randint(0, 256, [3, 3, 9, 8]).to(torch.uint8);
    const steps = [
      new transforms.RandomResizedCrop(5),
      new transforms.RandomAffine(30, { translate: [0.2, 0.2], interpolation: "bilinear" }),
      new transforms.ColorJitter(0.4, 0.4, 0.4, 0.1),
      new transforms.GaussianBlur(3),
      new transforms.RandomErasing(1, { value: 3 }),
    ];
    for (const step of steps) {
      torch.manual_seed(4);
      const together = step(batch);
      const alone = batch.unbind(0).map((image) => {
        torch.manual_seed(4);
        return step(image);
      });
      expect(together.equal(torch.stack(alone))).toBe(true);
    }
  });

  test("a dtype is left and come back to without loss", () => {
    const bytes = torch.arange(256).to(torch.uint8).reshape(1, 16, 16);
    for (const dtype of [torch.float32, torch.float64, torch.int16, torch.int32])
      expect(
        functional.to_dtype(functional.to_dtype(bytes, dtype, true), torch.uint8, true).equal(bytes),
      ).toBe(true);
  });
});

test("a fill for each channel, also through turning", () => {
  const image = torch.ones(3, 5, 5);
  const turned = functional.rotate(image, 45, { fill: [0.25, 0.5, 0.75] });
  expect(turned.index(":, 0, 0").tolist()).toEqual([0.25, 0.5, 0.75]);
  expect(() => functional.rotate(image, 45, { fill: [1, 2] })).toThrow("(2 != 3)");
  expect(() => functional.pad(image, 1, [1, 2, 3], "edge")).toThrow("is not supported if fill is not scalar");
});

test("normalize with inplace writes into the image, and is refused for whole numbers", () => {
  const image = torch.ones(2, 1, 1);
  const result = new transforms.Normalize([0.5, 0], [0.25, 2], true)(image);
  expect(result).toBe(image);
  expect(image.flatten().tolist()).toEqual([2, 0.5]);
  const bytes = torch.zeros([1, 2, 2], { dtype: torch.uint8 });
  expect(() => new transforms.Normalize([0], [1])(bytes)).toThrow("Put transforms.ToTensor() before it.");
  expect(() => functional.normalize(image, [0, 0, 0], [1])).toThrow(
    "mean has 3 numbers, and the image 2 channels",
  );
  expect(() => functional.normalize(image, [0], [0])).toThrow("std evaluated to zero");
});

const mistakes: readonly (readonly [string, () => unknown, string])[] = [
  [
    "a crop larger than the image",
    () => new transforms.RandomCrop(5)(torch.zeros(1, 4, 9)),
    "Required crop size (5, 5) is larger than input image size (4, 9). Give padding, or pad_if_needed.",
  ],
  [
    "a size that is none",
    () => new transforms.CenterCrop(0),
    "CenterCrop: height and width must be above 0, got 0.",
  ],
  [
    "a size of three numbers",
    () => new transforms.Resize([1, 2, 3]),
    "argument 'size' must be a whole number, an array [height, width], or null",
  ],
  [
    "two sizes that contradict each other",
    () => functional.resize(torch.zeros(1, 4, 4), [2, 2], { max_size: 3 }),
    "max_size should only be passed if size is None",
  ],
  [
    "a smaller side above the largest size",
    () => functional.resize(torch.zeros(1, 4, 4), 8, { max_size: 8 }),
    "max_size = 8 must be strictly greater than the requested size",
  ],
  [
    "Lanczos without smoothing",
    () => functional.resize(torch.zeros(1, 4, 4), 2, "lanczos", null, false),
    "requires antialias=True",
  ],
  [
    "an unknown interpolation",
    () => new transforms.Resize(3, "cubic" as never),
    `must be "nearest" or "nearest-exact" or "bilinear"`,
  ],
  [
    "an interpolation that cannot turn",
    () => functional.rotate(torch.zeros(1, 4, 4), 3, "bicubic"),
    "Interpolation mode 'bicubic' is unsupported with Tensor input",
  ],
  [
    "a probability above 1",
    () => new transforms.RandomHorizontalFlip(2),
    "`p` should be a floating point value in the interval [0.0, 1.0], got 2",
  ],
  ["a blur of an even size", () => new transforms.GaussianBlur(4), "should be an odd and positive number"],
  [
    "a blur of no width",
    () => functional.gaussian_blur(torch.zeros(1, 4, 4), 3, 0),
    "sigma should have positive values. Got [0, 0]",
  ],
  [
    "negative degrees",
    () => new transforms.RandomRotation(-3),
    "If degrees is a single number, it must be positive, got -3",
  ],
  [
    "a move beyond the image",
    () => new transforms.RandomAffine(0, { translate: [2, 0] }),
    "translation values should be between 0 and 1, got [2, 0]",
  ],
  [
    "a factor of 0",
    () => new transforms.RandomAffine(0, { scale: [0, 1] }),
    "scale values should be positive, got [0, 1]",
  ],
  [
    "a hue beyond the wheel",
    () => new transforms.ColorJitter({ hue: 0.7 }),
    "hue values should be between (-0.5, 0.5) and increasing, but got [-0.7, 0.7]",
  ],
  [
    "a negative brightness",
    () => functional.adjust_brightness(torch.zeros(1, 2, 2), -1),
    "brightness_factor (-1) is not non-negative",
  ],
  [
    "colours of two channels",
    () => functional.adjust_contrast(torch.zeros(2, 2, 2), 1),
    "permitted channel values are 1 or 3, but found 2",
  ],
  [
    "grey in two channels",
    () => new transforms.Grayscale(2)(torch.zeros(3, 2, 2)),
    "num_output_channels must be 1 or 3, got 2",
  ],
  [
    "five crops of a small image",
    () => new transforms.FiveCrop(5)(torch.zeros(1, 4, 4)),
    "Requested crop size [5, 5] is bigger than input size [4, 4]",
  ],
  [
    "a share of the area above 1",
    () => new transforms.RandomErasing(1, [0.5, 2]),
    "Scale should be between 0 and 1, got (0.5, 2)",
  ],
  [
    "a range from large to small",
    () => new transforms.RandomResizedCrop(2, [0.5, 0.1]),
    "scale should be of kind (min, max), got (0.5, 0.1)",
  ],
  [
    "values for other channels",
    () => new transforms.RandomErasing(1, { value: [1, 2] })(torch.zeros(3, 9, 9)),
    "a single value or 3 (number of inpt channels), got 2",
  ],
  ["no transform", () => new transforms.Compose([]), "Compose: Pass at least one transform."],
  [
    "something that is no transform",
    () => new transforms.RandomOrder([3 as never]),
    "3 (number) at 0 is neither a transform nor a function",
  ],
  ["other numbers than transforms", () => new transforms.RandomChoice([Math.abs], { p: [1, 2] }), "2 != 1"],
  [
    "a factor by an unknown name",
    () => new transforms.ColorJitter({ contrst: 1 } as never),
    "unexpected keyword argument 'contrst'",
  ],
  [
    "whole numbers that fractions cannot tell apart",
    () => functional.to_dtype(torch.zeros(1, 1, 1), torch.int32, true),
    "cannot be performed safely",
  ],
  [
    "a border wider than the image",
    () => functional.pad(torch.zeros(1, 2, 2), 3, 0, "symmetric"),
    "a symmetric border can be as wide as the image at most: 3 of 2",
  ],
];

test.each(mistakes)("%s is refused in words that say what to do", (_, run, words) => {
  expect(run).toThrow(words);
});

function half(image: Tensor): Tensor {
  return image.mul(0.5);
}

test("plain functions stand among transforms, and lists print them by their names", () => {
  const list = new transforms.Compose([half, new transforms.Lambda(half)]);
  expect(list(torch.ones(1, 1, 1)).item()).toBe(0.25);
  expect(String(list)).toBe("Compose(\n      <function half>\n      Lambda(half, types=['object'])\n)");
  const sometimes = new transforms.RandomApply([half], { p: 1 });
  expect(sometimes(torch.ones(1)).item()).toBe(0.5);
});
