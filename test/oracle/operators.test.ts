import { describe, expect, test } from "vitest";
import * as functionOperators from "../../runtime/ops/functions.ts";
import * as functionalOperators from "../../runtime/ops/functional.ts";
import * as linalgOperators from "../../runtime/ops/linalg/namespace.ts";
import * as methodOperators from "../../runtime/ops/methods.ts";
import type { EncodedArgument, MemoryLayout } from "./arguments.ts";
import {
  differenceOfAnswers,
  differenceOfError,
  failures,
  formNamed,
  type OperatorAnswers,
  type SampleRow,
} from "./checking.ts";
import { oracleFiles, readOracle } from "./data.ts";
import { inPlaceForms } from "./inPlace.ts";

const answers = oracleFiles("operators").map((file) => readOracle<OperatorAnswers>(`operators/${file}`));

/** Several names with one reason. */
function withReason(reason: string, names: string): Readonly<Record<string, string>> {
  return Object.fromEntries(names.split(" ").map((name) => [name, reason]));
}

/** Operators of the table that PyTorch was not asked about, and why. */
const withoutSamples: Readonly<Record<string, string>> = {
  bincount: "OpInfo has no samples; the program 'counts of whole numbers' is its test",
  ...withReason(
    "OpInfo has no samples; the program 'dropout of channels' is its test",
    "alpha_dropout_ dropout1d dropout_ feature_alpha_dropout_ feature_dropout feature_dropout_ native_dropout",
  ),
  ...withReason(
    "OpInfo has no samples; the program 'norms of windows' is its test",
    "lp_pool1d lp_pool2d lp_pool3d",
  ),
  ...withReason(
    "OpInfo has no samples; the program 'positions beside values' is its test",
    "adaptive_max_pool1d_with_indices adaptive_max_pool2d_with_indices adaptive_max_pool3d_with_indices fractional_max_pool2d_with_indices fractional_max_pool3d_with_indices max_pool1d_with_indices max_pool2d_with_indices max_pool3d_with_indices",
  ),
  ...withReason(
    "OpInfo has no samples; the program 'convolutions of other forms' is its test",
    "conv_tbc convolution",
  ),
  ...withReason(
    "OpInfo has no samples; the program 'points of a grid' is its test",
    "affine_grid affine_grid_generator grid_sampler",
  ),
  fold: "OpInfo has no samples; the program 'images from blocks' is its test",
  upsample: "OpInfo has no samples; the program 'images in another size' is its test",
  binomial: "OpInfo has no samples; the random sequences are its test",
  chain_matmul: "OpInfo has no samples; it is another name of linalg.multi_dot",
  copy: "PyTorch has it in place only: copy_",
  cpu: "it moves between devices; without a second one it returns its input",
  detach:
    "it has no derivative on purpose; the program 'detach shares memory and forgets history' is its test",
  segment_reduce: "its samples are those of its other name, _segment_reduce",
  poisson: "OpInfo has no samples; the random sequences are its test",
  gumbel_softmax: "OpInfo has no samples; the program 'choices at random' is its test",
  native_channel_shuffle: "it is channel_shuffle under another name",
  one_hot: "OpInfo has no samples; the program 'classes as rows' is its test",
  _log_softmax_backward_data:
    "OpInfo has no samples; it is the derivative of log_softmax, whose samples test it",
  to: "OpInfo's samples are about devices and memory formats; the program 'conversions' is its test",
  type_as: "OpInfo has no samples; it is `to` with the dtype of another tensor",
  vander: "OpInfo has no samples of this order of powers; the program 'shapes in tutorials' is its test",
  unravel_index: "OpInfo has no samples; the program 'counts of whole numbers' is its test",
  adjoint: "OpInfo has no samples; it is `mH` with a method's form",
  concat: "OpInfo has no samples; it is another name of cat",
  concatenate: "OpInfo has no samples; it is another name of cat",
  moveaxis: "OpInfo has no samples; it is another name of movedim",
  ...withReason(
    "OpInfo has no samples; recurrent.test.ts asks whole networks and cells",
    "gru gru_cell lstm lstm_cell rnn_relu rnn_relu_cell rnn_tanh rnn_tanh_cell",
  ),
  row_stack: "OpInfo has no samples; it is another name of vstack",
  select_copy: "OpInfo has no samples; it copies what select shows",
  slice_copy: "OpInfo has no samples; it copies what a slice shows",
  split_copy: "OpInfo has no samples; it copies what split shows",
  swapaxes: "OpInfo has no samples; it is another name of transpose",
  swapdims: "OpInfo has no samples; it is another name of transpose",
  unsafe_split_with_sizes: "OpInfo has no samples; it is another name of split_with_sizes",
};

