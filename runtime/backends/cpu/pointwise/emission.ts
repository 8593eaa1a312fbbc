import type { FunctionBuilder, Local, ModuleBuilder } from "../wasm/assembler.ts";
import { hasRelaxedSimd } from "../wasm/features.ts";
import { isWide, type Conversion, type Lane, type LaneType, type RareHelper } from "./lanes.ts";
import { countUses, inOrder, shareEqual } from "./sharing.ts";

/** When a value is computed: once, whenever an operand that is repeated along the inner dimension changes, or for each four elements. */
type Level = 0 | 1 | 2;

/** Where inputs come from: leaves one half of four lanes on the stack. */
export interface Source {
  readonly level: Level;
  readonly load: (half: number) => void;
}

export interface Sources {
  readonly input: (index: number) => Source;
  /** Leaves a parameter of the expression on the stack, in every lane. */
  readonly parameter: (index: number, type: LaneType) => void;
}

const highHalf = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
const lowHalves = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
const lowWords = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];

/** Emits the code that computes lanes into one function. */
export class LaneEmitter {
  readonly roots: readonly Lane[];
  /** How many instructions four elements take, roughly. */
  readonly cost: number;
  readonly #function: FunctionBuilder;
  readonly #module: ModuleBuilder;
  /** Whether `a · b + c` may be one instruction. */
  readonly #relaxed: boolean;
  readonly #sources: Sources;
  readonly #order: readonly Lane[];
  readonly #uses: ReadonlyMap<Lane, number>;
  readonly #levels = new Map<Lane, Level>();
  readonly #locals = new Map<Lane, readonly Local[]>();
  readonly #helpers = new Map<string, FunctionBuilder>();
  /** The halves that are in their locals at this point of the code. */
  #ready = new Set<Local>();
  #invariant = new Set<Local>();

