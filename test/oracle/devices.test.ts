/** Every operator on a device of its own: what takes a tensor's elements for the CPU's, or lets a result go elsewhere, shows. */
import { afterAll, beforeAll, expect, test } from "vitest";
import torch from "../../runtime/index.ts";
import { useSeparateDevice, violations } from "../runtime/devices/separate.ts";
import { describeCall, type Place } from "./arguments.ts";
import {
  differenceOfAnswers,
  failures,
  formNamed,
  type OperatorAnswers,
  type SampleRow,
} from "./checking.ts";
import { differences } from "./differences.ts";
import { oracleFiles, readOracle } from "./data.ts";

const there: Place = {
  device: "webgl",
  dtypeOf: (name) => (name === "float64" ? "float32" : name),
  tolerance: { relative: 1e-3, absolute: 1e-3 },
};

let restore: () => void;
beforeAll(() => {
  restore = useSeparateDevice();
  // What makes tensors from numbers makes them there.
  torch.set_default_device("webgl");
});
afterAll(() => restore());

/** What an operator did that it may not do on a device. */
function seen(): string[] {
  return [...new Set(violations.splice(0))];
}

/** Rows that say something about a device without float64: random numbers of float64 are others. */
function isAsked({ args, kwargs, seed }: SampleRow): boolean {
  return seed === undefined || !JSON.stringify([args, kwargs]).includes("float64");
}

/** Calls that differ from PyTorch on the CPU already. */
function differsAnyway(call: string): boolean {
  return differences.some(({ calls }) => calls.test(call));
}

/** Operators whose results are float64 whatever their arguments are. */
const exact = new Set(["double.json", "float_power.json"]);

/** Calls whose second derivative is a difference of numbers that agree in most digits of float32. */
const inexact = /^torch\.logcumsumexp\(float64\[5,5,5\], [01]\)$/;

test.each(oracleFiles("operators").filter((file) => !exact.has(file)))(
  "%s: values and derivatives are PyTorch's on a device of its own",
  (file) => {
    const { forms, samples } = readOracle<OperatorAnswers>(`operators/${file}`);
    const name = forms[0]!;
    const asked = samples.filter((row) => isAsked(row) && !differsAnyway(describeCall(name, row)));
    const form = formNamed(name);
    const different = failures(
      name,
      asked,
      (row) => {
        const { gradients: _, ...onlyValues } = row;
        const compared = inexact.test(describeCall(name, row)) ? onlyValues : row;
        return differenceOfAnswers(form, compared, "contiguous", there);
      },
      [],
    );
    expect([...different, ...seen()]).toEqual([]);
  },
);
