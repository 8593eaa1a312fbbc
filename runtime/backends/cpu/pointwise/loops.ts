/** The loops around a kernel's arithmetic: how operands are read, how results are written, and how the last few elements are treated. */
import type { DTypeName } from "../../../dtype.ts";
import { parameterBase } from "../memory/heap.ts";
import { ModuleBuilder, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import { elementBytes, laneTypes, widenings } from "./elements.ts";
import { LaneEmitter, type Sources } from "./emission.ts";
import { isWide, type Lane, type LaneType } from "./lanes.ts";

/**
 * How a kernel walks an operand along the inner dimension: neighbours in memory, one element again and again, or any distance apart. `number` is one element that
 * was written to the parameter area, already in the compute dtype.
 */
export type OperandMode = "contiguous" | "repeated" | "strided" | "number";

export interface Operand {
  readonly dtype: DTypeName;
  readonly mode: OperandMode;
}

/** What a kernel is made from. */
export interface KernelPlan {
  readonly roots: readonly Lane[];
  readonly outputs: readonly Operand[];
  readonly inputs: readonly Operand[];
  readonly parameterCount: number;
  /** Dimensions around the inner one. */
  readonly outerRank: number;
  /** Whether `a · b + c` may be one instruction, which rounds once. */
  readonly relaxed: boolean;
}

/** Where the description of nested loops begins in the parameter area, in 32-bit words; before it are 64 numbers of 8 bytes. */
export const nestWords = 128;

/** Where a number is in the parameter area: those of the expression come first, then operands that are plain numbers. */
function slotAddress(slot: number): number {
  return parameterBase + 8 * slot;
}

/** How many vectors each pass of the loop computes: short bodies are repeated, so that counting does not cost more than computing. */
function unrolling(cost: number): number {
  return cost <= 8 ? 4 : cost <= 16 ? 2 : 1;
}

/** The loop along the inner dimension, in one function. */
class InnerLoop {
  readonly emitter: LaneEmitter;
  readonly unroll: number;
  readonly #f: FunctionBuilder;
  readonly #plan: KernelPlan;
  /** Outputs first. */
  readonly #operands: readonly Operand[];
  /** The next element of each operand, as an address. */
  readonly #pointers: readonly Local[];
  /** For strided operands: how far the second, third and fourth element lie behind the first. */
  readonly #distances: ReadonlyMap<number, readonly Local[]>;
  /** The same for the last elements, where those that are not there are read from the first. */
  readonly #lastDistances: ReadonlyMap<number, readonly Local[]>;
  readonly #count: Local;
  readonly #values: readonly (readonly Local[])[];
  /** Where the second vector of wide elements is read among the last elements: only there if there are more than two. */
  readonly #lastHigh: Local;
  #vector = 0;
  #last = false;

  constructor(
    module: ModuleBuilder,
    f: FunctionBuilder,
    plan: KernelPlan,
    pointers: readonly Local[],
    count: Local,
  ) {
    this.#f = f;
    this.#plan = plan;
    this.#operands = [...plan.outputs, ...plan.inputs];
    this.#pointers = pointers;
    this.#count = count;
    const strided = [...this.#operands.keys()].filter((i) => this.#operands[i]!.mode === "strided");
    this.#distances = new Map(strided.map((i) => [i, f.locals("i32", 3)]));
    this.#lastDistances = new Map(strided.map((i) => [i, f.locals("i32", 3)]));
    this.#lastHigh = f.local("i32");
    this.emitter = new LaneEmitter(module, f, plan.roots, this.#sources(), plan.relaxed);
    this.#values = this.emitter.roots.map(({ type }) => f.locals("v128", isWide(type) ? 2 : 1));
    this.unroll = strided.length > 0 ? 1 : unrolling(this.emitter.cost);
  }

  /** What is computed once. `stride` leaves an operand's distance between neighbours on the stack. */
  prepare(stride: (operand: number) => void): void {
    const f = this.#f;
    for (const [operand, [second, third, fourth]] of this.#distances) {
      stride(operand);
      f.tee(second!).get(second!).op("i32.add").tee(third!).get(second!).op("i32.add").set(fourth!);
    }
    this.emitter.hoist(0);
  }

  /** The whole loop, over `count` elements from the pointers on; both are used up. */
  run(): void {
    const f = this.#f;
    this.emitter.hoist(1);
    this.#whileAtLeast(4 * this.unroll, this.unroll);
    if (this.unroll > 1) this.#whileAtLeast(4, 1);
    f.get(this.#count).if(() => this.#lastElements());
  }

  #whileAtLeast(elements: number, vectors: number): void {
    const f = this.#f;
    f.block(() => {
      f.get(this.#count).i32(elements).op("i32.lt_u").brIf(0);
      f.loop(() => {
        for (this.#vector = 0; this.#vector < vectors; this.#vector++) this.#step();
        this.#advance(vectors);
        f.get(this.#count).i32(elements).op("i32.sub").tee(this.#count).i32(elements).op("i32.ge_u").brIf(0);
      });
    });
    this.#vector = 0;
  }

  #advance(vectors: number): void {
    const f = this.#f;
    this.#operands.forEach(({ dtype, mode }, operand) => {
      const pointer = this.#pointers[operand]!;
      if (mode === "contiguous") f.increment(pointer, 4 * vectors * elementBytes[dtype]);
      if (mode === "strided")
        f.get(pointer).get(this.#distances.get(operand)![0]!).i32(2).op("i32.shl").op("i32.add").set(pointer);
    });
  }

  /** Four elements: everything is computed before anything is written, because an output may also be an input. */
  #step(): void {
    this.emitter.begin();
    if (this.#values.length === 1 && this.#operands[0]!.mode === "contiguous" && !this.#last) {
      this.#storeDirectly();
      return;
    }
    this.#computeAll();
    this.#plan.outputs.forEach((_, output) => this.#store(output));
  }

  #computeAll(): void {
    this.#values.forEach((halves, root) =>
      halves.forEach((local, half) => {
        this.emitter.push(this.emitter.roots[root]!, half);
        this.#f.set(local);
      }),
    );
  }

  #storeDirectly(): void {
    const f = this.#f;
    const pointer = this.#pointers[0]!;
    const { dtype } = this.#plan.outputs[0]!;
    const root = this.emitter.roots[0]!;
    const offset = this.#vector * 4 * elementBytes[dtype];
    if (elementBytes[dtype] < 4) {
      f.get(pointer);
      this.emitter.push(root, 0);
      if (elementBytes[dtype] === 1) {
        this.#toBytes();
        f.laneMemory("v128.store32_lane", 0, offset);
      } else {
        this.#toPairs();
        f.laneMemory("v128.store64_lane", 0, offset);
      }
    } else
      this.#values[0]!.forEach((_, half) => {
        f.get(pointer);
        this.emitter.push(root, half);
        f.memory("v128.store", offset + 16 * half);
      });
  }

  /** Four lanes of 32 bits as four bytes; of a mask, the lowest bit. */
  #toBytes(): void {
    const f = this.#f;
    const lanes = f.local("v128");
    const isMask = this.emitter.roots[0]!.type.startsWith("m");
    f.v128("i32x4", isMask ? 1 : 255)
      .op("v128.and")
      .tee(lanes)
      .get(lanes)
      .op("i16x8.narrow_i32x4_u");
    f.tee(lanes).get(lanes).op("i8x16.narrow_i16x8_u");
  }

  /** Four lanes of 32 bits as their lower halves. */
  #toPairs(): void {
    const f = this.#f;
    const lanes = f.local("v128");
    f.v128("i32x4", 0xffff).op("v128.and").tee(lanes).get(lanes).op("i16x8.narrow_i32x4_u");
  }

  #store(output: number): void {
    const f = this.#f;
    const { dtype, mode } = this.#plan.outputs[output]!;
    const pointer = this.#pointers[output]!;
    const bytes = elementBytes[dtype];
    const halves = this.#values[output]!;
    const isMask = this.emitter.roots[output]!.type.startsWith("m");
    if (!this.#last && mode === "contiguous" && bytes >= 4) {
      halves.forEach((value, half) =>
        f
          .get(pointer)
          .get(value)
          .memory("v128.store", this.#vector * 4 * bytes + 16 * half),
      );
      return;
    }
    if (bytes === 1 && isMask) f.get(halves[0]!).v128("i32x4", 1).op("v128.and").set(halves[0]!);
    for (let lane = 0; lane < 4; lane++) {
      const write = (): void => this.#storeLane(output, lane);
      if (!this.#last) write();
      else if (lane === 0) write();
      else if (lane < 3) f.get(this.#count).i32(lane).op("i32.gt_u").if(write);
    }
  }

  #storeLane(output: number, lane: number): void {
    const f = this.#f;
    const { dtype, mode } = this.#plan.outputs[output]!;
    const bytes = elementBytes[dtype];
    const value = this.#values[output]![bytes === 8 ? lane >> 1 : 0]!;
    f.get(this.#pointers[output]!);
    if (mode === "strided" && lane > 0) f.get(this.#distances.get(output)![lane - 1]!).op("i32.add");
    const offset = mode === "strided" ? 0 : (this.#vector * 4 + lane) * bytes;
    f.get(value);
    if (bytes === 8) f.laneMemory("v128.store64_lane", lane & 1, offset);
    else if (bytes === 4) f.laneMemory("v128.store32_lane", lane, offset);
    else if (bytes === 2) f.laneMemory("v128.store16_lane", 2 * lane, offset);
    else f.laneMemory("v128.store8_lane", 4 * lane, offset);
  }

  #lastElements(): void {
    const f = this.#f;
    this.#last = true;
    f.i32(16).i32(0).get(this.#count).i32(2).op("i32.gt_u").op("select").set(this.#lastHigh);
    for (const [operand, distances] of this.#lastDistances)
      distances.forEach((distance, i) => {
        const usual = this.#distances.get(operand)![i]!;
        f.get(usual)
          .i32(0)
          .get(this.#count)
          .i32(i + 1)
          .op("i32.gt_u")
          .op("select")
          .set(distance);
      });
    this.#step();
    this.#last = false;
  }

  #sources(): Sources {
    return {
      input: (index) => {
        const operand = this.#plan.outputs.length + index;
        const { mode } = this.#plan.inputs[index]!;
        return {
          level: mode === "number" ? 0 : mode === "repeated" ? 1 : 2,
          load: (half) => this.#load(operand, index, half),
        };
      },
      parameter: (index, type) => this.#loadSlot(index, type),
    };
  }

  #loadSlot(slot: number, type: LaneType): void {
    this.#f.i32(slotAddress(slot)).memory(isWide(type) ? "v128.load64_splat" : "v128.load32_splat");
  }

  #load(operand: number, input: number, half: number): void {
    const { dtype, mode } = this.#operands[operand]!;
    if (mode === "number") {
      const earlier = this.#plan.inputs.slice(0, input).filter((other) => other.mode === "number").length;
      this.#loadSlot(this.#plan.parameterCount + earlier, laneTypes[dtype]);
    } else if (mode === "repeated") this.#loadRepeated(operand);
    else if (mode === "strided") this.#loadStrided(operand, half);
    else this.#loadContiguous(operand, half);
  }

  #loadRepeated(operand: number): void {
    const f = this.#f;
    const { dtype } = this.#operands[operand]!;
    const bytes = elementBytes[dtype];
    f.get(this.#pointers[operand]!);
    const widening = widenings[dtype];
    if (widening !== undefined) f.memory(widening.one).op("i32x4.splat");
    else f.memory(bytes === 8 ? "v128.load64_splat" : "v128.load32_splat");
  }

  #loadContiguous(operand: number, half: number): void {
    const f = this.#f;
    const { dtype } = this.#operands[operand]!;
    const bytes = elementBytes[dtype];
    const offset = this.#vector * 4 * bytes;
    f.get(this.#pointers[operand]!);
    const widening = widenings[dtype];
    if (widening !== undefined) {
      f.memory(widening.four, offset);
      for (const step of widening.extend) f.op(step);
      return;
    }
    if (half === 1 && this.#last) f.get(this.#lastHigh).op("i32.add").memory("v128.load", offset);
    else f.memory("v128.load", offset + 16 * half);
  }

  #pushAddress(operand: number, lane: number): void {
    const f = this.#f;
    f.get(this.#pointers[operand]!);
    if (lane === 0) return;
    const distances = (this.#last ? this.#lastDistances : this.#distances).get(operand)!;
    f.get(distances[lane - 1]!).op("i32.add");
  }

  #loadStrided(operand: number, half: number): void {
    const f = this.#f;
    const { dtype } = this.#operands[operand]!;
    const bytes = elementBytes[dtype];
    const widening = widenings[dtype];
    if (widening !== undefined) {
      this.#pushAddress(operand, 0);
      f.memory(widening.one).op("i32x4.splat");
      for (let lane = 1; lane < 4; lane++) {
        this.#pushAddress(operand, lane);
        f.memory(widening.one).lane("i32x4.replace_lane", lane);
      }
      return;
    }
    const [first, count] = bytes === 8 ? [2 * half, 2] : [0, 4];
    // Addresses wait on the stack below the vector that they fill.
    for (let lane = count - 1; lane >= 0; lane--) this.#pushAddress(operand, first + lane);
    f.memory(bytes === 8 ? "v128.load64_zero" : "v128.load32_zero");
    for (let lane = 1; lane < count; lane++)
      f.laneMemory(bytes === 8 ? "v128.load64_lane" : "v128.load32_lane", lane);
  }
}

/** A kernel over one dimension: `run(begin, end, addresses…, strides of strided operands…)`, strides in bytes. */
function flatKernel(module: ModuleBuilder, plan: KernelPlan): number {
  const operands = [...plan.outputs, ...plan.inputs];
  const addressed = [...operands.keys()].filter((i) => operands[i]!.mode !== "number");
  const strided = addressed.filter((i) => operands[i]!.mode === "strided");
  const f = module.function(
    "run",
    Array.from({ length: 2 + addressed.length + strided.length }, () => "i32" as const),
  );
  const strideOf = (operand: number): Local => 2 + addressed.length + strided.indexOf(operand);
  const pointers = operands.map((_, operand) =>
    addressed.includes(operand) ? 2 + addressed.indexOf(operand) : -1,
  );
  const count = f.local("i32");
  const loop = new InnerLoop(module, f, plan, pointers, count);
  f.get(1).get(0).op("i32.sub").set(count);
  for (const operand of addressed) {
    const { dtype, mode } = operands[operand]!;
    if (mode === "repeated") continue;
    f.get(pointers[operand]!).get(0);
    if (mode === "strided") f.get(strideOf(operand));
    else f.i32(elementBytes[dtype]);
    f.op("i32.mul").op("i32.add").set(pointers[operand]!);
  }
  loop.prepare((operand) => void f.get(strideOf(operand)));
  loop.run();
  return loop.emitter.cost;
}

/** Words that describe one operand of nested loops: its address, its inner stride, and one stride for each outer dimension, in bytes. */
function operandWords(outerRank: number): number {
  return 2 + outerRank;
}

/**
 * A kernel over several dimensions: `run(begin, end)` takes rows along the inner one. The parameter area says the rest: the inner size, the outer sizes, outermost
 * first, then for each operand that is not a number what `operandWords` says.
 */
function nestedKernel(module: ModuleBuilder, plan: KernelPlan): number {
  const rank = plan.outerRank;
  const operands = [...plan.outputs, ...plan.inputs];
  const addressed = [...operands.keys()].filter((i) => operands[i]!.mode !== "number");
  const f = module.function("run", ["i32", "i32"]);
  const word = (index: number): FunctionBuilder =>
    f.i32(parameterBase + 4 * (nestWords + index)).memory("i32.load");
  const describing = (operand: number): number => 1 + rank + addressed.indexOf(operand) * operandWords(rank);
  const pointers = operands.map(() => f.local("i32"));
  const rowStarts = operands.map(() => f.local("i32"));
  const strides = operands.map(() => f.locals("i32", rank));
  const [sizes, indices] = [f.locals("i32", rank), f.locals("i32", rank)];
  const [size, count, rest] = f.locals("i32", 3) as [Local, Local, Local];
  const loop = new InnerLoop(module, f, plan, pointers, count);

  f.get(0)
    .get(1)
    .op("i32.ge_u")
    .if(() => f.op("return"));
  word(0).set(size);
  for (let dim = 0; dim < rank; dim++) word(1 + dim).set(sizes[dim]!);
  for (const operand of addressed) {
    word(describing(operand)).set(rowStarts[operand]!);
    for (let dim = 0; dim < rank; dim++) word(describing(operand) + 2 + dim).set(strides[operand]![dim]!);
  }
  // Where the first row lies.
  f.get(0).set(rest);
  for (let dim = rank - 1; dim >= 0; dim--) {
    f.get(rest).get(sizes[dim]!).op("i32.rem_u").set(indices[dim]!);
    f.get(rest).get(sizes[dim]!).op("i32.div_u").set(rest);
    for (const operand of addressed)
      f.get(rowStarts[operand]!)
        .get(indices[dim]!)
        .get(strides[operand]![dim]!)
        .op("i32.mul")
        .op("i32.add")
        .set(rowStarts[operand]!);
  }
  loop.prepare((operand) => void word(describing(operand) + 1));
  f.loop(() => {
    for (const operand of addressed) f.get(rowStarts[operand]!).set(pointers[operand]!);
    f.get(size).set(count);
    loop.run();
    nextRow(0);
    f.increment(0, 1).get(0).get(1).op("i32.lt_u").brIf(0);
  });

  /** Moves on along the innermost outer dimension, and where that is finished, along the next one. */
  function nextRow(done: number): void {
    const dim = rank - 1 - done;
    for (const operand of addressed) f.advance(rowStarts[operand]!, strides[operand]![dim]!);
    if (dim === 0) return;
    f.increment(indices[dim]!, 1).get(indices[dim]!).get(sizes[dim]!).op("i32.ge_u");
    f.if(() => {
      f.i32(0).set(indices[dim]!);
      for (const operand of addressed)
        f.get(rowStarts[operand]!)
          .get(sizes[dim]!)
          .get(strides[operand]![dim]!)
          .op("i32.mul")
          .op("i32.sub")
          .set(rowStarts[operand]!);
      nextRow(done + 1);
    });
  }
  return loop.emitter.cost;
}

/** Assembles a kernel; also says how many instructions four elements take. */
export function assemble(plan: KernelPlan): { module: ModuleBuilder; cost: number } {
  const module = new ModuleBuilder();
  const cost = plan.outerRank === 0 ? flatKernel(module, plan) : nestedKernel(module, plan);
  return { module, cost };
}
