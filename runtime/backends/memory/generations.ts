/**
 * Finds what nobody refers to any more, without anybody asking for it.
 *
 * A tensor that nobody refers to leaves its memory behind. In a synchronous loop no finalizer ever runs, so that whoever hands out memory looks for such tensors
 * itself. It does so by generations. When what was made lately fills a nursery, it lets the engine collect young garbage and gives back the memory of owners that are
 * gone. What outlives that twice is old, and is looked at only when the memory in use has doubled.
 */
import { collectGarbage, collectYoungGarbage, WeakCollection, type Findable } from "./collector.ts";

/** Something that has memory. */
export interface Owner<Resource> extends Findable {
  /** What is kept of it while it is watched. */
  claim: Claim<Resource> | null;
}

/** What is kept of an owner that is watched. It refers to the memory, and not to the owner. */
export interface Claim<Resource> {
  readonly resource: Resource;
  /** Bytes that count. */
  readonly size: number;
  /** The list that it is in, and its place there. */
  list: Claim<Resource>[];
  slot: number;
  /** How many collections of young garbage it has outlived. */
  age: number;
  /** The last look at which its owner was found alive. */
  foundBy: number;
  /** For old ones. */
  owner: WeakRef<Owner<Resource>> | null;
}

/** Looks for garbage among what was made lately, and everywhere, and the milliseconds that they took. */
export interface Looks {
  youngSweeps: number;
  fullSweeps: number;
  sweepTime: number;
}

/** How one kind of memory is handed out. */
export interface MemoryKind<Resource, O extends Owner<Resource>> {
  /** Bytes of new memory between two looks among the young. */
  readonly nurseryBytes: number;
  /** Bytes in use before the first look everywhere, and the least that is added to what is alive for the next one. */
  readonly smallestBudget: number;
  readonly looks: Looks;
  /** Bytes in use. */
  inUse(): number;
  /** What an owner has; `null` where it was given back already. */
  held(owner: O): { readonly resource: Resource; readonly size: number } | null;
  /** Gives memory back whose owner is gone. */
  give(resource: Resource, size: number): void;
}

/** Looks that an owner must outlive to count as old: the engine, too, promotes what it has met twice. */
export const oldAge = 2;

/** Owners that are not watched yet, so that what is released soon costs nothing: at most so many, and with so much. */
const recentLimit = 64;
const recentBytesLimit = 1024 * 1024;

/** Watches the owners of one kind of memory. */
export class Generations<Resource, O extends Owner<Resource>> {
  readonly #kind: MemoryKind<Resource, O>;
  readonly #young: Claim<Resource>[] = [];
  readonly #old: Claim<Resource>[] = [];
  readonly #youngOwners = new WeakCollection<O>();
  readonly #recent: O[] = [];
  #recentBytes = 0;
  #nursery = 0;
  #threshold: number;
  #looks = 0;
  /** Whether everything that is found counts as old. */
  #isAgeing = false;
  /** Whether the engine shows what is alive among the young; where it does not, all are old at once. */
  #generational: boolean | null = null;
  /**
   * Notices when the engine has collected garbage by itself, as it does while a program waits: the finalizer of an object that nobody refers to runs then. One such
   * object stands for all owners.
   */
  readonly #sentinels: FinalizationRegistry<null>;
  #watching = false;

