import { describe, expect, test } from "vitest";
import torch, { AssertionError, ValueError } from "../../../runtime/index.ts";
import type { CloseOptions } from "../../../runtime/testing/close.ts";

const { assert_close } = torch.testing;
const t = torch.tensor;

/** What PyTorch 2.13 says. */
const messages: readonly (readonly [
  actual: unknown,
  expected: unknown,
  options: CloseOptions,
  message: string,
])[] = [
  [
    t([1, 2, 3]),
    t([1, 2, 4]),
    {},
    "Tensor-likes are not close!\n\nMismatched elements: 1 / 3 (33.3%)\nGreatest absolute difference: 1.0 at index (2,) (up to 1e-05 allowed)\nGreatest relative difference: 0.25 at index (2,) (up to 1.3e-06 allowed)",
  ],
  [
    t([1n, 2n, 3n]),
    t([1n, 2n, 5n]),
    {},
    "Tensor-likes are not equal!\n\nMismatched elements: 1 / 3 (33.3%)\nGreatest absolute difference: 2 at index (2,)\nGreatest relative difference: 0.4000000059604645 at index (2,)",
  ],
  [
    [t([1]), t([2])],
    [t([1]), t([3])],
    {},
    "Tensor-likes are not close!\n\nMismatched elements: 1 / 1 (100.0%)\nGreatest absolute difference: 1.0 at index (0,) (up to 1e-05 allowed)\nGreatest relative difference: 0.3333333432674408 at index (0,) (up to 1.3e-06 allowed)\n\nThe failure occurred for item [1]",
  ],
  [
    1.5,
    1.6,
    {},
    "Scalars are not close!\n\nExpected 1.6 but got 1.5.\nAbsolute difference: 0.10000000000000009 (up to 1e-07 allowed)\nRelative difference: 0.06250000000000006 (up to 1e-07 allowed)",
  ],
  [
    t([1, 2]),
    t([1, 2, 3]),
    {},
    "The values for attribute 'shape' do not match: torch.Size([2]) != torch.Size([3]).",
  ],
  [
    t([1]),
    t([1], { dtype: torch.float64 }),
    {},
    "The values for attribute 'dtype' do not match: torch.float32 != torch.float64.",
  ],
  [
    torch.ones(2, 3),
    torch.ones(3, 2).t(),
    { check_stride: true },
    "The values for attribute 'stride()' do not match: (3, 1) != (1, 2).",
  ],
  [[t([1])], [t([1]), t([3])], {}, "The length of the sequences mismatch: 1 != 2"],
  [
    { a: t([1]) },
    new Map([["b", t([2])]]),
    {},
    "The keys of the mappings do not match:\nMissing keys in the actual mapping: ['b']\nAdditional keys in the actual mapping: ['a']",
  ],
  [t([1]), t([2]), { msg: (message) => message.slice(0, 27) }, "Tensor-likes are not close!"],
];

describe("assert_close", () => {
  test.each(messages)("%# says what PyTorch says", (actual, expected, options, message) => {
    expect(() => assert_close(actual, expected, options)).toThrow(new AssertionError(message));
  });

  test.each([
    ["nearly the same", t([1, 1e-7]), t([1 + 1e-6, 0]), {}],
    [
      "in containers",
      { layers: [t([1n]), new Map([["rate", 0.1]])] },
      { layers: [t([1n]), new Map([["rate", 0.1]])] },
      {},
    ],
    ["within the tolerance that was asked for", t([1.01]), t([1]), { rtol: 0.1, atol: 0 }],
    ["of other dtypes", t([1]), t([1], { dtype: torch.float64 }), { check_dtype: false }],
    ["nothing", null, null, {}],
  ] as const)("lets pass what is %s", (_, actual, expected, options) => {
    expect(() => assert_close(actual, expected, options)).not.toThrow();
  });

  test("takes NaN for equal only where it is asked to", () => {
    expect(() => assert_close(t([NaN]), t([NaN]))).toThrow(AssertionError);
    expect(() => assert_close([t([NaN]), NaN], [t([NaN]), NaN], { equal_nan: true })).not.toThrow();
  });

  test("refuses one tolerance alone, and values that have no comparison", () => {
    expect(() => assert_close(1, 1, { rtol: 1 })).toThrow(ValueError);
    expect(() => assert_close(t([1]), [1])).toThrow(/No comparison pair was able to handle inputs/);
  });
});