  constructor(
    module: ModuleBuilder,
    target: FunctionBuilder,
    roots: readonly Lane[],
    sources: Sources,
    relaxed: boolean = hasRelaxedSimd(),
  ) {
    this.#relaxed = relaxed;
    this.#module = module;
    this.#function = target;
    this.#sources = sources;
    this.roots = shareEqual(roots);
    this.#order = inOrder(this.roots);
    this.#uses = countUses(this.roots);
    for (const lane of this.#order) this.#levels.set(lane, this.#levelOf(lane));
    this.cost = this.#order
      .filter((lane) => this.#levels.get(lane) === 2)
      .reduce((sum, { type }) => sum + (isWide(type) ? 2 : 1), 0);
    for (const lane of this.#order)
      if (lane.operation.kind === "rare") this.#helper(lane.operation.helper, lane.type);
  }

  #levelOf({ operation, args }: Lane): Level {
    if (operation.kind === "input") return this.#sources.input(operation.index).level;
    // The levels are in order, and arguments come first.
    return Math.max(0, ...args.map((arg) => this.#levels.get(arg)!)) as Level;
  }

  /** Emits what does not change while the loop runs: first level 0, then, wherever repeated operands may have changed, level 1. */
  hoist(level: 0 | 1): void {
    const needed = new Set(this.roots);
    for (const lane of this.#order)
      if (this.#levels.get(lane)! > level) for (const arg of lane.args) needed.add(arg);
    this.#ready = new Set(this.#invariant);
    for (const lane of this.#order) {
      if (this.#levels.get(lane) !== level || !needed.has(lane)) continue;
      this.#localsOf(lane).forEach((local, half) => {
        this.#emit(lane, half);
        this.#function.set(local);
        this.#ready.add(local);
        this.#invariant.add(local);
      });
    }
  }

  /** Begins the code for the next four elements. */
  begin(): void {
    this.#ready = new Set(this.#invariant);
  }

  /** Leaves one half of a lane on the stack. */
  push(lane: Lane, half: number): void {
    const own = isWide(lane.type) ? half : 0;
    const local = this.#locals.get(lane)?.[own];
    if (local !== undefined && this.#ready.has(local)) {
      this.#function.get(local);
      return;
    }
    this.#emit(lane, own);
    if ((this.#uses.get(lane) ?? 0) < 2) return;
    const kept = this.#localsOf(lane)[own]!;
    this.#function.tee(kept);
    this.#ready.add(kept);
  }

  #localsOf(lane: Lane): readonly Local[] {
    let locals = this.#locals.get(lane);
    if (locals === undefined)
      this.#locals.set(lane, (locals = this.#function.locals("v128", isWide(lane.type) ? 2 : 1)));
    return locals;
  }

  #emit(lane: Lane, half: number): void {
    const { operation, args, type } = lane;
    const f = this.#function;
    switch (operation.kind) {
      case "input":
        this.#sources.input(operation.index).load(half);
        return;
      case "parameter":
        this.#sources.parameter(operation.index, type);
        return;
      case "constant":
        f.v128(
          type === "f32" ? "f32x4" : type === "f64" ? "f64x2" : isWide(type) ? "i64x2" : "i32x4",
          operation.value,
        );
        return;
      case "vector":
        for (const arg of args) this.push(arg, half);
        f.op(operation.name);
        return;
      case "shift":
        this.push(args[0]!, half);
        f.i32(operation.by).op(operation.name);
        return;
      case "bits":
        this.push(args[0]!, half);
        return;
      case "multiplyAdd":
        this.#multiplyAdd(lane, half);
        return;
      case "convert":
        this.#convert(operation.conversion, args[0]!, half);
        return;
      case "rare":
        this.#rare(lane, operation.helper);
    }
  }

  #multiplyAdd({ type, args: [a, b, c] }: Lane, half: number): void {
    const shape = type === "f32" ? "f32x4" : "f64x2";
    this.push(a!, half);
    this.push(b!, half);
    if (this.#relaxed) {
      this.push(c!, half);
      this.#function.op(`${shape}.relaxed_madd`);
      return;
    }
    this.#function.op(`${shape}.mul`);
    this.push(c!, half);
    this.#function.op(`${shape}.add`);
  }

  #rare({ args: [common, mask, x] }: Lane, helper: RareHelper): void {
    const f = this.#function;
    const [result, where, value] = f.locals("v128", 3) as [Local, Local, Local];
    this.push(common!, 0);
    f.set(result);
    this.push(x!, 0);
    f.set(value);
    this.push(mask!, 0);
    f.tee(where).op("v128.any_true");
    f.if(() => {
      f.get(value)
        .call(this.#helpers.get(helper.name)!)
        .get(result)
        .get(where)
        .op("v128.bitselect")
        .set(result);
    });
    f.get(result);
  }

  /** The helper as a function of the module: one vector in, one out. */
  #helper(helper: RareHelper, type: LaneType): void {
    if (this.#helpers.has(helper.name)) return;
    const f = this.#module.function(null, ["v128"], ["v128"]);
    this.#helpers.set(helper.name, f);
    const x: Lane = { type, operation: { kind: "input", index: 0 }, args: [] };
    const sources: Sources = {
      input: () => ({ level: 2, load: () => f.get(0) }),
      parameter: () => f.op("unreachable"),
    };
    const emitter = new LaneEmitter(this.#module, f, [helper.body(x)], sources, this.#relaxed);
    emitter.push(emitter.roots[0]!, 0);
  }

  #convert(conversion: Conversion, x: Lane, half: number): void {
    conversions[conversion]({ f: this.#function, half, push: (own) => this.push(x, own) });
  }
}

interface ConversionCode {
  readonly f: FunctionBuilder;
  /** The half of the result that is wanted. */
  readonly half: number;
  /** Leaves a half of the value on the stack. */
  readonly push: (half: number) => void;
}

/** The upper two of four narrow lanes come down for the second half. */
function pushForHalf({ f, half, push }: ConversionCode): FunctionBuilder {
  push(0);
  if (half === 0) return f;
  const x = f.local("v128");
  return f.tee(x).get(x).shuffle(highHalf);
}

/** Each lane by itself through the processor's scalar unit. */
function eachLane(
  { f, push, half }: ConversionCode,
  from: "i64x2" | "f64x2",
  convertOne: (f: FunctionBuilder) => void,
  to: "i64x2" | "f64x2",
): void {
  const x = f.local("v128");
  push(half);
  f.tee(x).lane(`${from}.extract_lane`, 0);
  convertOne(f);
  f.op(`${to}.splat`).get(x).lane(`${from}.extract_lane`, 1);
  convertOne(f);
  f.lane(`${to}.replace_lane`, 1);
}

/** A fraction as a 64-bit whole number, towards zero. */
function toWhole(code: ConversionCode): void {
  eachLane(code, "f64x2", (f) => f.op("i64.trunc_sat_f64_s"), "i64x2");
}

const conversions: Readonly<Record<Conversion, (code: ConversionCode) => void>> = {
  "f32 to f64": (code) => pushForHalf(code).op("f64x2.promote_low_f32x4"),
  "f64 to f32": ({ f, push }) => {
    push(0);
    f.op("f32x4.demote_f64x2_zero");
    push(1);
    f.op("f32x4.demote_f64x2_zero").shuffle(lowHalves);
  },
  "f32 to i32": ({ f, push }) => {
    push(0);
    f.op("i32x4.trunc_sat_f32x4_s");
  },
  "f64 to i32": ({ f, push }) => {
    push(0);
    f.op("i32x4.trunc_sat_f64x2_s_zero");
    push(1);
    f.op("i32x4.trunc_sat_f64x2_s_zero").shuffle(lowHalves);
  },
  "f32 to i64": (code) => {
    const x = code.f.local("v128");
    pushForHalf(code).op("f64x2.promote_low_f32x4").set(x);
    toWhole({ ...code, push: () => code.f.get(x) });
  },
  "f64 to i64": toWhole,
  "i32 to f32": ({ f, push }) => {
    push(0);
    f.op("f32x4.convert_i32x4_s");
  },
  "i32 to f64": (code) => pushForHalf(code).op("f64x2.convert_low_i32x4_s"),
  "i32 to i64": ({ f, half, push }) => {
    push(0);
    f.op(half === 0 ? "i64x2.extend_low_i32x4_s" : "i64x2.extend_high_i32x4_s");
  },
  "i64 to i32": ({ f, push }) => {
    push(0);
    push(1);
    f.shuffle(lowWords);
  },
  "i64 to f32": ({ f, push }) => {
    // Not by way of float64, which would round twice.
    const lanes = f.locals("v128", 2);
    lanes.forEach((lane, half) => {
      push(half);
      f.set(lane);
    });
    f.get(lanes[0]!).lane("i64x2.extract_lane", 0).op("f32.convert_i64_s").op("f32x4.splat");
    for (let i = 1; i < 4; i++)
      f.get(lanes[i >> 1]!)
        .lane("i64x2.extract_lane", i & 1)
        .op("f32.convert_i64_s")
        .lane("f32x4.replace_lane", i);
  },
  "i64 to f64": (code) => eachLane(code, "i64x2", (f) => f.op("f64.convert_i64_s"), "f64x2"),
  "m32 to m64": ({ f, half, push }) => {
    push(0);
    f.op(half === 0 ? "i64x2.extend_low_i32x4_s" : "i64x2.extend_high_i32x4_s");
  },
  "m64 to m32": ({ f, push }) => {
    push(0);
    push(1);
    f.shuffle(lowWords);
  },
};
