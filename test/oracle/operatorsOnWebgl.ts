/**
 * Operators on WebGL: three of PyTorch's samples of the dtypes that it computes, with float32 for float64, and one of them on strided tensors: the programs
 * take long to compile where the processor draws. With `TYPETORCH_ORACLE=all` every sample of every dtype in both layouts, which takes some minutes.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import torch from "../../runtime/index.ts";
import type { MemoryLayout } from "./arguments.ts";
import {
  differenceOfAnswers,
  failures,
  formNamed,
  type OperatorAnswers,
  type SampleRow,
} from "./checking.ts";
import { oracleFiles, readOracle } from "./data.ts";
import { inPlaceForms } from "./inPlace.ts";
import { everything, isForDevice, onAccelerator, rowsForDevice, spread } from "./withoutFloat64.ts";

/** Operators that read a tensor's storage: elsewhere in memory there are other elements. */
const seesStorage = /^as_strided|resize_/;

function layoutsOf(operator: string): readonly MemoryLayout[] {
  return seesStorage.test(operator) ? ["contiguous"] : ["contiguous", "strided"];
}

/** Dtypes that the processor computes, whose own tests ask for them. */
const processorsDtypes = /"(?:float16|bfloat16|uint8|int8|int16)"/;

function askedOf(rows: readonly SampleRow[], layout: MemoryLayout): readonly SampleRow[] {
  if (everything) return rows;
  const own = rows.filter(({ args, kwargs }) => !processorsDtypes.test(JSON.stringify([args, kwargs])));
  return spread(own, layout === "contiguous" ? 3 : 1);
}

/** Tests of the operators, and their in-place forms, whose files' names begin with one of these letters. */
export function testOperatorsOnWebgl(letters: RegExp): void {
  const files = oracleFiles("operators").filter((file) => isForDevice(file) && letters.test(file));
  const answers = files.map((file) => readOracle<OperatorAnswers>(`operators/${file}`));

  describe.skipIf(process.env["TYPETORCH_WEBGL"] === "off")("on WebGL", () => {
    beforeAll(() => torch.set_default_device("webgl"));
    afterAll(() => torch.set_default_device(null));

    test.each(answers.map((each, index) => [files[index], each] as const))(
      "%s: values and derivatives are PyTorch's",
      (_, { operator, forms, samples }) => {
        const name = forms[0]!;
        const form = formNamed(name);
        const rows = rowsForDevice(name, samples);
        const different = layoutsOf(operator).flatMap((layout) =>
          failures(
            name,
            askedOf(rows, layout),
            (row) => differenceOfAnswers(form, row, layout, onAccelerator),
            [],
          ),
        );
        expect(different).toEqual([]);
      },
    );

    test.each(inPlaceForms(answers).map(({ name, samples }) => [name, samples] as const))(
      "Tensor.%s: values and derivatives are PyTorch's where the tensor is a part of another",
      (name, samples) => {
        const form = formNamed(`Tensor.${name}`);
        const rows = rowsForDevice(name.slice(0, -1), samples);
        const asked = everything ? rows : askedOf(rows, "strided").slice(0, 1);
        const different = failures(name, asked, (row) =>
          differenceOfAnswers(form, row, "strided", onAccelerator),
        );
        expect(different).toEqual([]);
      },
    );
  });
}
