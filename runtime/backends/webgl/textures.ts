/**
 * Textures of float32 numbers, kept by tfjs's backend, which uses them again for others of the same size.
 *
 * An unpacked texture has one element in each texel, in row-major order over its rows; texels behind the last element are arbitrary. A packed one is as tfjs's matrix
 * programs make it: a texel has a block of 2 × 2 elements of a matrix.
 */
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { RuntimeError } from "../../errors/runtimeError.ts";
import type { Handle } from "./drawing.ts";
import { sweep } from "./memory.ts";
import { checkAlive, graphics, guarded, type Graphics } from "./graphics.ts";

/** The matrices of a packed texture. A texel has the elements [r, c], [r, c + 1], [r + 1, c], [r + 1, c + 1] for even r and c; blocks come row by row. */
export interface Packing {
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
}

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

/** A texture that somebody owns: who does gives it back. */
export class Texture implements Extent {
  readonly allocation: Allocation;
  readonly handle: Handle;
  readonly rows: number;
  readonly columns: number;
  readonly packing: Packing | null;
  /** Whose elements these are: while somebody works with the texture, nobody else is given it. */
  keeper: object | null = null;

  constructor(own: Graphics, dataId: object) {
    const data = own.backend.texData.get(dataId);
    const { texture, texShape, isPacked, shape } = data;
    const [rows, columns] = texShape!; // whoever calls has had the texture made
    this.allocation = { graphics: own, dataId };
    this.handle = texture!.texture; // as above
    this.rows = isPacked ? Math.ceil(rows / 2) : rows;
    this.columns = isPacked ? Math.ceil(columns / 2) : columns;
    this.packing = isPacked ? packingOf(shape) : null;
  }

  get graphics(): Graphics {
    return this.allocation.graphics;
  }

  /** Bytes that it takes. */
  get bytes(): number {
    return this.rows * this.columns * (this.packing === null ? 4 : 16);
  }

  /** Gives it back, for use by another. */
  release(): void {
    releaseTexture(this.allocation);
  }

  /** The same texture as tfjs's programs take it, read as a tensor of `shape`. */
  info(shape: readonly number[]): TensorInfo {
    return { dataId: this.allocation.dataId, shape: [...shape], dtype: "float32" };
  }
}

/** Gives a texture back, for use by another. */
export function releaseTexture({ graphics: own, dataId }: Allocation): void {
  if (own.lost) return;
  own.backend.disposeData(dataId);
  trimFree(own);
}

function packingOf(shape: readonly number[]): Packing {
  const [rows, columns] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  return { batch: shape.slice(0, -2).reduce((product, size) => product * size, 1), rows, columns };
}

/** Whether two textures have the same layout. */
export function samePacking(left: Packing, right: Packing): boolean {
  return left.batch === right.batch && left.rows === right.rows && left.columns === right.columns;
}

/**
 * The size of a texture for `length` elements: a power of two wide, and as many rows as a size class has, so that textures of similar tensors can stand in for each
 * other.
 *
 * @throws RuntimeError when no texture is that large.
 */
export function extentFor(length: number, largest: number): Extent {
  const columns = Math.min(2 ** Math.ceil(Math.log2(Math.sqrt(Math.max(length, 1)))), largest);
  const needed = Math.max(Math.ceil(length / columns), 1);
  const step = Math.max(2 ** (Math.floor(Math.log2(needed)) - 2), 1);
  const rows = Math.min(Math.ceil(needed / step) * step, largest);
  if (rows * columns < length)
    throw new RuntimeError(
      `A tensor of ${length} elements does not fit onto the WebGL device: its textures have at most ${largest} × ${largest} texels, which is ${largest ** 2} elements. Work on smaller parts, or on the CPU.`,
    );
  return { rows, columns };
}

/** An unpacked texture with arbitrary contents. */
export function allocateTexture({ rows, columns }: Extent): Texture {
  const own = graphics();
  return made(own, [rows * columns], [rows, columns], false);
}

/** A packed texture with arbitrary contents, for matrices of the same packing as `like`. */
export function allocatePacked({ graphics: own, rows, columns, packing }: Texture): Texture {
  const { batch, rows: matrixRows, columns: matrixColumns } = packing!; // it is packed
  return made(own, [batch, matrixRows, matrixColumns], [2 * rows, 2 * columns], true);
}

