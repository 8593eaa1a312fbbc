/** The words of a pickle, written. Source: `Lib/pickletools.py` of Python, protocol 2, and the choices of `Modules/_pickle.c`. */

/** Bytes that grow as they are written. */
export class PickleOutput {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1024);
  #view: DataView = new DataView(this.#bytes.buffer);
  #length = 0;
  #remembered = 0;

  /** What was written. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  /** Where the next `count` bytes go. */
  #room(count: number): number {
    const start = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return start;
  }

  /** A word, by its letter or its code. */
  word(code: string | number): this {
    const byte = typeof code === "string" ? code.charCodeAt(0) : code;
    const at = this.#room(1);
    this.#bytes[at] = byte;
    return this;
  }

  u8(value: number): this {
    const at = this.#room(1);
    this.#bytes[at] = value;
    return this;
  }

  u32(value: number): this {
    const at = this.#room(4);
    this.#view.setUint32(at, value, true);
    return this;
  }

  /** A floating-point number. */
  float(value: number): this {
    this.word("G");
    const at = this.#room(8);
    this.#view.setFloat64(at, value, false);
    return this;
  }

  #put(bytes: Uint8Array): this {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** A whole number, in the shortest form. */
  int(value: number | bigint): this {
    if (value >= 0 && value < 0x100) return this.word("K").u8(Number(value));
    if (value >= 0 && value < 0x1_0000) {
      const number = Number(value);
      return this.word("M")
        .u8(number & 0xff)
        .u8(number >> 8);
    }
    if (value >= -0x8000_0000 && value < 0x8000_0000) return this.word("J").u32(Number(value) >>> 0);
    return this.#long(BigInt(value));
  }

  #long(value: bigint): this {
    let count = 1;
    while (BigInt.asIntN(count * 8, value) !== value) count++;
    if (count < 0x100) this.word(0x8a).u8(count);
    else this.word(0x8b).u32(count);
    const digits = BigInt.asUintN(count * 8, value)
      .toString(16)
      .padStart(count * 2, "0");
    return this.#put(new Uint8Array(Buffer.from(digits, "hex")).toReversed());
  }

  /** Text, without remembering it. */
  text(value: string): this {
    const bytes = new TextEncoder().encode(value);
    return this.word("X").u32(bytes.length).#put(bytes);
  }

  /** A name in Python: a module's, and what it has. */
  name(module: string, name: string): this {
    return this.word("c").#put(new TextEncoder().encode(`${module}\n${name}\n`));
  }

  /** Remembers the newest value, and says under which number. */
  remember(): number {
    const index = this.#remembered++;
    if (index < 0x100) this.word("q").u8(index);
    else this.word("r").u32(index);
    return index;
  }

  /** A value that was remembered. */
  recall(index: number): this {
    return index < 0x100 ? this.word("h").u8(index) : this.word("j").u32(index);
  }
}
