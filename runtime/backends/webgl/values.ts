/**
 * What the tensors of the device are made of: immutable arrays of elements, which are shared and counted.
 *
 * A value may have its elements in several places at once: a texture, an array of the processor, and a computation that has not been done yet. Writing in place gives
 * a storage another value, so that whoever refers to the old one keeps what it saw (docs/decisions/0016-webgl-values.md).
 */
import type { DType } from "../../dtype.ts";
import type { CpuStorage } from "../cpu/memory/storage.ts";
import { turns } from "../../turns.ts";
import { makeFindable } from "../memory/collector.ts";
import type { Claim, Owner } from "../memory/generations.ts";
import { forgetTexture, foundAlive, noteTexture } from "./memory.ts";
import type { Stage } from "./stages.ts";
import { work } from "./work.ts";
import type { Allocation, Texture } from "./textures.ts";

/** `length` elements of one dtype. Textures hold float32 numbers, whatever the dtype: whole numbers lie in them only where float32 has all of their digits. */
export class Value implements Owner<Allocation> {
  readonly dtype: DType;
  readonly length: number;
  /** The elements in the processor's memory; nobody writes into it. */
  array: CpuStorage | null = null;
  /** How the elements are computed, while they have not been. */
  stage: Stage | null = null;
  /** Storages and computations that refer to this value. Those that the garbage collector took are still counted. */
  holders = 0;
  /** The work that used the texture last, by its number. */
  usedBy = 0;
  /** How many computations read this value. */
  users = 0;
  /** In how many programs its computation was a part, while it was pending. */
  taken = 0;
  /** How many runs of backward were over when it was recorded. */
  readonly turn: number = turns.ended;
  /** The largest size of its whole numbers, once it is known; Infinity for an array with one that float32 lacks. */
  reach: number | null = null;
  /** The elements packed as a product wants them, once two products have wanted the same. */
  packed: { readonly layout: string; readonly value: Value } | null = null;
  /** The layout that the last product wanted. */
  wantedLayout: string | null = null;
  claim: Claim<Allocation> | null = null;
  #texture: Texture | null = null;

  constructor(dtype: DType, length: number) {
    this.dtype = dtype;
    this.length = length;
  }

  /** The elements in a texture, from its first on. It is the value's own once it is given to it. */
  get texture(): Texture | null {
    return this.#texture;
  }

  set texture(texture: Texture | null) {
    if (this.#texture !== null) forgetTexture(this, this.#texture);
    this.#texture = texture;
    if (texture === null) return;
    texture.keeper = this;
    this.usedBy = work.number;
    noteTexture(this, texture);
  }

  found(): void {
    foundAlive(this);
  }

  /** A value whose elements are in an array that nobody writes into any more. */
  static ofArray(array: CpuStorage): Value {
    const value = new Value(array.dtype, array.length);
    value.array = array;
    return value;
  }

  /** A value whose elements are in a texture, which is its own from now on. */
  static ofTexture(texture: Texture, dtype: DType, length: number): Value {
    const value = new Value(dtype, length);
    value.texture = texture;
    return value;
  }

  /** A value that is computed when somebody wants its elements. */
  static ofStage(stage: Stage): Value {
    const value = new Value(stage.dtype, stage.length);
    value.stage = stage;
    value.reach = stage.reach;
    for (const input of stage.inputs) {
      if (!("value" in input)) continue;
      input.value.hold();
      input.value.users++;
    }
    return value;
  }

  /** Notes another reference. */
  hold(): void {
    this.holders++;
  }

  /** Takes a reference back. With the last one everything is given back. */
  drop(): void {
    if (--this.holders > 0) return;
    this.dropTexture();
    this.array?.release();
    this.array = null;
    this.dropStage();
  }

  /** Gives the texture back. */
  dropTexture(): void {
    this.dropPacked();
    const texture = this.#texture;
    this.texture = null;
    texture?.release();
  }

  /** Gives back what was packed for products. */
  dropPacked(): void {
    this.packed?.value.dropTexture();
    this.packed = null;
    this.wantedLayout = null;
  }

  /** Forgets how the elements were computed. */
  dropStage(): void {
    const { stage } = this;
    this.stage = null;
    if (stage === null) return;
    for (const input of stage.inputs) if ("value" in input) input.value.drop();
  }
}

makeFindable(Value);
