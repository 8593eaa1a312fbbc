/** Tensors as pictures side by side. */
import { describe } from "../binding.ts";
import { ValueError } from "../errors/valueError.ts";
import { inspectAs } from "../inspect.ts";
import { argmax, narrow } from "../ops/methods.ts";
import { formatShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { imagesText } from "./imagesText.ts";
import type { GridImage, ImagesSnapshot } from "./snapshots.ts";
import { integersOf, numbersOf, type Integers } from "./values.ts";

/** What stands above pictures: classes by number, or texts. */
type Titles = Integers | readonly string[];

/** What `images` takes by name. */
export interface ImagesOptions {
  /** What each picture is: a class or a text. */
  readonly labels?: Titles;
  /** What a model takes each picture for: classes, texts, or scores `[N, classes]`. Where there are labels too, titles say which are right. */
  readonly predictions?: Titles;
  /** The names of classes, in the order of their numbers. */
  readonly names?: readonly string[];
  /** How many pictures stand side by side; as many as there is room for unless given. */
  readonly columns?: number;
  /** Which values are black and white. Unless given: 0 and 255 for uint8, 0 and 1 where all values lie between, else the smallest and the largest. */
  readonly range?: readonly [black: number, white: number];
  /** How many are shown at most; 64 unless given. */
  readonly most?: number;
}

/** Pictures side by side, as a cell's last value; `String(grid)` says the same in words. */
export class ImageGrid implements ImagesSnapshot {
  readonly kind = "images";
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly images: readonly GridImage[];
  readonly total: number;
  readonly columns: number | null;
  readonly range: readonly [number, number];
  readonly text: string;

  /** @internal Call `images`. */
  constructor(snapshot: Omit<ImagesSnapshot, "kind" | "text">) {
    this.width = snapshot.width;
    this.height = snapshot.height;
    this.channels = snapshot.channels;
    this.images = snapshot.images;
    this.total = snapshot.total;
    this.columns = snapshot.columns;
    this.range = snapshot.range;
    this.text = imagesText(this);
  }

  toString(): string {
    return this.text;
  }
}

inspectAs(ImageGrid, (grid) => grid.text);

/** As `[N, C, H, W]`. */
function batchOf(tensor: unknown): Tensor {
  if (!(tensor instanceof Tensor))
    throw new TypeError(`images: expected a tensor of pictures, got ${describe(tensor)}.`);
  const { shape, ndim } = tensor;
  const batch = ndim === 2 ? tensor.reshape([1, 1, ...shape]) : ndim === 3 ? tensor.unsqueeze(1) : tensor;
  if (batch.ndim !== 4)
    throw new ValueError(
      `images: shape ${formatShape(shape)} is no batch of pictures. Expected [N, C, H, W], [N, H, W] or [H, W].`,
    );
  const channels = batch.size(1);
  if (channels !== 1 && channels !== 3 && channels !== 4)
    throw new ValueError(
      `images: shape ${formatShape(shape)} has ${channels} channels, expected 1 (grey), 3 (red, green, blue) or 4 (and how opaque). ` +
        'Of more, show one by one: x.index(":, 0") is the first of each picture.',
    );
  return batch;
}

function rangeOf(
  values: Float64Array,
  tensor: Tensor,
  given: ImagesOptions["range"],
): readonly [number, number] {
  if (given !== undefined) {
    if (given.length === 2 && given[0] < given[1]) return given;
    throw new ValueError(
      `images: range is [${given.join(", ")}], expected two numbers, the smaller one first.`,
    );
  }
  if (tensor.dtype.name === "uint8") return [0, 255];
  let [min, max] = [Infinity, -Infinity];
  for (const value of values)
    if (Number.isFinite(value)) {
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
  return (min >= 0 && max <= 1) || min > max ? [0, 1] : min === max ? [min, min + 1] : [min, max];
}

/** The title of each picture, as text. */
function titlesOf(
  name: string,
  titles: Titles | undefined,
  count: number,
  names: readonly string[] | undefined,
): readonly string[] | null {
  if (titles === undefined) return null;
  const classes = titles instanceof Tensor && titles.ndim === 2 ? argmax(titles.detach(), 1) : titles;
  const texts = isTexts(classes)
    ? classes
    : integersOf("images", name, classes).map((each) => names?.[each] ?? String(each));
  if (texts.length !== count)
    throw new ValueError(
      `images: there are ${count} pictures and ${texts.length} ${name}. Each picture needs one.`,
    );
  return texts;
}

function isTexts(titles: Titles): titles is readonly string[] {
  return Array.isArray(titles) && titles.length > 0 && titles.every((title) => typeof title === "string");
}

function titleOf(
  label: string | undefined,
  prediction: string | undefined,
): Pick<GridImage, "title" | "right"> {
  if (label === undefined || prediction === undefined)
    return { title: label ?? prediction ?? "", right: null };
  const right = label === prediction;
  return { title: right ? label : `${prediction}, not ${label}`, right };
}

/** The pixels of the picture at `position`: from planes of numbers to bytes, channel beside channel. */
function pixelsOf(
  values: Float64Array,
  position: number,
  channels: number,
  plane: number,
  [black, white]: readonly [number, number],
): Uint8Array {
  const colours = channels === 1 ? 1 : 3;
  const pixels = new Uint8Array(plane * colours);
  const first = position * plane * channels;
  const scale = 255 / (white - black);
  const level = (c: number, i: number): number =>
    Math.min(255, Math.max(0, ((values[first + c * plane + i] ?? 0) - black) * scale));
  for (let c = 0; c < colours; c++)
    for (let i = 0; i < plane; i++) {
      const opaque = channels === 4 ? level(3, i) / 255 : 1;
      // What is transparent lies before white paper. NaN becomes 0.
      pixels[i * colours + c] = Math.round(opaque * level(c, i) + (1 - opaque) * 255);
    }
  return pixels;
}

function countOf(name: string, value: number | undefined): number | null {
  if (value === undefined) return null;
  if (Number.isInteger(value) && value > 0) return value;
  throw new ValueError(`images: ${name} is ${String(value)}, expected a whole number above 0.`);
}

/**
 * Pictures side by side: `images(x, {labels, predictions: model(x)})`.
 *
 * Pixels are shown as squares, larger where the pictures are small. With labels and predictions a title is `7` where they agree and `1, not 7` where they do not, in
 * another colour.
 *
 * @param tensor `[N, C, H, W]` with 1 or 3 channels, or 4, which are shown before white, `[N, H, W]`, or `[H, W]` for one; any dtype
 * @throws TypeError when it is no tensor; ValueError for other shapes, or when there is not one title for each picture.
 */
export function images(tensor: Tensor, options: ImagesOptions = {}): ImageGrid {
  const batch = batchOf(tensor);
  const [total, channels, height, width] = batch.shape as [number, 1 | 3 | 4, number, number]; // checked by `batchOf`
  const { labels, predictions, names, range } = options;
  const shown = Math.min(total, countOf("most", options.most) ?? 64);
  const texts = titlesOf("labels", labels, total, names);
  const taken = titlesOf("predictions", predictions, total, names);
  const values = numbersOf(narrow(batch.detach(), 0, 0, shown));
  const ends = rangeOf(values, batch, range);
  const pictures = Array.from({ length: shown }, (_, i) => ({
    pixels: pixelsOf(values, i, channels, width * height, ends),
    ...titleOf(texts?.[i], taken?.[i]),
  }));
  const columns = countOf("columns", options.columns);
  const colours = channels === 1 ? 1 : 3;
  return new ImageGrid({
    width,
    height,
    channels: colours,
    images: pictures,
    total,
    columns,
    range: ends,
  });
}
