import { assert, double, integer, pre, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { toExponentDecimal, toFixedDecimal } from "../../../runtime/printing/decimal.ts";

const finite = double({ noDefaultInfinity: true, noNaN: true });

describe("toFixedDecimal", () => {
  test("sends a tie to the even digit", () => {
    expect([0.125, 0.375, -0.125, 2.5, 3.5].map((value) => toFixedDecimal(value, value < 1 ? 2 : 0))).toEqual(
      ["0.12", "0.38", "-0.12", "2", "4"],
    );
  });

  test("writes out numbers that toFixed gives up on", () => {
    expect(toFixedDecimal(1e23, 1)).toBe("99999999999999991611392.0");
    expect(toFixedDecimal(5e-324, 1074)).toMatch(/^0\.0{323}49406.*5$/);
  });

  test("keeps the sign of zero and names what is not finite as Python does", () => {
    expect([-0, NaN, Infinity, -Infinity].map((value) => toFixedDecimal(value, 1))).toEqual([
      "-0.0",
      "nan",
      "inf",
      "-inf",
    ]);
  });

  test("agrees with toFixed wherever toFixed has no tie to break", () => {
    const places = integer({ min: 0, max: 20 });
    assert(
      property(double({ min: -1e15, max: 1e15, noNaN: true }), places, (value, digits) => {
        // A tie lies half-way between decimals, and so has at most one bit more behind the point than they have digits.
        pre(!Number.isInteger(value * 2 ** (digits + 1)));
        expect(Number(toFixedDecimal(value, digits))).toBe(Number(value.toFixed(digits)));
      }),
    );
  });
});

describe("toExponentDecimal", () => {
  test("carries into the next power of ten", () => {
    expect(toExponentDecimal(9.99996, 4)).toBe("1.0000e+01");
    expect(toExponentDecimal(9.99996e-100, 4)).toBe("1.0000e-99");
  });

  test("finds the power of a number whose shortest text rounds up to the next", () => {
    expect(toExponentDecimal(1e23, 20)).toBe("9.99999999999999916114e+22");
  });

  test("sends a tie to the even digit", () => {
    expect([1.5, 2.5, 12.5].map((value) => toExponentDecimal(value, value > 10 ? 1 : 0))).toEqual([
      "2e+00",
      "2e+00",
      "1.2e+01",
    ]);
  });

  test("reads back as the same double with 17 significant digits", () => {
    assert(
      property(finite, (value) => {
        expect(Number(toExponentDecimal(value, 16))).toBe(value);
      }),
    );
  });

  test("writes zero with an exponent of zero", () => {
    expect([0, -0].map((value) => toExponentDecimal(value, 2))).toEqual(["0.00e+00", "-0.00e+00"]);
  });
});
