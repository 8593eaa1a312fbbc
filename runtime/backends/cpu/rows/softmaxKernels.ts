/** Softmax and its logarithm along rows of float32, and their derivatives. */
import { ModuleBuilder, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import { KernelModule } from "../wasm/kernelModule.ts";
import { exponential, logarithm } from "./exponential.ts";
import { extremeOfRow, largest as largestElement } from "./extremes.ts";
import { mapRow, rowKernel, splat, splatRounded, type Row } from "./rowKernel.ts";
import { sumsAlongRow } from "./sums.ts";
import { floatBytes, newWalk, startWalk, storeTail } from "./vectors.ts";

/** Each takes a range of rows, the addresses of its tensors and the length of a row. */
export type SoftmaxKernel = "softmax" | "logSoftmax" | "logSumExp" | "softmaxBackward" | "logSoftmaxBackward";

/** The largest element of the row in each lane. */
function largestLanes(f: FunctionBuilder, { count, mask }: Row, input: Local): Local {
  const walk = newWalk(f, 1);
  startWalk(f, walk, [input], count);
  extremeOfRow(f, walk, mask, largestElement);
  return splat(f);
}

/** `Σ exp(x − largest)`, as f64; the exponentials are written to `output` unless it is `null`. */
function sumOfExponentials(
  f: FunctionBuilder,
  { count, mask }: Row,
  exponentialOf: (x: Local) => void,
  {
    input,
    output,
    largest,
  }: { readonly input: Local; readonly output: Local | null; readonly largest: Local },
): Local {
  const walk = newWalk(f, 2);
  const [from, to] = walk.pointers as [Local, Local];
  const vector = f.local("v128");
  startWalk(f, walk, [input, output ?? input], count);
  const [total] = sumsAlongRow(f, walk, mask, { unroll: 4 }, (add, offset, tail) => {
    f.get(from).memory("v128.load", offset).get(largest).op("f32x4.sub").set(vector);
    exponentialOf(vector);
    if (output !== null && tail) storeTail(f, to, vector, count);
    else if (output !== null) f.get(to).get(vector).memory("v128.store", offset);
    f.get(vector);
    add(0);
  });
  return total!;
}

/** `exp(x − max) / Σ exp(x − max)`; tensors: input, output. */
function addSoftmax(module: ModuleBuilder): void {
  rowKernel(module, "softmax", 2, (f, row) => {
    const exponentialOf = exponential(f);
    const [input, output] = row.rows as [Local, Local];
    return () => {
      const largest = largestLanes(f, row, input);
      const total = sumOfExponentials(f, row, exponentialOf, { input, output, largest });
      f.f64(1).get(total).op("f64.div");
      const factor = splatRounded(f);
      mapRow(f, row, output, [output], ([from], offset) => {
        f.get(from!).memory("v128.load", offset).get(factor).op("f32x4.mul");
      });
    };
  });
}

/** `x − max − log Σ exp(x − max)`; tensors: input, output. */
function addLogSoftmax(module: ModuleBuilder): void {
  rowKernel(module, "logSoftmax", 2, (f, row) => {
    const exponentialOf = exponential(f);
    const [input, output] = row.rows as [Local, Local];
    return () => {
      const largest = largestLanes(f, row, input);
      f.get(sumOfExponentials(f, row, exponentialOf, { input, output: null, largest }));
      logarithm(f);
      const rest = splatRounded(f);
      mapRow(f, row, output, [input], ([from], offset) => {
        f.get(from!).memory("v128.load", offset).get(largest).op("f32x4.sub").get(rest).op("f32x4.sub");
      });
    };
  });
}

/** `max + log Σ exp(x − max)`, or the largest where that is infinite; tensors: input. Further: the address of the results, one for each row. */
function addLogSumExp(module: ModuleBuilder): void {
  rowKernel(
    module,
    "logSumExp",
    1,
    (f, row) => {
      const exponentialOf = exponential(f);
      const [input] = row.rows as [Local];
      const found = f.local("f32");
      return () => {
        const largest = largestLanes(f, row, input);
        const total = sumOfExponentials(f, row, exponentialOf, { input, output: null, largest });
        f.get(largest).lane("f32x4.extract_lane", 0).set(found);
        f.get(row.others[0]!).get(row.index).i32(floatBytes).op("i32.mul").op("i32.add");
        f.get(found);
        f.get(total);
        logarithm(f);
        f.get(found).op("f64.promote_f32").op("f64.add").op("f32.demote_f64");
        f.get(found).op("f32.abs").f32(Infinity).op("f32.eq").op("select").memory("f32.store");
      };
    },
    1,
  );
}

/** Pushes the vectors of both rows and adds their product, or only those of the first, to a sum; gives it in each lane. */
function sumInLanes(f: FunctionBuilder, { count, mask }: Row, factors: readonly Local[]): Local {
  const walk = newWalk(f, factors.length);
  startWalk(f, walk, factors, count);
  const [total] = sumsAlongRow(f, walk, mask, { unroll: 8 }, (add, offset) => {
    walk.pointers.forEach((pointer, i) => {
      f.get(pointer).memory("v128.load", offset);
      if (i > 0) f.op("f32x4.mul");
    });
    add(0);
  });
  f.get(total!);
  return splatRounded(f);
}

/** `y · (g − Σ g · y)`; tensors: grad, result, output. Source: `_softmax_backward_data`. */
function addSoftmaxBackward(module: ModuleBuilder): void {
  rowKernel(module, "softmaxBackward", 3, (f, row) => {
    const [grad, result, output] = row.rows as [Local, Local, Local];
    return () => {
      const total = sumInLanes(f, row, [grad, result]);
      mapRow(f, row, output, [grad, result], ([g, y], offset) => {
        f.get(g!).memory("v128.load", offset).get(total).op("f32x4.sub");
        f.get(y!).memory("v128.load", offset).op("f32x4.mul");
      });
    };
  });
}

/** `g − exp(y) · Σ g`; tensors: grad, result, output. Source: `_log_softmax_backward_data`. */
function addLogSoftmaxBackward(module: ModuleBuilder): void {
  rowKernel(module, "logSoftmaxBackward", 3, (f, row) => {
    const exponentialOf = exponential(f);
    const vector = f.local("v128");
    const [grad, result, output] = row.rows as [Local, Local, Local];
    return () => {
      const total = sumInLanes(f, row, [grad]);
      mapRow(f, row, output, [grad, result], ([g, y], offset) => {
        f.get(y!).memory("v128.load", offset).set(vector);
        exponentialOf(vector);
        f.get(g!).memory("v128.load", offset).get(vector).get(total).op("f32x4.mul").op("f32x4.sub");
      });
    };
  });
}

export const softmaxKernels: KernelModule<SoftmaxKernel> = new KernelModule(() => {
  const module = new ModuleBuilder();
  addSoftmax(module);
  addLogSoftmax(module);
  addLogSumExp(module);
  addSoftmaxBackward(module);
  addLogSoftmaxBackward(module);
  return module;
});
