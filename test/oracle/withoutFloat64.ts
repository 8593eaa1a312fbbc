/** What PyTorch's answers say of a device that has float32 and no float64. */
import type { SampleRow } from "./checking.ts";
import { describeCall, type Place } from "./arguments.ts";
import { differences } from "./differences.ts";

/** The accelerator, in float32: as near to PyTorch as sums in that dtype come. */
export const onAccelerator: Place = {
  device: "webgl",
  dtypeOf: (name) => (name === "float64" ? "float32" : name),
  tolerance: { relative: 1e-3, absolute: 1e-3 },
};

/** Files of operators whose results are float64 whatever their arguments are. */
const exactOperators: ReadonlySet<string> = new Set(["double.json", "float_power.json"]);

/** Calls whose second derivative is a difference of numbers that agree in most digits of float32. */
const inexact =
  /^torch\.(logcumsumexp\(float64\[5,5,5\], [01]\)|nn\.functional\.normalize\(float64\[\].*p: 1\.2)/;

/** Whether the operator in a file of answers can be asked. */
export function isForDevice(file: string): boolean {
  return !exactOperators.has(file);
}

/** Without the derivatives that need more digits. */
function withoutInexact(name: string, row: SampleRow): SampleRow {
  if (!inexact.test(describeCall(name, row))) return row;
  const { gradients: _, second: __, ...value } = row;
  return value;
}

/** The rows that can be asked: random numbers of float64 are others, and what differs on the CPU already differs here or not. */
export function rowsForDevice(name: string, rows: readonly SampleRow[]): readonly SampleRow[] {
  return rows
    .filter(
      (row) =>
        !(row.seed !== undefined && JSON.stringify([row.args, row.kwargs]).includes("float64")) &&
        !differences.some(({ calls }) => calls.test(describeCall(name, row))),
    )
    .map((row) => withoutInexact(name, row));
}

/** Whether every sample is to be asked for, which takes minutes where the processor draws: `TYPETORCH_ORACLE=all`. */
export const everything: boolean = process.env["TYPETORCH_ORACLE"] === "all";

/** At most so many rows, spread over all of them: they are in the order of what the operator is asked for. */
export function spread<Row>(rows: readonly Row[], most: number): readonly Row[] {
  const step = Math.ceil(rows.length / most);
  return everything ? rows : rows.filter((_, i) => i % step === 0);
}
