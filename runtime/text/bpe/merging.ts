import { ValueError } from "../../errors/valueError.ts";
import { Heap } from "./heap.ts";
import { mostTokens, pairOf } from "./pairs.ts";

/** A pair of tokens that becomes one. */
export type Merge = readonly [left: string, right: string];

/** Which neighbouring tokens become one, and which of them first. */
export class Merges {
  readonly #ranks = new Map<number, number>();
  readonly #results: number[] = [];

  /** @throws ValueError for a merge of or to something that is no token. */
  constructor(vocabulary: ReadonlyMap<string, number>, merges: readonly Merge[]) {
    for (const [rank, [left, right]] of merges.entries()) {
      const [first, second, result] = [left, right, left + right].map((token) => {
        const id = vocabulary.get(token);
        if (id !== undefined) return id;
        throw new ValueError(
          `tokenizer: merge ${rank}, ${JSON.stringify(left)} and ${JSON.stringify(right)}, needs the token ${JSON.stringify(token)}, which is not in the vocabulary.`,
        );
      }) as [number, number, number]; // one for each
      this.#ranks.set(pairOf(first, second), rank);
      this.#results.push(result);
    }
  }

  /**
   * The tokens that are left when no two neighbours can become one any more. Always the pair that was learned first is next, and of several the leftmost.
   *
   * Takes n log n steps for n tokens, so that a long word without spaces does no harm.
   */
  apply(tokens: readonly number[]): readonly number[] {
    return tokens.length < 2 ? tokens : new Word(tokens, this.#ranks, this.#results).merged();
  }
}

/** A word while it is merged: its tokens are a chain from which they are taken out. */
class Word {
  readonly #tokens: number[];
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #ranks: ReadonlyMap<number, number>;
  readonly #results: readonly number[];
  /** Ranks and positions of pairs, as one number; also of pairs that are there no more. */
  readonly #pairs = new Heap<number>((a, b) => a < b);

  constructor(tokens: readonly number[], ranks: ReadonlyMap<number, number>, results: readonly number[]) {
    this.#tokens = [...tokens];
    this.#next = Int32Array.from(tokens, (_, i) => i + 1);
    this.#previous = Int32Array.from(tokens, (_, i) => i - 1);
    this.#ranks = ranks;
    this.#results = results;
  }

  merged(): readonly number[] {
    for (let i = 0; i + 1 < this.#tokens.length; i++) this.#note(i);
    for (let first = this.#pairs.pop(); first !== undefined; first = this.#pairs.pop()) {
      const rank = Math.floor(first / mostTokens);
      const position = first % mostTokens;
      // A token that was taken out is −1, of which there are no pairs.
      if (this.#rankAt(position) === rank) this.#merge(position, this.#results[rank]!);
    }
    return this.#tokens.filter((token) => token >= 0);
  }

  #rankAt(position: number): number | undefined {
    const right = this.#tokens[this.#next[position]!];
    const left = this.#tokens[position]!;
    return left < 0 || right === undefined ? undefined : this.#ranks.get(pairOf(left, right));
  }

  #note(position: number): void {
    const rank = this.#rankAt(position);
    if (rank !== undefined) this.#pairs.push(rank * mostTokens + position);
  }

  #merge(position: number, result: number): void {
    const taken = this.#next[position]!;
    const after = this.#next[taken]!;
    this.#tokens[position] = result;
    this.#tokens[taken] = -1;
    this.#next[position] = after;
    if (after < this.#tokens.length) this.#previous[after] = position;
    this.#note(position);
    const before = this.#previous[position]!;
    if (before >= 0) this.#note(before);
  }
}
