/** Brings values to where they are wanted: computes what is pending, uploads arrays, reads textures. */
import { allocateArray, float32, type DType, type TypedArray } from "../../dtype.ts";
import type { CpuStorage } from "../cpu/memory/storage.ts";
import { adopt } from "../cpu/memory/storage.ts";
import { instanceOf } from "./glsl/templates.ts";
import { addressOf, shiftOf } from "./glsl/addressing.ts";
import { writePacked, writeRegion, writeUnpacked, type Draft } from "./glsl/source.ts";
import { checkKnown, graphics, passed } from "./graphics.ts";
import { isSingle, lastOf, type Region } from "./access.ts";
import { Plan, type Leaf } from "./plan.ts";
import { programFor, run } from "./programs.ts";
import { reachOf } from "./reach.ts";
import {
  allocatePacked,
  allocateTexture,
  download,
  downloadOne,
  extentFor,
  samePacking,
  upload,
  type Extent,
  type Texture,
} from "./textures.ts";
import { Value } from "./values.ts";
import { input } from "../../expression.ts";

/** The value's texture. Computes or uploads it where there is none yet. */
export function textureOf(value: Value): Texture {
  const { texture } = value;
  if (texture !== null) {
    if (!texture.graphics.lost) return texture;
    return reviveTexture(value, texture);
  }
  if (value.stage !== null) evaluate([value]);
  else value.texture = value.array === null ? arbitrary(value) : uploaded(value, value.array);
  return value.texture!; // both ways have set it
}

/** The texture of a value whose own went with its context. */
function reviveTexture(value: Value, lost: Texture): Texture {
  if (value.array === null) checkKnown(lost.graphics);
  value.texture = null;
  return textureOf(value);
}

function arbitrary({ length }: Value): Texture {
  return allocateTexture(extentFor(length, graphics().largestTexture));
}

function uploaded({ length }: Value, array: CpuStorage): Texture {
  const texture = allocateTexture(extentFor(length, graphics().largestTexture));
  upload(texture, asFractions(array.data));
  return texture;
}

/** The numbers of an array in float32. */
function asFractions(data: TypedArray): Float32Array {
  if (data instanceof Float32Array) return data;
  return data instanceof BigInt64Array
    ? Float32Array.from(data, Number)
    : Float32Array.from(data as ArrayLike<number>); // its elements are numbers: no array of bits comes here
}

/** Whether the elements of a dtype can lie in textures at all. */
export function hasTextures({ name }: DType): boolean {
  return name === "float32" || name === "int32" || name === "int64" || name === "uint8" || name === "bool";
}

/** Whether a texture can have the value's elements: what comes from the processor may have whole numbers that float32 lacks. */
export function fitsTexture(value: Value): boolean {
  if (!hasTextures(value.dtype)) return false;
  const { array } = value;
  if (value.texture !== null || value.stage !== null || array === null) return true;
  return value.dtype.is_floating_point || reachOf(value) < Infinity;
}

/** Computes pending values of one length in one pass. */
export function evaluate(values: readonly Value[]): void {
  const plan = new Plan(values);
  const textures = plan.leaves.map(({ value }) => textureOf(value));
  const outputs = draw(plan, textures, values.length, values[0]!.length);
  values.forEach((value, i) => {
    value.texture = outputs[i]!;
    value.dropStage();
  });
}

/**
 * A packed texture that others are laid out like, so that a program need not take blocks apart. Unpacked ones with as many elements are read into blocks: what is updated
 * with a packed gradient is packed from then on, as products want it.
 */
function commonPacking({ leaves }: Plan, textures: readonly Texture[], length: number): Texture | null {
  const blocks = textures.filter(
    (texture, i) =>
      texture.packing !== null && leaves[i]!.access === null && leaves[i]!.value.length === length,
  );
  const first = blocks[0];
  if (first === undefined || first.packing === null) return null;
  const { packing } = first;
  if (!blocks.every((block) => samePacking(block.packing!, packing))) return null;
  const others = leaves.filter((leaf) => leaf.access !== null);
  const fits = others.every((leaf) => isSingle(leaf.access!) || isRow(leaf, packing.columns));
  const plain = textures.every((texture, i) => leaves[i]!.access === null || texture.packing === null);
  return fits && plain ? first : null;
}

