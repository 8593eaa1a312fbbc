/**
 * Bytes as visible characters, so that a vocabulary of bytes is text: printable ones of Latin-1 stand for themselves, the others for characters from U+0100 on. The space is Ġ.
 *
 * Source: `bytes_to_unicode` of GPT-2.
 */

function isPrintable(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
}

function makeCharacters(): readonly string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : next++));
}

/** The character of each byte. */
export const byteCharacters: readonly string[] = makeCharacters();

const bytes: ReadonlyMap<string, number> = new Map(
  byteCharacters.map((character, byte) => [character, byte]),
);

/** The bytes of a token, or `null` where it has a character that stands for none. */
export function bytesOf(token: string): readonly number[] | null {
  const found = Array.from(token, (character) => bytes.get(character));
  return found.includes(undefined) ? null : (found as number[]); // just looked at
}
