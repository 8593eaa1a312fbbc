/** Every operator on a device of its own: what takes a tensor's elements for the CPU's, or lets a result go elsewhere, shows. */
import { afterAll, beforeAll, expect, test } from "vitest";
import torch from "../../runtime/index.ts";
import { useSeparateDevice, violations } from "../runtime/devices/separate.ts";
import { differenceOfAnswers, failures, formNamed, type OperatorAnswers } from "./checking.ts";
import { oracleFiles, readOracle } from "./data.ts";
import { isForDevice, onAccelerator, rowsForDevice, spread } from "./withoutFloat64.ts";

/** Values are held against PyTorch's elsewhere: here it is what an operator reads and where it puts its results. */
const mostSamples = 5;

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

test.each(oracleFiles("operators").filter(isForDevice))(
  "%s: values and derivatives are PyTorch's on a device of its own",
  (file) => {
    const { forms, samples } = readOracle<OperatorAnswers>(`operators/${file}`);
    const name = forms[0]!;
    const form = formNamed(name);
    const different = failures(
      name,
      spread(rowsForDevice(name, samples), mostSamples),
      (row) => differenceOfAnswers(form, row, "contiguous", onAccelerator),
      [],
    );
    expect([...different, ...seen()]).toEqual([]);
  },
);
