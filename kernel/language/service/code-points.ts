/** The UTF-16 offset of the code point with an index; Jupyter counts code points since version 5.2 of its protocol. */
export function utf16Offset(text: string, codePoints: number): number {
  let offset = 0;
  for (let count = 0; count < codePoints && offset < text.length; count += 1) {
    offset += (text.codePointAt(offset) ?? 0) > 0xff_ff ? 2 : 1;
  }
  return offset;
}

/** How many code points lie before a UTF-16 offset. */
export function codePointIndex(text: string, offset: number): number {
  return Array.from(text.slice(0, offset)).length;
}
