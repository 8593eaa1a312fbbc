import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import torch, { data, vision } from "../../../../runtime/index.ts";

let root: string;

/** A picture of one brightness. */
function write(name: string, value: number): void {
  const path = join(root, name);
  mkdirSync(join(path, ".."), { recursive: true });
  vision.io.write_png(torch.full([1, 2, 2], value, { dtype: torch.uint8 }), path);
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "typetorch-folder-"));
  write("dog/b.png", 3);
  write("dog/a.PNG", 2);
  write("dog/small/c.png", 4);
  write("cat/1.png", 1);
  writeFileSync(join(root, "cat/notes.txt"), "no image");
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("a folder of folders of images", () => {
  test("has the folders as classes, in the order of their names, and files of folders inside them", () => {
    const folder = new vision.datasets.ImageFolder(root);
    expect(folder.classes).toEqual(["cat", "dog"]);
    expect(folder.class_to_idx).toEqual({ cat: 0, dog: 1 });
    expect(folder.targets).toEqual([0, 1, 1, 1]);
    expect([...folder].map(([image]) => image.tolist())).toEqual(
      [1, 2, 3, 4].map((value) =>
        Array.from({ length: 3 }, () => [
          [value, value],
          [value, value],
        ]),
      ),
    );
    expect(String(folder)).toBe(
      `Dataset ImageFolder\n    Number of datapoints: 4\n    Root location: ${root}`,
    );
  });

  test("is read by a loader in batches, through transforms", () => {
    const { Compose, ToTensor, Grayscale, Normalize } = vision.transforms;
    const transform = new Compose([new Grayscale(), new ToTensor(), new Normalize([0], [1 / 255])]);
    const folder = new vision.datasets.ImageFolder(root, { transform });
    const [images, labels] = [...new data.DataLoader(folder, { batch_size: 4 })][0]!;
    expect(images.shape).toEqual([4, 1, 2, 2]);
    // The shares of red, green and blue are 0.9999 together, in torchvision too, and bytes are cut off.
    expect(images.mean([1, 2, 3]).round().tolist()).toEqual([0, 1, 2, 3]);
    expect(labels.tolist()).toEqual([0, 1, 1, 1]);
    expect(String(folder)).toContain(
      "StandardTransform\nTransform: Compose(\n                 Grayscale(num_output_channels=1)",
    );
  });

  test("takes other files by a loader and a choice of its own", () => {
    const folder = new vision.datasets.ImageFolder({
      root,
      loader: (path) => path.slice(root.length + 1),
      is_valid_file: (path) => path.endsWith(".txt"),
      allow_empty: true,
    });
    expect([...folder]).toEqual([[join("cat", "notes.txt"), 0]]);
  });

  test("says what is missing", () => {
    expect(() => new vision.datasets.ImageFolder(join(root, "none"))).toThrow(
      "vision.datasets.ImageFolder: cannot read the folder",
    );
    expect(() => new vision.datasets.ImageFolder(join(root, "dog/small"))).toThrow(
      "Couldn't find any class folder in",
    );
    mkdirSync(join(root, "bird"));
    expect(() => new vision.datasets.ImageFolder(root)).toThrow(
      "Found no valid file for the classes bird. Supported extensions are: .png, .jpg, .jpeg.",
    );
    rmSync(join(root, "bird"), { recursive: true });
  });
});

test("save_image writes a grid of images, from 0 to 1", () => {
  const path = join(root, "grid.png");
  vision.utils.save_image([torch.zeros(1, 2, 2), torch.ones(1, 2, 2)], path, { padding: 1, pad_value: 0.5 });
  const grid = vision.io.read_image(path);
  expect(grid.shape).toEqual([3, 4, 7]);
  expect(grid.select(0, 0).index("1").tolist()).toEqual([128, 0, 0, 128, 255, 255, 128]);
  expect(() => vision.utils.make_grid(torch.zeros(3))).toThrow("not [3]");
  rmSync(path);
});
