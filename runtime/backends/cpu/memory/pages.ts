/** Small blocks share a page: watching one page costs what watching one large block does. A page is free when all that lies in it is gone. */
import { makeFindable } from "../../memory/collector.ts";
import type { Claim } from "../../memory/generations.ts";
import { claim, foundAlive, unclaim, type Block } from "./reclaim.ts";

const pageBytes = 64 * 1024 - 64;

/** Larger blocks have a page of their own, so to speak. */
export const largestInPage: number = 8 * 1024;

/** A block that small storages are cut from; each of them refers to it. */
export class Page implements Block {
  address = 0;
  claim: Claim<number> | null = null;
  readonly bytes: number = pageBytes;
  readonly description = "a page of small tensors";
  /** How far it is taken. */
  #used = 0;
  /** Blocks in it that were not given back. */
  #live = 0;

  constructor() {
    claim(this);
  }

  /** The address of a block of `size` bytes, or 0 when there is no room. */
  take(size: number): number {
    if (this.#used + size > pageBytes) return 0;
    const address = this.address + this.#used;
    this.#used += size;
    this.#live++;
    return address;
  }

  /** Gives a block back. The room is used again when it was the last one, or when nothing is left. */
  give(address: number, size: number): void {
    this.#live--;
    if (address + size === this.address + this.#used) this.#used -= size;
    if (this.#live > 0) return;
    this.#used = 0;
    if (this !== current) unclaim(this);
  }

  found(): void {
    foundAlive(this);
  }
}

makeFindable(Page);

let current: Page | null = null;

/** The page to cut a block of `size` bytes from, which is at most `largestInPage`. */
export function pageFor(size: number): { readonly page: Page; readonly address: number } {
  const address = current?.take(size) ?? 0;
  if (address !== 0) return { page: current!, address };
  current = new Page();
  return { page: current, address: current.take(size) };
}
