/** What attention does with the rows of its weights. */
import { extremeOfRow, largest as largestElement } from "../rows/extremes.ts";
import { mapRow, rowKernel, splat, splatRounded, type Row } from "../rows/rowKernel.ts";
import { sumsAlongRow } from "../rows/sums.ts";
import { exponential } from "../rows/exponential.ts";
import { newWalk, startWalk, storeTail } from "../rows/vectors.ts";
import { ModuleBuilder, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import { KernelModule } from "../wasm/kernelModule.ts";

/**
 * `weigh(begin, end, scores, columns, mask, maskStep, scale)` turns rows of products into weights, in place; the mask's rows are `maskStep` bytes apart, and an
 * address of 0 is no mask. `unweigh(begin, end, gradients, weights, columns, scale)` turns gradients of weights into those of products, in place. Both take the
 * scale as the bits of a float32.
 */
export type AttentionKernel = "weigh" | "unweigh";

/** A local with the number whose bits the parameter holds in each lane. */
function scaleLanes(f: FunctionBuilder, bits: Local): Local {
  f.get(bits).op("f32.reinterpret_i32");
  return splat(f);
}

/** Multiplies the row with the scale and adds the mask's row. */
function scaleRow(f: FunctionBuilder, row: Row, scale: Local): () => void {
  const scores = row.rows[0]!;
  const [mask, step] = row.others as [Local, Local];
  const maskRow = f.local("i32");
  return () => {
    f.get(mask);
    f.if(
      () => {
        f.get(mask).get(row.index).get(step).op("i32.mul").op("i32.add").set(maskRow);
        mapRow(f, row, scores, [scores, maskRow], ([from, added], offset) => {
          f.get(from!).memory("v128.load", offset).get(scale).op("f32x4.mul");
          f.get(added!).memory("v128.load", offset).op("f32x4.add");
        });
      },
      () =>
        mapRow(f, row, scores, [scores], ([from], offset) => {
          f.get(from!).memory("v128.load", offset).get(scale).op("f32x4.mul");
        }),
    );
  };
}

/** What is subtracted from a row before its exponentials: its largest element, in each lane, but 0 where everything is forbidden. */
function shiftOfRow(f: FunctionBuilder, { count, mask }: Row, scores: Local): Local {
  const walk = newWalk(f, 1);
  startWalk(f, walk, [scores], count);
  extremeOfRow(f, walk, mask, largestElement);
  const largest = splat(f);
  f.get(largest).get(largest).v128("f32x4", -Infinity).op("f32x4.eq").op("v128.andnot").set(largest);
  return largest;
}

/** Replaces the row by the exponentials of what remains after `shift`; gives their sum. */
function exponentialsOfRow(
  f: FunctionBuilder,
  { count, mask }: Row,
  scores: Local,
  shift: Local,
  exponentialOf: (x: Local) => void,
): Local {
  const walk = newWalk(f, 1);
  const from = walk.pointers[0]!;
  const vector = f.local("v128");
  startWalk(f, walk, [scores], count);
  const [total] = sumsAlongRow(f, walk, mask, { unroll: 2 }, (add, offset, tail) => {
    f.get(from).memory("v128.load", offset).get(shift).op("f32x4.sub").set(vector);
    exponentialOf(vector);
    if (tail) storeTail(f, from, vector, count);
    else f.get(from).get(vector).memory("v128.store", offset);
    f.get(vector);
    add(0);
  });
  return total!;
}

function addWeigh(module: ModuleBuilder): void {
  rowKernel(
    module,
    "weigh",
    1,
    (f, row) => {
      const exponentialOf = exponential(f);
      const scale = scaleLanes(f, row.others[2]!);
      const scores = row.rows[0]!;
      const scaled = scaleRow(f, row, scale);
      return () => {
        scaled();
        const shift = shiftOfRow(f, row, scores);
        const total = exponentialsOfRow(f, row, scores, shift, exponentialOf);
        // A sum of 0 is that of a row where everything is forbidden: it stays 0.
        f.f64(0).f64(1).get(total).op("f64.div").get(total).f64(0).op("f64.eq").op("select");
        const factor = splatRounded(f);
        mapRow(f, row, scores, [scores], ([from], offset) => {
          f.get(from!).memory("v128.load", offset).get(factor).op("f32x4.mul");
        });
      };
    },
    3,
  );
}

/** The sum of the products of two rows, in each lane. */
function productOfRows(f: FunctionBuilder, { count, mask }: Row, left: Local, right: Local): Local {
  const walk = newWalk(f, 2);
  const [a, b] = walk.pointers as [Local, Local];
  startWalk(f, walk, [left, right], count);
  const [total] = sumsAlongRow(f, walk, mask, { unroll: 4 }, (add, offset) => {
    f.get(a).memory("v128.load", offset).get(b).memory("v128.load", offset).op("f32x4.mul");
    add(0);
  });
  f.get(total!);
  return splatRounded(f);
}

/** `scale · w · (g − Σ g · w)`. */
function addUnweigh(module: ModuleBuilder): void {
  rowKernel(
    module,
    "unweigh",
    2,
    (f, row) => {
      const scale = scaleLanes(f, row.others[0]!);
      const [grad, weights] = row.rows as [Local, Local];
      return () => {
        const total = productOfRows(f, row, grad, weights);
        mapRow(f, row, grad, [grad, weights], ([g, w], offset) => {
          f.get(g!).memory("v128.load", offset).get(total).op("f32x4.sub");
          f.get(w!).memory("v128.load", offset).op("f32x4.mul").get(scale).op("f32x4.mul");
        });
      };
    },
    1,
  );
}

export const attentionKernels: KernelModule<AttentionKernel> = new KernelModule(() => {
  const module = new ModuleBuilder();
  addWeigh(module);
  addUnweigh(module);
  return module;
});
