/** The elements of rows of float32 that labels point at: the negative log-likelihood and its derivative. */
import { ModuleBuilder, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import { KernelModule } from "../wasm/kernelModule.ts";
import { parameterBase } from "../memory/heap.ts";
import { floatBytes } from "./vectors.ts";

export type LikelihoodKernel =
  /**
   * `(begin, end, input, labels, weight, losses, classes, ignored)`: adds up over the whole range, so that it is not to be divided. The sum of the losses and that of the
   * weights go to the first two parameters, as float64; the third is 1 + the first row with a label that is no class, or 0.
   */
  | "pick"
  /** `(begin, end, output, labels, weight, grad, gradBytes, classes, ignored)`: zeros, and minus weight · grad · the first parameter at the labels. */
  | "spread";

const labelBytes = 8;

/** Pushes the class's weight as f32; 1 where there are no weights. */
function pushWeight(f: FunctionBuilder, weight: Local, label: Local): void {
  const value = f.local("f32");
  f.f32(1).set(value).get(weight);
  f.if(() => {
    f.get(weight).get(label).i32(2).op("i32.shl").op("i32.add").memory("f32.load").set(value);
  });
  f.get(value);
}

/** Leaves the label of the row in `wide`, and runs `body` with it as an i32 unless it is ignored. */
function withLabel(
  f: FunctionBuilder,
  { row, labels, ignored }: { readonly row: Local; readonly labels: Local; readonly ignored: Local },
  body: (label: Local, wide: Local) => void,
): void {
  const wide = f.local("i64");
  const label = f.local("i32");
  f.get(labels).get(row).i32(labelBytes).op("i32.mul").op("i32.add").memory("i64.load").tee(wide);
  f.get(ignored).op("i64.extend_i32_s").op("i64.ne");
  f.if(() => {
    f.get(wide).op("i32.wrap_i64").set(label);
    body(label, wide);
  });
}

function addPick(module: ModuleBuilder): void {
  const f = module.function(
    "pick",
    Array.from({ length: 8 }, () => "i32" as const),
  );
  const [row, end, input, labels, weight, losses, classes, ignored] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
  const [total, weights] = f.locals("f64", 2) as [Local, Local];
  const [loss, factor] = f.locals("f32", 2) as [Local, Local];
  const wrong = f.local("i32");
  f.whileBelow(row, end, () => {
    f.f32(0).set(loss);
    withLabel(f, { row, labels, ignored }, (label, wide) => {
      f.get(wide).i64(0n).op("i64.lt_s").get(wide).get(classes).op("i64.extend_i32_u").op("i64.ge_s");
      f.op("i32.or");
      f.if(
        () => f.get(wrong).get(row).i32(1).op("i32.add").get(wrong).op("select").set(wrong),
        () => {
          pushWeight(f, weight, label);
          f.tee(factor).op("f64.promote_f32").get(weights).op("f64.add").set(weights);
          f.get(input).get(row).get(classes).op("i32.mul").get(label).op("i32.add");
          f.i32(floatBytes).op("i32.mul").op("i32.add").memory("f32.load");
          f.get(factor).op("f32.mul").op("f32.neg").tee(loss).op("f64.promote_f32");
          f.get(total).op("f64.add").set(total);
        },
      );
    });
    f.get(losses);
    f.if(() => {
      f.get(losses).get(row).i32(floatBytes).op("i32.mul").op("i32.add").get(loss).memory("f32.store");
    });
    f.increment(row, 1);
  });
  f.i32(parameterBase).get(total).memory("f64.store");
  f.i32(parameterBase).get(weights).memory("f64.store", 8);
  f.i32(parameterBase).get(wrong).op("f64.convert_i32_u").memory("f64.store", 16);
}

function addSpread(module: ModuleBuilder): void {
  const f = module.function(
    "spread",
    Array.from({ length: 9 }, () => "i32" as const),
  );
  const [row, end, output, labels, weight, grad, gradBytes, classes, ignored] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8,
  ] as const;
  const scale = f.local("f64");
  const start = f.local("i32");
  f.i32(parameterBase).memory("f64.load").set(scale);
  // All rows at once: one long write is faster than many.
  f.get(output).get(row).get(classes).op("i32.mul").i32(floatBytes).op("i32.mul").op("i32.add").i32(0);
  f.get(end).get(row).op("i32.sub").get(classes).op("i32.mul").i32(floatBytes).op("i32.mul").memoryFill();
  f.whileBelow(row, end, () => {
    withLabel(f, { row, labels, ignored }, (label) => {
      f.get(row).get(classes).op("i32.mul").get(label).op("i32.add").i32(floatBytes).op("i32.mul");
      f.get(output).op("i32.add").set(start);
      f.get(start);
      pushWeight(f, weight, label);
      f.op("f64.promote_f32");
      f.get(grad).get(row).get(gradBytes).op("i32.mul").op("i32.add").memory("f32.load");
      f.op("f64.promote_f32").op("f64.mul").get(scale).op("f64.mul").op("f64.neg").op("f32.demote_f64");
      f.memory("f32.store");
    });
    f.increment(row, 1);
  });
}

export const likelihoodKernels: KernelModule<LikelihoodKernel> = new KernelModule(() => {
  const module = new ModuleBuilder();
  addPick(module);
  addSpread(module);
  return module;
});
