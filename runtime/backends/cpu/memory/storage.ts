import { cpu } from "../../../device.ts";
import { allocateArray, arrayOver, type DType, type TypedArray } from "../../../dtype.ts";
import { Storage } from "../../../storage.ts";
import type { View } from "../../backend.ts";
import { makeFindable } from "../../memory/collector.ts";
import type { Claim } from "../../memory/generations.ts";
import { blockBytes, heapMemory } from "./heap.ts";
import { largestInPage, pageFor, type Page } from "./pages.ts";
import { settlePending } from "./pending.ts";
import { fillZeros } from "./zeros.ts";
import { claim, epoch, foundAlive, statistics, tick, unclaim, type Evictable } from "./reclaim.ts";

/** Storages of so many bytes stay outside of the heap: the garbage collector makes and frees an array of this size faster than any allocator. */
const smallBytes = 64;

const none: readonly never[] = [];

/**
 * Elements in the processor's memory. They lie either in a block of the heap, where kernels work, or in an ordinary array: small ones until a kernel
 * asks for their address, larger ones after they had to make room.
 */
export class CpuStorage extends Storage implements Evictable {
  readonly dtype: DType;
  readonly length: number;
  /** Where the elements are in the heap; 0 while they are in an array. */
  address = 0;
  /** The value of the allocator's clock when a kernel last asked for the address. */
  lastUsed = 0;
  /** The allocator's entry while it watches this storage. */
  claim: Claim<number> | null = null;
  /** The page that a small block was cut from. */
  #page: Page | null = null;
  #array: TypedArray | null;
  /** Whether somebody else holds the array too: then it stays the place of the elements, and a block is a copy for kernels. */
  #shared: boolean;
  /** Storages of other dtypes over the same array. */
  #twins: readonly CpuStorage[] = none;
  /** Whether the block of a shared array may hold something newer than the array. */
  #staged = false;

  /** Takes `array` as it is; without one, takes a block with arbitrary contents. */
  constructor(dtype: DType, length: number, array: TypedArray | null, shared = false) {
    super(cpu);
    this.dtype = dtype;
    this.length = length;
    this.#array = array;
    this.#shared = shared;
    if (array !== null) return;
    tick();
    this.#take();
  }

  #take(): void {
    const size = blockBytes(this.bytes);
    if (size > largestInPage) {
      claim(this);
      return;
    }
    const { page, address } = pageFor(size);
    this.#page = page;
    this.address = address;
  }

  /** Gives the block back. */
  #give(): void {
    if (this.#page === null) unclaim(this);
    else this.#page.give(this.address, blockBytes(this.bytes));
    this.#page = null;
    this.address = 0;
  }

  /** Bytes of the elements. */
  get bytes(): number {
    return this.length * this.dtype.itemsize;
  }

  get data(): TypedArray {
    this.#staged = false;
    if (this.#array !== null) return this.#array;
    if (this.address === 0)
      throw new Error(
        `A storage of ${this.description} is used after its memory was given back: a defect of an operator.`,
      );
    return (this.#array = this.#inHeap());
  }

  /** Brings the elements into the heap and gives their address. */
  makeResident(): number {
    this.lastUsed = epoch();
    if (this.address !== 0 && !this.#shared) return this.address;
    if (this.address === 0) {
      this.#take();
      statistics.pageIns++;
    }
    this.#inHeap().set(this.#array as never); // both are arrays of this dtype
    if (this.#shared) this.#staged = true;
    else this.#array = null;
    return this.address;
  }

  #inHeap(): TypedArray {
    return arrayOver(this.dtype, heapMemory.buffer, this.address, this.length);
  }

  override markWritten(): void {
    this.version++;
    for (const twin of this.#twins) twin.version = this.version;
    if (this.#staged) this.#array!.set(this.#inHeap() as never); // both are arrays of this dtype
  }

  /** Moves the elements out of the heap, into an array that only this storage refers to. */
  evict(): void {
    if (this.#shared) {
      this.#give();
      return;
    }
    this.#moveOut();
    statistics.evictions++;
  }

  #moveOut(): void {
    const array = allocateArray(this.dtype, this.length);
    array.set(this.data as never); // both are arrays of this dtype
    this.#array = array;
    this.#give();
  }

  override reinterpret(dtype: DType): CpuStorage {
    if (!this.#shared && this.address !== 0) this.#moveOut();
    const array = this.data;
    this.#shared = true;
    const length = Math.floor(array.byteLength / dtype.itemsize);
    const twin = new CpuStorage(
      dtype,
      length,
      arrayOver(dtype, array.buffer, array.byteOffset, length),
      true,
    );
    twin.version = this.version;
    const others = [this, ...this.#twins];
    for (const other of others) other.#twins = [...other.#twins, twin];
    twin.#twins = others;
    return twin;
  }

  found(): void {
    foundAlive(this);
  }

  get description(): string {
    return `${this.length} elements of ${this.dtype.toString()}`;
  }

  override get releasable(): boolean {
    return this.address !== 0;
  }

  override release(): void {
    if (this.address === 0) return;
    if (!this.#shared) this.#array = null;
    this.#give();
  }
}

makeFindable(CpuStorage);

/** A storage whose elements are arbitrary: every one of them must be written. */
export function allocate(dtype: DType, length: number): CpuStorage {
  settlePending();
  return new CpuStorage(
    dtype,
    length,
    length * dtype.itemsize <= smallBytes ? allocateArray(dtype, length) : null,
  );
}

/** A storage of zeros. */
export function allocateZeros(dtype: DType, length: number): CpuStorage {
  const storage = allocate(dtype, length);
  if (storage.address !== 0) fillZeros(storage.address, storage.bytes);
  return storage;
}

/** A storage of the array's elements; `shared` when somebody else holds it too. */
export function adopt(data: TypedArray, dtype: DType, shared: boolean): CpuStorage {
  return new CpuStorage(dtype, data.length, data, shared);
}

/** The address of a view's first element. Results must have been allocated before: an allocation may move what has no address taken yet. */
export function addressOf(view: View): number {
  settlePending();
  // The CPU's views have the CPU's storages.
  const storage = view.storage as CpuStorage;
  return storage.makeResident() + view.offset * view.dtype.itemsize;
}
