/** Learning which pairs of tokens become one: always the pair that comes most often. */
import { byteCharacters } from "./byteCharacters.ts";
import { Heap } from "./heap.ts";
import type { Merge } from "./merging.ts";
import { pairOf, tokensOf } from "./pairs.ts";

/** What was learned. */
export interface Learned {
  /** The tokens in the order of their ids, but for special ones, which come before. */
  readonly tokens: readonly string[];
  readonly merges: readonly Merge[];
}

/** A word, and how often it comes. */
interface Word {
  tokens: number[];
  readonly count: number;
}

/** A pair, how often it came when this was noted, and the words that it came in. */
interface Candidate {
  readonly pair: number;
  count: number;
  readonly words: ReadonlySet<Word>;
}

/** The most frequent pair first; of equal ones that of the earlier tokens. */
function isBefore(a: Candidate, b: Candidate): boolean {
  return a.count === b.count ? a.pair < b.pair : a.count > b.count;
}

/**
 * Learns tokens beyond the 256 bytes, until there are `size` of them, or no pair comes `leastCount` times.
 *
 * The tokens and merges are those that Hugging Face's `BpeTrainer` learns with the alphabet of all bytes.
 *
 * Source: R. Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units" (2016), algorithm 1.
 */
export function learn(counts: ReadonlyMap<string, number>, size: number, leastCount: number): Learned {
  const tokens = [...byteCharacters].toSorted((a, b) => a.charCodeAt(0) - b.charCodeAt(0));
  const training = new Training(tokens, counts);
  const merges: Merge[] = [];
  while (tokens.length < size) {
    const best = training.next();
    if (best === undefined || best.count < Math.max(1, leastCount)) break;
    merges.push(training.merge(best));
  }
  return { tokens, merges };
}

class Training {
  readonly #tokens: string[];
  readonly #ids: Map<string, number>;
  readonly #counts = new Map<number, number>();
  readonly #queue = new Heap<Candidate>(isBefore);
  /** In which words a pair has come since the queue was told. */
  #found = new Map<number, Set<Word>>();

  constructor(tokens: string[], counts: ReadonlyMap<string, number>) {
    this.#tokens = tokens;
    this.#ids = new Map(tokens.map((token, id) => [token, id]));
    const encoder = new TextEncoder();
    const byteIds = byteCharacters.map((character) => this.#ids.get(character)!); // all are in the alphabet
    for (const [text, count] of counts) {
      const word = { tokens: Array.from(encoder.encode(text), (byte) => byteIds[byte]!), count };
      for (let i = 0; i + 1 < word.tokens.length; i++)
        this.#change(pairOf(word.tokens[i]!, word.tokens[i + 1]!), 1, word);
    }
    this.#enqueue();
  }

  /** The most frequent pair. */
  next(): Candidate | undefined {
    for (let best = this.#queue.pop(); best !== undefined; best = this.#queue.pop()) {
      const count = this.#counts.get(best.pair) ?? 0;
      if (best.count === count) return best;
      // It has become rarer since it was noted.
      best.count = count;
      this.#queue.push(best);
    }
    return undefined;
  }

  merge({ pair, words }: Candidate): Merge {
    const [left, right] = tokensOf(pair).map((id) => this.#tokens[id]!) as [string, string]; // both were learned
    const id = this.#idOf(left + right);
    for (const word of words) this.#mergeIn(word, pair, id);
    this.#enqueue();
    return [left, right];
  }

  /** Different pairs may make the same token. */
  #idOf(token: string): number {
    const known = this.#ids.get(token);
    if (known !== undefined) return known;
    this.#ids.set(token, this.#tokens.length);
    return this.#tokens.push(token) - 1;
  }

  #mergeIn(word: Word, pair: number, id: number): void {
    const [left, right] = tokensOf(pair);
    const merged: number[] = [];
    const { tokens } = word;
    for (let i = 0; i < tokens.length; i++) {
      if (tokens[i] !== left || tokens[i + 1] !== right) {
        merged.push(tokens[i]!);
        continue;
      }
      const [before, after] = [merged.at(-1), tokens[i + 2]];
      if (before !== undefined) {
        this.#change(pairOf(before, left), -1, word);
        this.#change(pairOf(before, id), 1, word);
      }
      if (after !== undefined) {
        this.#change(pairOf(right, after), -1, word);
        this.#change(pairOf(id, after), 1, word);
      }
      merged.push(id);
      i += 1;
    }
    word.tokens = merged;
  }

  #change(pair: number, by: 1 | -1, word: Word): void {
    this.#counts.set(pair, (this.#counts.get(pair) ?? 0) + by * word.count);
    if (by < 0) return;
    const words = this.#found.get(pair);
    if (words === undefined) this.#found.set(pair, new Set([word]));
    else words.add(word);
  }

  #enqueue(): void {
    for (const [pair, words] of this.#found) {
      const count = this.#counts.get(pair) ?? 0;
      if (count > 0) this.#queue.push({ pair, count, words });
    }
    this.#found = new Map();
  }
}
