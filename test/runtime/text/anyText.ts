import fc from "fast-check";

/** Code points with something to it: letters, digits, spaces of all kinds, joined emoji, a byte order mark, what is no character. */
const notable =
  " \t\n\r\u00A0\u0085\u3000\uFEFFaéßſK'09٣½漢字ひ\u0301\u200D\u{1F469}\u{1F3FD}\u{10FFFF}\0\uFFFD.,!<|>_";

const codePoint = fc
  .integer({ min: 0, max: 0x10_ffff - 0x800 })
  .map((number) => String.fromCodePoint(number < 0xd800 ? number : number + 0x800));

/** Any string of whole code points. fast-check's own take seconds before the first. */
export const anyText: fc.Arbitrary<string> = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...notable) }, codePoint), { maxLength: 40 })
  .map((characters) => characters.join(""));