/** A packed texture with arbitrary contents for matrices, whose rows of blocks each lie within a row of texels. Columns are at most twice what a texture is wide. */
export function allocateMatrices({ batch, rows, columns }: Packing): Texture {
  const own = graphics();
  const across = Math.ceil(columns / 2);
  const down = Math.max(batch * Math.ceil(rows / 2), 1);
  const beside = Math.ceil(down / own.largestTexture);
  if (beside * across > own.largestTexture)
    throw new RuntimeError(
      `Matrices of ${batch} × ${rows} × ${columns} elements do not fit into a texture of the WebGL device, which has at most ${own.largestTexture} × ${own.largestTexture} texels of four. Work on smaller parts, or on the CPU.`,
    );
  return made(own, [batch, rows, columns], [2 * Math.ceil(down / beside), 2 * beside * across], true);
}

/** Smaller textures are not worth asking the driver whether there was room. */
const smallBytes = 4 * 1024 * 1024;

function made(own: Graphics, shape: number[], texShape: [number, number], isPacked: boolean): Texture {
  return guarded(own, () => {
    const first = take(own, shape, texShape, isPacked);
    if (first.bytes <= smallBytes || hasRoom(own)) return first;
    // A texture that the driver did not make is not to be used again.
    first.release();
    sweep();
    deleteFree(own);
    const second = take(own, shape, texShape, isPacked);
    if (hasRoom(own)) return second;
    const { bytes } = second;
    second.release();
    deleteFree(own);
    throw outOfMemory(own, bytes);
  });
}

/** Whether the driver had memory for what was asked of it since the last such question. */
function hasRoom({ gl }: Graphics): boolean {
  return gl.getError() !== gl.OUT_OF_MEMORY;
}

function outOfMemory(own: Graphics, bytes: number): RuntimeError {
  const { numBytesAllocated, numBytesFree } = own.backend.getTextureManager();
  return new RuntimeError(
    `WebGL out of memory. Tried to allocate ${bytes} bytes on ${own.context.description.renderer}, where tensors take ${numBytesAllocated - numBytesFree} bytes. Work on smaller batches, let go of tensors that are no longer needed, or move some of them with x.cpu().`,
  );
}

function take(own: Graphics, shape: number[], texShape: [number, number], isPacked: boolean): Texture {
  const { dataId } = own.backend.makeTensorInfo(shape, "float32");
  const data = own.backend.texData.get(dataId);
  data.texShape = texShape;
  data.isPacked = isPacked;
  own.backend.uploadToGPU(dataId);
  return new Texture(own, dataId);
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

/** Writes elements into an unpacked texture, from the first on. */
export function upload(texture: Texture, elements: Float32Array): void {
  const { gl } = texture.graphics;
  guarded(texture.graphics, () => {
    gl.bindTexture(gl.TEXTURE_2D, texture.handle);
    forRows(texture, elements, (row, width, height, part) =>
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, row, width, height, gl.RED, gl.FLOAT, part),
    );
    gl.bindTexture(gl.TEXTURE_2D, null);
  });
}

/** Whole rows of the texture, and then what is left. */
function forRows(
  { columns }: Texture,
  elements: Float32Array,
  visit: (row: number, width: number, height: number, part: Float32Array) => void,
): void {
  const whole = Math.floor(elements.length / columns);
  if (whole > 0) visit(0, columns, whole, elements.subarray(0, whole * columns));
  const rest = elements.subarray(whole * columns);
  if (rest.length > 0) visit(whole, rest.length, 1, rest);
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

/** The first elements of an unpacked texture, `length` of them. Waits until they are computed. */
export function download(texture: Texture, length: number): Float32Array {
  const { gl } = texture.graphics;
  const elements = new Float32Array(length);
  return reading(texture, () => {
    forRows(texture, elements, (row, width, height, part) =>
      gl.readPixels(0, row, width, height, gl.RED, gl.FLOAT, part),
    );
    return elements;
  });
}

/** Element `index` of an unpacked texture. */
export function downloadOne(texture: Texture, index: number): number {
  const { gl } = texture.graphics;
  const element = new Float32Array(1);
  const [x, y] = [index % texture.columns, Math.floor(index / texture.columns)];
  return reading(texture, () => {
    gl.readPixels(x, y, 1, 1, gl.RED, gl.FLOAT, element);
    return element[0]!;
  });
}