  constructor(kind: MemoryKind<Resource, O>) {
    this.#kind = kind;
    this.#threshold = kind.smallestBudget;
    this.#sentinels = new FinalizationRegistry(() => {
      this.#watching = false;
      this.#freeYoung();
      this.#freeOld();
    });
  }

  /** Looks for garbage where it is time to, before `size` bytes more are taken. */
  prepare(size: number): void {
    this.#nursery += size;
    if (this.#nursery > this.#kind.nurseryBytes) this.#sweepYoung();
    if (this.#kind.inUse() + size > this.#threshold) this.sweep();
  }

  /** Notes an owner that has taken `size` bytes. */
  note(owner: O, size: number): void {
    this.#recent.push(owner);
    this.#recentBytes += size;
    if (this.#recent.length > recentLimit || this.#recentBytes > recentBytesLimit) this.#watchRecent();
  }

  /** Forgets an owner that gives `size` bytes back by itself. */
  forget(owner: O, size: number): void {
    const { claim } = owner;
    // What is young and given back needs no look for it.
    if (claim === null || claim.owner === null) this.#nursery = Math.max(this.#nursery - size, 0);
    if (claim === null) return;
    if (claim.owner === null) this.#youngOwners.delete(owner);
    leaveList(claim);
    owner.claim = null;
  }

  /** Notes that an owner is alive: it calls this when a look finds it. */
  foundAlive(owner: O): void {
    const { claim } = owner;
    if (claim === null) return;
    claim.foundBy = this.#looks;
    if (this.#isAgeing || claim.age >= oldAge) this.#makeOld(owner);
  }

  /** All owners that are alive. They count as old from now on. */
  owners(): O[] {
    this.#watchRecent();
    this.#isAgeing = true;
    this.#youngOwners.findAll();
    this.#isAgeing = false;
    return this.oldOwners();
  }

  /** Old owners that are alive. */
  oldOwners(): O[] {
    // Only owners of this kind are watched here.
    return this.#old
      .map(({ owner }) => owner!.deref() as O | undefined)
      .filter((owner) => owner !== undefined);
  }

  #watchRecent(): void {
    for (const owner of this.#recent) if (owner.claim === null) this.#watch(owner);
    this.#recent.length = 0;
    this.#recentBytes = 0;
    this.#watchCollector();
  }

  #watch(owner: O): void {
    const held = this.#kind.held(owner);
    if (held === null) return;
    owner.claim = {
      ...held,
      list: this.#young,
      slot: this.#young.length,
      age: 0,
      foundBy: 0,
      owner: null,
    };
    this.#young.push(owner.claim);
    this.#generational ??= this.#youngOwners.findAll();
    if (this.#generational) this.#youngOwners.add(owner);
    else this.#makeOld(owner);
  }

  /** Makes an owner old: it is found by a WeakRef from now on. */
  #makeOld(owner: O): void {
    const claim = owner.claim!; // it is watched
    this.#youngOwners.delete(owner);
    leaveList(claim);
    claim.list = this.#old;
    claim.slot = this.#old.length;
    claim.owner = new WeakRef(owner);
    this.#old.push(claim);
  }

  /** Gives back what young owners had that were collected, and makes the others older. */
  #freeYoung(): void {
    this.#looks++;
    if (!this.#youngOwners.findAll()) return;
    for (let slot = this.#young.length - 1; slot >= 0; slot--) {
      const claim = this.#young[slot]!;
      if (claim.foundBy === this.#looks) claim.age++;
      else this.#free(claim);
    }
  }

  #freeOld(): void {
    for (let slot = this.#old.length - 1; slot >= 0; slot--) {
      const claim = this.#old[slot]!;
      if (claim.owner!.deref() === undefined) this.#free(claim);
    }
  }

  #free(claim: Claim<Resource>): void {
    leaveList(claim);
    this.#kind.give(claim.resource, claim.size);
  }

  #timed(body: () => void): void {
    const began = performance.now();
    this.#watchRecent();
    body();
    this.#nursery = 0;
    this.#kind.looks.sweepTime += performance.now() - began;
  }

  /** Gives back what was made lately and forgotten. */
  #sweepYoung(): void {
    if (this.#generational === false) return;
    this.#kind.looks.youngSweeps++;
    this.#timed(() => {
      collectYoungGarbage();
      this.#freeYoung();
    });
  }

  /** Gives back what all owners had that nobody can reach. */
  sweep(): void {
    this.#kind.looks.fullSweeps++;
    this.#timed(() => {
      collectGarbage();
      this.#freeYoung();
      this.#freeOld();
    });
    const inUse = this.#kind.inUse();
    this.#threshold = inUse + Math.max(inUse, this.#kind.smallestBudget);
  }

  #watchCollector(): void {
    if (this.#watching) return;
    this.#watching = true;
    this.#sentinels.register({}, null);
  }
}

function leaveList<Resource>({ list, slot }: Claim<Resource>): void {
  const last = list.pop()!;
  if (last.slot === slot) return;
  list[slot] = last;
  last.slot = slot;
}
