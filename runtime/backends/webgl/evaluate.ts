/** Brings values to where they are wanted: computes what is pending, uploads arrays, reads textures. */
import { allocateArray, float32, type DType, type TypedArray } from "../../dtype.ts";
import type { CpuStorage } from "../cpu/memory/storage.ts";
import { adopt } from "../cpu/memory/storage.ts";
import { instanceOf } from "./glsl/templates.ts";
import { addressOf } from "./glsl/addressing.ts";
import { writeAll, writeRegion, type Draft } from "./glsl/source.ts";
import { checkKnown, graphics, passed } from "./graphics.ts";
import { type Region } from "./access.ts";
import { Plan } from "./plan.ts";
import { piecesOf } from "./pieces.ts";
import { programFor, run } from "./programs.ts";
import { reachOf } from "./reach.ts";
import {
  allocateElements,
  allocateTexture,
  download,
  downloadOne,
  extentFor,
  lanes,
  rowsFor,
  upload,
  type Extent,
  type Texture,
} from "./textures.ts";
import { Value } from "./values.ts";
import { work } from "./work.ts";
import { input } from "../../expression.ts";

/** The value's texture. Computes or uploads it where there is none yet. */
export function textureOf(value: Value): Texture {
  const { texture } = value;
  value.usedBy = work.number;
  if (texture !== null) {
    if (!texture.graphics.lost) return texture;
    return reviveTexture(value, texture);
  }
  if (value.stage !== null) evaluate([value]);
  else value.texture = value.array === null ? allocateElements(value.length) : uploaded(value, value.array);
  return value.texture!; // both ways have set it
}

/** The texture of a value whose own went with its context. */
function reviveTexture(value: Value, lost: Texture): Texture {
  if (value.array === null) checkKnown(lost.graphics);
  value.texture = null;
  return textureOf(value);
}

function uploaded({ length }: Value, array: CpuStorage): Texture {
  const texture = allocateElements(length);
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

/** Where each operand's numbers begin in `k`, and all of them. */
function layOut(
  numbers: readonly (readonly number[])[],
  head: readonly number[],
): { firsts: number[]; wholes: Int32Array } {
  const all = [...head];
  const firsts = numbers.map((own) => all.push(...own) - own.length);
  return { firsts, wholes: Int32Array.from(all) };
}

function draftOf(plan: Plan, { forms, firsts, wholes }: Operands): Draft {
  return {
    body: plan.body(),
    results: plan.results,
    forms,
    firsts,
    wholeCount: wholes.length,
    fractionCount: plan.fractions.length,
  };
}

/** Computes the plan's results into new textures. */
function draw(plan: Plan, textures: readonly Texture[], count: number, length: number): readonly Texture[] {
  const extent = extentFor(length, graphics().largestTexture);
  const operands = operandsOf(plan, textures, extent, [extent.columns, lanes]);
  const program = programFor(`${plan.key}|${operands.forms.join()}`, textures.length, () =>
    writeAll(draftOf(plan, operands)),
  );
  const outputs = Array.from({ length: count }, () => allocateTexture(extent));
  const area = { column: 0, row: 0, columns: extent.columns, rows: rowsFor(length, extent) };
  run(program, { outputs, inputs: textures, area, ...numbersOf(plan, operands) });
  return outputs;
}

/** How a program reads its operands. */
interface Operands {
  readonly forms: readonly string[];
  readonly firsts: readonly number[];
  readonly wholes: Int32Array;
}

function operandsOf(
  plan: Plan,
  textures: readonly Texture[],
  output: Extent | null,
  head: readonly number[],
): Operands {
  const addresses = textures.map((texture, i) => addressOf(plan.leaves[i]!.access, texture, output));
  const numbers = addresses.map((address) => address.numbers);
  return { forms: addresses.map(({ form }) => form), ...layOut(numbers, head) };
}

function numbersOf(plan: Plan, { wholes }: Operands): { wholes: Int32Array; fractions: Float32Array } {
  return { wholes, fractions: Float32Array.from(plan.fractions) };
}

/** Computes a pending value and writes it into a region of a texture. */
export function drawInto(target: Texture, region: Region, value: Value): void {
  const plan = new Plan([value]);
  const textures = plan.leaves.map((leaf) => textureOf(leaf.value));
  for (const piece of piecesOf(region, target)) {
    const { area, lane } = piece;
    const { sizes, strides, steps, offset } = piece.region;
    const isWhole = lane === null;
    const dims = sizes.flatMap((size, dim) => [strides[dim]!, size, steps[dim]!]);
    const operands = operandsOf(plan, textures, null, [target.columns, lanes, offset, lane ?? 0, ...dims]);
    const key = `${plan.key}|into ${isWhole ? "texels" : "elements"} ${sizes.length} ${operands.forms.join()}`;
    const program = programFor(key, textures.length, () =>
      writeRegion(draftOf(plan, operands), sizes.length, isWhole),
    );
    const work = { outputs: [target], inputs: textures, area, ...numbersOf(plan, operands) };
    run(program, isWhole ? work : { ...work, lane });
  }
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

/** A new texture with the value's elements. */
export function copiedTexture(value: Value): Texture {
  const plan = new Plan([copyOf(value)]);
  const [copy] = draw(plan, [textureOf(value)], 1, value.length);
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
  return asElements(download(textureOf(value), length), dtype);
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
  if (texture === null) return arrayOf(value).data[index]!;
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