/** Whether an operand has an element for each column, and the same in every row. */
function isRow({ access }: Leaf, columns: number): boolean {
  const { sizes, strides } = access!; // only those with one are asked
  return sizes.length === 2 && strides[0] === 0 && sizes[1] === columns;
}

/** Computes the plan's results into new textures. */
function draw(plan: Plan, textures: readonly Texture[], count: number, length: number): readonly Texture[] {
  const packed = commonPacking(plan, textures, length);
  return packed === null
    ? drawUnpacked(plan, textures, count, length)
    : drawPacked(plan, textures, count, packed);
}

/** Where each operand's numbers begin in `k`, and all of them. */
function layOut(
  numbers: readonly (readonly number[])[],
  head: readonly number[],
): { firsts: number[]; wholes: Int32Array } {
  const all = [...head];
  const firsts = numbers.map((own) => all.push(...own) - own.length);
  return { firsts, wholes: Int32Array.from(all) };
}

function draftOf(plan: Plan, forms: readonly string[], firsts: readonly number[], wholes: Int32Array): Draft {
  return {
    body: plan.body(),
    results: plan.results,
    forms,
    firsts,
    wholeCount: wholes.length,
    fractionCount: plan.fractions.length,
  };
}

function drawUnpacked(
  plan: Plan,
  textures: readonly Texture[],
  count: number,
  length: number,
): readonly Texture[] {
  const extent = extentLike(plan, textures, length);
  const addresses = textures.map((texture, i) => addressOf(plan.leaves[i]!.access, texture, extent));
  const { firsts, wholes } = layOut(
    addresses.map(({ numbers }) => numbers),
    [extent.columns],
  );
  const forms = addresses.map(({ form }) => form);
  const program = programFor(`${plan.key}|${forms.join()}`, forms.length, () =>
    writeUnpacked(draftOf(plan, forms, firsts, wholes)),
  );
  const outputs = Array.from({ length: count }, () => allocateTexture(extent));
  const fractions = Float32Array.from(plan.fractions);
  const rows = [0, Math.max(Math.ceil(length / extent.columns), 1)] as const;
  run(program, { outputs, inputs: textures, wholes, fractions, rows });
  return outputs;
}

/** The size of the first operand that has an element for each position, so that it is read where it is written. */
function extentLike({ leaves }: Plan, textures: readonly Texture[], length: number): Extent {
  const like = textures.find(
    (texture, i) =>
      texture.packing === null && leaves[i]!.access === null && leaves[i]!.value.length === length,
  );
  return like ?? extentFor(length, graphics().largestTexture);
}

function drawPacked(
  plan: Plan,
  textures: readonly Texture[],
  count: number,
  like: Texture,
): readonly Texture[] {
  const addresses = textures.map((texture, i) => {
    const { access } = plan.leaves[i]!;
    if (access === null && texture.packing !== null) return { form: "block", numbers: [] };
    const shift = shiftOf(texture);
    if (access === null) return { form: "plain", numbers: [shift] };
    return isSingle(access)
      ? { form: "single", numbers: [access.offset, shift] }
      : { form: "row", numbers: [access.offset, access.strides[1]!, shift] };
  });
  const { rows, columns } = like.packing!; // that is why it was chosen
  const { firsts, wholes } = layOut(
    addresses.map(({ numbers }) => numbers),
    [like.columns, rows, columns],
  );
  const forms = addresses.map(({ form }) => form);
  const program = programFor(`${plan.key}|packed ${forms.join()}`, forms.length, () =>
    writePacked(draftOf(plan, forms, firsts, wholes)),
  );
  const outputs = Array.from({ length: count }, () => allocatePacked(like));
  run(program, { outputs, inputs: textures, wholes, fractions: Float32Array.from(plan.fractions) });
  return outputs;
}