test("every operator of the table has PyTorch's answers, or a reason why not", () => {
  const asked = new Set(
    answers.flatMap(({ operator, forms }) =>
      [operator, ...forms].map((name) =>
        name
          .replace(/^(torch|Tensor)\./, "")
          .replace("nn.functional.", "")
          .replace("linalg.", "linalg_"),
      ),
    ),
  );
  const table = [functionOperators, functionalOperators, methodOperators, linalgOperators].flatMap((module) =>
    Object.values(module as Readonly<Record<string, { readonly operatorName: string }>>),
  );
  const names = new Set(table.map(({ operatorName }) => operatorName));
  expect([...names].filter((name) => !asked.has(name)).toSorted()).toEqual(
    Object.keys(withoutSamples).toSorted(),
  );
});

const layouts: readonly MemoryLayout[] = ["contiguous", "strided"];

/** Operators that read a tensor's storage: elsewhere in memory there are other elements. */
const seesStorage = /^as_strided|resize_/;

/** One sample for each way of writing a call: so many arguments by position, of these kinds, and these names. */
function oneOfEachCall(samples: readonly SampleRow[]): readonly SampleRow[] {
  const ways = new Map(
    samples.map((row) => [`${row.args.map(kindOf).join()} ${Object.keys(row.kwargs ?? {}).join()}`, row]),
  );
  return [...ways.values()];
}

function kindOf(argument: EncodedArgument): string {
  if (Array.isArray(argument)) return "list";
  return argument !== null && typeof argument === "object"
    ? Object.keys(argument).join("-")
    : typeof argument;
}

/**
 * One line for each way of calling each operator. Its function and its methods lead to the same declaration: one of them shows that it is right in every layout, and the others
 * that their arguments arrive.
 */
const forms = answers.flatMap(({ operator, forms, samples, errors }) =>
  forms.map((name, index) => {
    const possible = seesStorage.test(operator) ? layouts.slice(0, 1) : layouts;
    const ways = index === 0 ? possible : possible.slice(-1);
    return {
      name,
      form: formNamed(name),
      samples: index === 0 ? samples : oneOfEachCall(samples),
      errors,
      ways,
    };
  }),
);

describe.each(forms)("$name agrees with PyTorch", ({ name, form, samples, ways }) => {
  test.each(ways)("in value, dtype, shape and the first and second derivatives, on %s tensors", (layout) => {
    expect(failures(name, samples, (row) => differenceOfAnswers(form, row, layout))).toEqual([]);
  });
});

test.each(forms.filter(({ errors }) => errors.length > 0))(
  "$name refuses what PyTorch refuses",
  ({ name, form, errors }) => {
    expect(failures(name, errors, (row) => differenceOfError(form, row))).toEqual([]);
  },
);

const inPlace = inPlaceForms(answers);

describe.each(inPlace)("Tensor.$name agrees with PyTorch's $name", ({ name, samples }) => {
  const form = formNamed(`Tensor.${name}`);

  test.each(layouts)("in value and the first and second derivatives, on %s tensors", (layout) => {
    expect(failures(name, samples, (row) => differenceOfAnswers(form, row, layout))).toEqual([]);
  });
});
