/**
 * Textures of float32 numbers, kept by tfjs's backend, which uses them again for others of the same size.
 *
 * A texel has four elements: those of a value lie in row-major order, texel after texel and row after row. What lies behind the last element is arbitrary.
 */
import { RuntimeError } from "../../errors/runtimeError.ts";
import type { Handle } from "./drawing.ts";
import { evict, makeRoom, memory, sweep } from "./memory.ts";
import { checkAlive, graphics, guarded, type Graphics } from "./graphics.ts";

/** Rows and columns of texels. */
export interface Extent {
  readonly rows: number;
  readonly columns: number;
}

/** A texture as it is given back. Unlike `Texture` it does not keep alive what has it. */
export interface Allocation {
  readonly graphics: Graphics;
  /** How tfjs knows it. */
  readonly dataId: object;
}

/** Elements in a texel. */
export const lanes = 4;

/** A texture that somebody owns: who does gives it back. */
export class Texture implements Extent {
  readonly allocation: Allocation;
  readonly handle: Handle;
  readonly rows: number;
  readonly columns: number;
  /** Whose elements these are: while somebody works with the texture, nobody else is given it. */
  keeper: object | null = null;

  constructor(own: Graphics, dataId: object, { rows, columns }: Extent) {
    this.allocation = { graphics: own, dataId };
    this.handle = own.backend.texData.get(dataId).texture!.texture; // whoever calls has had it made
    this.rows = rows;
    this.columns = columns;
  }

  get graphics(): Graphics {
    return this.allocation.graphics;
  }

  /** Bytes that it takes. */
  get bytes(): number {
    return bytesOf(this);
  }

  /** Gives it back, for use by another. */
  release(): void {
    releaseTexture(this.allocation);
  }
}

/** Gives a texture back, for use by another. */
export function releaseTexture({ graphics: own, dataId }: Allocation): void {
  if (own.lost) return;
  own.backend.disposeData(dataId);
  trimFree(own);
}

/**
 * The size of a texture for `length` elements: a power of two wide, and as many rows as a size class has, so that textures of similar tensors can stand in for each
 * other.
 *
 * @throws RuntimeError when no texture is that large.
 */
export function extentFor(length: number, largest: number): Extent {
  const texels = Math.max(Math.ceil(length / lanes), 1);
  const columns = Math.min(2 ** Math.ceil(Math.log2(Math.sqrt(texels))), largest);
  const needed = Math.ceil(texels / columns);
  const step = Math.max(2 ** (Math.floor(Math.log2(needed)) - 2), 1);
  const rows = Math.min(Math.ceil(needed / step) * step, largest);
  if (rows * columns < texels)
    throw new RuntimeError(
      `A tensor of ${length} elements does not fit onto the WebGL device: its textures have at most ${largest} × ${largest} texels, which is ${lanes * largest ** 2} elements. Work on smaller parts, or on the CPU.`,
    );
  return { rows, columns };
}

/** Rows of texels that `length` elements take in a texture, at least one. */
export function rowsFor(length: number, { columns }: Extent): number {
  return Math.max(Math.ceil(length / lanes / columns), 1);
}

/** A texture for `length` elements, with arbitrary contents. */
export function allocateElements(length: number): Texture {
  return allocateTexture(extentFor(length, graphics().largestTexture));
}

/** A texture with arbitrary contents. @throws RuntimeError where neither the driver nor the limit has room for it, whatever else goes to the processor's memory. */
export function allocateTexture(extent: Extent): Texture {
  const own = graphics();
  const bytes = bytesOf(extent);
  return guarded(own, () => {
    const isWithin = makeRoom(bytes);
    if (memory.reserved() + bytes > memory.limit()) deleteFree(own);
    if (!isWithin) throw outOfMemory(own, bytes);
    const attempts = [() => undefined, sweep, () => evict(4 * bytes), () => evict(Infinity)];
    for (const prepare of attempts) {
      prepare();
      const texture = take(own, extent);
      if (bytes <= smallBytes || hasRoom(own)) return texture;
      // A texture that the driver did not make is not to be used again.
      texture.release();
      deleteFree(own);
    }
    throw outOfMemory(own, bytes);
  });
}

function bytesOf({ rows, columns }: Extent): number {
  return rows * columns * lanes * Float32Array.BYTES_PER_ELEMENT;
}

/** Smaller textures are not worth asking the driver whether there was room. */
const smallBytes = 4 * 1024 * 1024;

/** Whether the driver had memory for what was asked of it since the last such question. */
function hasRoom({ gl }: Graphics): boolean {
  return gl.getError() !== gl.OUT_OF_MEMORY;
}

function outOfMemory(own: Graphics, bytes: number): RuntimeError {
  const limit = memory.limit();
  const bound =
    limit < Infinity ? ` Textures may take ${limit} bytes: torch.webgl.set_memory_limit allows more.` : "";
  return new RuntimeError(
    `WebGL out of memory. Tried to allocate ${bytes} bytes on ${own.context.description.renderer}, where tensors take ${memory.allocated()} bytes that the operator under way needs.${bound} Work on smaller batches, let go of tensors that are no longer needed, or move some of them with x.cpu().`,
  );
}