/** Computes a pending value and writes it into a region of an unpacked texture. */
export function drawInto(target: Texture, region: Region, value: Value): void {
  const plan = new Plan([value]);
  const textures = plan.leaves.map((leaf) => textureOf(leaf.value));
  const addresses = textures.map((texture, i) => addressOf(plan.leaves[i]!.access, texture, null));
  const dims = region.sizes.flatMap((size, dim) => [region.strides[dim]!, size, region.steps[dim]!]);
  const head = [target.columns, region.offset, ...dims];
  const { firsts, wholes } = layOut(
    addresses.map(({ numbers }) => numbers),
    head,
  );
  const forms = addresses.map(({ form }) => form);
  const rank = region.sizes.length;
  const program = programFor(`${plan.key}|into ${rank} ${forms.join()}`, forms.length, () =>
    writeRegion(draftOf(plan, forms, firsts, wholes), rank),
  );
  const rows = [
    Math.floor(region.offset / target.columns),
    Math.floor(lastOf(region) / target.columns) + 1,
  ] as const;
  run(program, {
    outputs: [target],
    inputs: textures,
    wholes,
    fractions: Float32Array.from(plan.fractions),
    rows,
  });
}

const theSame = instanceOf(input(0));

/** A pending copy of a value. */
export function copyOf(value: Value): Value {
  return Value.ofStage({
    template: theSame.template,
    constants: [],
    parameters: [],
    compute: value.dtype,
    dtype: value.dtype,
    length: value.length,
    inputs: [{ value, access: null }],
    cost: 0,
    leaves: [value],
    reach: value.reach,
  });
}

/** The value's texture with one element in each texel: packed ones are taken apart. */
function unpackedTexture(value: Value): { readonly texture: Texture; readonly isTemporary: boolean } {
  const texture = textureOf(value);
  if (texture.packing === null) return { texture, isTemporary: false };
  return { texture: unpackedCopy(value), isTemporary: true };
}

/** A new unpacked texture with the value's elements. */
export function unpackedCopy(value: Value): Texture {
  const plan = new Plan([copyOf(value)]);
  const [copy] = drawUnpacked(plan, [textureOf(value)], 1, value.length);
  return copy!; // as many as asked for
}

/** The value's elements in an array, which nobody may write into. */
export function arrayOf(value: Value): CpuStorage {
  value.array ??= adopt(elementsOf(value), value.dtype, false);
  return value.array;
}

function elementsOf(value: Value): TypedArray {
  const { dtype, length } = value;
  if (length === 0 || (value.texture === null && value.stage === null)) return allocateArray(dtype, length);
  const { texture, isTemporary } = unpackedTexture(value);
  const numbers = download(texture, length);
  if (isTemporary) texture.release();
  return asElements(numbers, dtype);
}

/** Resolves when the value's elements can be read without waiting for the device. */
export async function readiness(value: Value): Promise<void> {
  if (value.array !== null || value.length === 0) return;
  const { graphics: own } = textureOf(value);
  await passed(own);
}

/** One element, without reading the others. */
export function elementOf(value: Value, index: number): number | bigint {
  if (value.array !== null) return value.array.data[index]!;
  const texture = value.stage === null && value.texture === null ? null : textureOf(value);
  if (texture === null || texture.packing !== null) return arrayOf(value).data[index]!;
  const number = downloadOne(texture, index);
  return value.dtype.name === "int64" ? BigInt(number) : number;
}

/** Numbers of a texture in the array of a dtype. */
function asElements(numbers: Float32Array, dtype: DType): TypedArray {
  if (dtype === float32) return numbers;
  const elements = allocateArray(dtype, numbers.length);
  if (elements instanceof BigInt64Array)
    for (let i = 0; i < numbers.length; i++) elements[i] = BigInt(numbers[i]!);
  else (elements as Int32Array | Uint8Array).set(numbers); // the dtypes that textures have
  return elements;
}
