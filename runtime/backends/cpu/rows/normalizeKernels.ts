/** Rows of float32 with mean 0 and variance 1, and the derivatives. */
import { ModuleBuilder, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import { KernelModule } from "../wasm/kernelModule.ts";
import { parameterBase } from "../memory/heap.ts";
import { mapRow, rowKernel, splatRounded, type Row } from "./rowKernel.ts";
import { sumsAlongRow } from "./sums.ts";
import { multiplyAdd, newWalk, startWalk } from "./vectors.ts";

/** Each takes a range of rows, the addresses of its tensors, the length of a row, and the addresses of what has one element for a row or for a column. */
export type NormalizeKernel =
  /** Tensors: input. Further: means, variances. */
  | "moments"
  /** Tensors: input, output. Further: means, scales, weight, bias. The first parameter is the epsilon. */
  | "normalize"
  | "normalizeWeighted"
  | "normalizeAffine"
  /** Tensors: grad, input, output. Further: means, scales, weight. */
  | "backward"
  | "backwardWeighted"
  /** Tensors: left, right. Further: output. */
  | "products";

/** What is known of a row: its mean, as it is used, and its variance. */
interface Moments {
  readonly center: Local;
  readonly variance: Local;
}

/** The sum of the row, or of its squared distances from `center`. */
function sumOfRow(f: FunctionBuilder, { count, mask }: Row, input: Local, center: Local | null): Local {
  const walk = newWalk(f, 1);
  const distance = f.local("v128");
  startWalk(f, walk, [input], count);
  const [total] = sumsAlongRow(f, walk, mask, { unroll: 8 }, (add, offset) => {
    f.get(walk.pointers[0]!).memory("v128.load", offset);
    if (center !== null) f.get(center).op("f32x4.sub").tee(distance).get(distance).op("f32x4.mul");
    add(0);
  });
  return total!;
}

/** Emits the mean of a row, rounded to float32, and the variance about the exact one. */
function momentsOf(f: FunctionBuilder, row: Row, input: Local, count: Local): Moments {
  const [mean, error, variance] = f.locals("f64", 3) as [Local, Local, Local];
  f.get(sumOfRow(f, row, input, null))
    .get(count)
    .op("f64.div")
    .tee(mean);
  const center = splatRounded(f);
  f.get(center).lane("f32x4.extract_lane", 0).op("f64.promote_f32").get(mean).op("f64.sub").set(error);
  f.get(sumOfRow(f, row, input, center))
    .get(count)
    .op("f64.div");
  f.get(error).get(error).op("f64.mul").op("f64.sub").f64(0).op("f64.max").set(variance);
  return { center, variance };
}

/** A local with the length of a row. */
function lengthOf(f: FunctionBuilder, { count }: Row): Local {
  const length = f.local("f64");
  f.get(count).op("f64.convert_i32_u").set(length);
  return length;
}

/** The address of the row's own element. */
function pushElementAddress(f: FunctionBuilder, { index }: Row, base: Local): void {
  f.get(base).get(index).i32(2).op("i32.shl").op("i32.add");
}

/** Stores the f32 that `push` pushes as the row's own element. */
function storeElement(f: FunctionBuilder, row: Row, base: Local, push: () => void): void {
  pushElementAddress(f, row, base);
  push();
  f.memory("f32.store");
}

/** A local with the row's own element in each lane. */
function loadElement(f: FunctionBuilder, row: Row, base: Local): Local {
  const local = f.local("v128");
  pushElementAddress(f, row, base);
  f.memory("v128.load32_splat").set(local);
  return local;
}

function addMoments(module: ModuleBuilder): void {
  rowKernel(
    module,
    "moments",
    1,
    (f, row) => {
      const length = lengthOf(f, row);
      const [means, variances] = row.others as [Local, Local];
      return () => {
        const { center, variance } = momentsOf(f, row, row.rows[0]!, length);
        storeElement(f, row, means, () => f.get(center).lane("f32x4.extract_lane", 0));
        storeElement(f, row, variances, () => f.get(variance).op("f32.demote_f64"));
      };
    },
    2,
  );
}

function addNormalize(
  module: ModuleBuilder,
  name: NormalizeKernel,
  weighted: boolean,
  shifted: boolean,
): void {
  rowKernel(
    module,
    name,
    2,
    (f, row) => {
      const length = lengthOf(f, row);
      const epsilon = f.local("f64");
      f.i32(parameterBase).memory("f64.load").set(epsilon);
      const [input, output] = row.rows as [Local, Local];
      const [means, scales, weight, bias] = row.others as [Local, Local, Local, Local];
      const columns = [...(weighted ? [weight] : []), ...(shifted ? [bias] : [])];
      return () => {
        const { center, variance } = momentsOf(f, row, input, length);
        f.f64(1).get(variance).get(epsilon).op("f64.add").op("f64.sqrt").op("f64.div");
        const scale = splatRounded(f);
        for (const [base, local] of [
          [means, center],
          [scales, scale],
        ] as const)
          storeElement(f, row, base, () => f.get(local).lane("f32x4.extract_lane", 0));
        mapRow(f, row, output, [input, ...columns], ([from, w, b], offset) => {
          const normal = (): void => {
            f.get(from!).memory("v128.load", offset).get(center).op("f32x4.sub").get(scale).op("f32x4.mul");
          };
          const load = (pointer: Local) => () => f.get(pointer).memory("v128.load", offset);
          if (shifted) multiplyAdd(f, normal, load(w!), load(b!));
          else normal();
          if (weighted && !shifted) {
            load(w!)();
            f.op("f32x4.mul");
          }
        });
      };
    },
    4,
  );
}

/**
 * `scale · (g·w − (Σ g·w + x̂ · Σ g·w·x̂) / n)` with `x̂ = (x − mean) · scale`.
 *
 * Source: `layer_norm_backward_kernel.cpp` in PyTorch's `aten/src/ATen/native/cpu`, whose formula it is.
 */
function addBackward(module: ModuleBuilder, name: NormalizeKernel, weighted: boolean): void {
  rowKernel(
    module,
    name,
    3,
    (f, row) => {
      const length = lengthOf(f, row);
      const [grad, input, output] = row.rows as [Local, Local, Local];
      const [means, scales, weight] = row.others as [Local, Local, Local];
      const columns = weighted ? [weight] : [];
      const weightedGrad = f.local("v128");
      return () => {
        const center = loadElement(f, row, means);
        const scale = loadElement(f, row, scales);
        // Leaves the distance from the mean on the stack, and the weighted gradient in its local.
        const terms = ([g, x, w]: readonly Local[], offset: number): void => {
          f.get(g!).memory("v128.load", offset);
          if (weighted) f.get(w!).memory("v128.load", offset).op("f32x4.mul");
          f.set(weightedGrad);
          f.get(x!).memory("v128.load", offset).get(center).op("f32x4.sub");
        };
        const walk = newWalk(f, 2 + columns.length);
        startWalk(f, walk, [grad, input, ...columns], row.count);
        const [sum, product] = sumsAlongRow(f, walk, row.mask, { count: 2, unroll: 4 }, (add, offset) => {
          terms(walk.pointers, offset);
          f.get(weightedGrad).op("f32x4.mul");
          add(1);
          f.get(weightedGrad);
          add(0);
        });
        // output = scale · (g·w) + (x − mean) · b + a, with a = −scale · Σ / n and b = −scale³ · Σ' / n.
        f.get(sum!).get(length).op("f64.div").op("f64.neg");
        multiplyByLane(f, scale, 1);
        const a = splatRounded(f);
        f.get(product!).get(length).op("f64.div").op("f64.neg");
        multiplyByLane(f, scale, 3);
        const b = splatRounded(f);
        mapRow(f, row, output, [grad, input, ...columns], (pointers, offset) => {
          terms(pointers, offset);
          f.get(b).op("f32x4.mul").get(a).op("f32x4.add");
          f.get(weightedGrad).get(scale).op("f32x4.mul").op("f32x4.add");
        });
      };
    },
    3,
  );
}

/** Multiplies the f64 at the top of the stack by a lane's number, so many times. */
function multiplyByLane(f: FunctionBuilder, vector: Local, times: number): void {
  for (let i = 0; i < times; i++)
    f.get(vector).lane("f32x4.extract_lane", 0).op("f64.promote_f32").op("f64.mul");
}

function addProducts(module: ModuleBuilder): void {
  rowKernel(
    module,
    "products",
    2,
    (f, row) => () => {
      const walk = newWalk(f, 2);
      startWalk(f, walk, row.rows, row.count);
      const [total] = sumsAlongRow(f, walk, row.mask, { unroll: 8 }, (add, offset) => {
        for (const pointer of walk.pointers) f.get(pointer).memory("v128.load", offset);
        f.op("f32x4.mul");
        add(0);
      });
      storeElement(f, row, row.others[0]!, () => f.get(total!).op("f32.demote_f64"));
    },
    1,
  );
}

export const normalizeKernels: KernelModule<NormalizeKernel> = new KernelModule(() => {
  const module = new ModuleBuilder();
  addMoments(module);
  addNormalize(module, "normalize", false, false);
  addNormalize(module, "normalizeWeighted", true, false);
  addNormalize(module, "normalizeAffine", true, true);
  addBackward(module, "backward", false);
  addBackward(module, "backwardWeighted", true);
  addProducts(module);
  return module;
});