function take(own: Graphics, { rows, columns }: Extent): Texture {
  const { dataId } = own.backend.makeTensorInfo([lanes * rows * columns], "float32");
  const data = own.backend.texData.get(dataId);
  // tfjs calls textures with four elements in a texel packed, and counts two of them in either direction.
  data.texShape = [2 * rows, 2 * columns];
  data.isPacked = true;
  own.backend.uploadToGPU(dataId);
  return new Texture(own, dataId, { rows, columns });
}

/** Bytes of textures that wait for use, beyond which they are given back to the driver when they are more than those in use. */
const keptBytes = 256 * 1024 * 1024;

function trimFree(own: Graphics): void {
  const { numBytesFree, numBytesAllocated } = own.backend.getTextureManager();
  if (numBytesFree > Math.max(keptBytes, numBytesAllocated - numBytesFree)) deleteFree(own);
}

/** What tfjs keeps of a texture that waits for use. */
interface FreeTextures {
  freeTextures: Record<string, { texture: Handle }[]>;
  numFreeTextures: number;
  _numBytesAllocated: number;
  _numBytesFree: number;
}

/** Gives all textures that wait for use back to the driver. */
export function deleteFree(own: Graphics): void {
  // tfjs has no method for it: these are its fields, of the version that the package names.
  const manager = own.backend.getTextureManager() as unknown as FreeTextures;
  for (const list of Object.values(manager.freeTextures))
    for (const { texture } of list) own.backend.gpgpu.deleteMatrixTexture(texture);
  manager.freeTextures = {};
  manager.numFreeTextures = 0;
  manager._numBytesAllocated -= manager._numBytesFree;
  manager._numBytesFree = 0;
}

/** Writes elements into a texture, from the first on. */
export function upload(texture: Texture, elements: Float32Array): void {
  const { gl } = texture.graphics;
  guarded(texture.graphics, () => {
    gl.bindTexture(gl.TEXTURE_2D, texture.handle);
    for (const { row, width, height, first, end } of blocksOf(texture, elements.length))
      gl.texSubImage2D(
        gl.TEXTURE_2D,
        0,
        0,
        row,
        width,
        height,
        gl.RGBA,
        gl.FLOAT,
        texelsFrom(elements, first, end),
      );
    gl.bindTexture(gl.TEXTURE_2D, null);
  });
}

/** Elements of whole texels; what is missing in the last one is 0. */
function texelsFrom(elements: Float32Array, first: number, end: number): Float32Array {
  if (end <= elements.length) return elements.subarray(first, end);
  const padded = new Float32Array(end - first);
  padded.set(elements.subarray(first));
  return padded;
}

/** A rectangle of texels from the left edge on, and the elements that it has. */
interface Block {
  readonly row: number;
  readonly width: number;
  readonly height: number;
  readonly first: number;
  readonly end: number;
}

/** The first `length` elements of a texture: whole rows, and then what is left. */
function blocksOf({ columns }: Extent, length: number): readonly Block[] {
  const texels = Math.ceil(length / lanes);
  const whole = Math.floor(texels / columns);
  const first = lanes * whole * columns;
  const rest = texels - whole * columns;
  const blocks: Block[] = [];
  if (whole > 0) blocks.push({ row: 0, width: columns, height: whole, first: 0, end: first });
  if (rest > 0) blocks.push({ row: whole, width: rest, height: 1, first, end: first + lanes * rest });
  return blocks;
}

/** Reads from a texture. @throws RuntimeError when it is lost with its context, which reads as zeros otherwise. */
function reading<T>(texture: Texture, body: () => T): T {
  const { graphics: own, handle, rows, columns } = texture;
  const answer = guarded(own, () => {
    own.backend.gpgpu.setOutputMatrixTexture(handle, rows, columns);
    return body();
  });
  checkAlive(own);
  return answer;
}

/** The first elements of a texture, `length` of them. Waits until they are computed. */
export function download(texture: Texture, length: number): Float32Array {
  const { gl } = texture.graphics;
  const elements = new Float32Array(lanes * Math.ceil(length / lanes));
  return reading(texture, () => {
    for (const { row, width, height, first, end } of blocksOf(texture, length))
      gl.readPixels(0, row, width, height, gl.RGBA, gl.FLOAT, elements.subarray(first, end));
    return elements.subarray(0, length);
  });
}

/** Element `index` of a texture. */
export function downloadOne(texture: Texture, index: number): number {
  const { gl } = texture.graphics;
  const texel = Math.floor(index / lanes);
  const elements = new Float32Array(lanes);
  return reading(texture, () => {
    gl.readPixels(
      texel % texture.columns,
      Math.floor(texel / texture.columns),
      1,
      1,
      gl.RGBA,
      gl.FLOAT,
      elements,
    );
    return elements[index % lanes]!;
  });
}
