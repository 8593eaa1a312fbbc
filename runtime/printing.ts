/**
 * The text of a tensor, character for character as PyTorch 2.13 prints it (`torch/_tensor_str.py`).
 */
import { get_default_dtype, type DTypeName } from "./dtype.ts";
import { elementFormat, type ElementFormat } from "./printing/elements.ts";
import { get_printoptions, type PrintOptions } from "./printing/options.ts";

export { get_printoptions, set_printoptions } from "./printing/options.ts";
export type { PrintOptionsUpdate } from "./printing/options.ts";

/** A tensor as plain data, with all that its text depends on. */
export interface PrintableTensor {
  readonly dtype: DTypeName;
  /** Sizes of the dimensions, outermost first; `[]` for a scalar. */
  readonly shape: readonly number[];
  /** `"cpu"` is left unsaid. */
  readonly device: string;
  readonly requiresGrad: boolean;
  /** Name of the function that made the tensor, such as `"AddBackward0"`; `null` for a leaf. */
  readonly gradFn: string | null;
  /** Elements in row-major order; booleans as 0 and 1. */
  readonly values: ArrayLike<number> | ArrayLike<bigint>;
}

/** What every line of one tensor is laid out with. */
interface Layout {
  readonly values: ArrayLike<number> | ArrayLike<bigint>;
  readonly options: PrintOptions;
  readonly summarise: boolean;
  readonly elements: ElementFormat;
}

/** A block of the tensor: its sizes, and where its first element lies. */
interface Block {
  readonly shape: readonly number[];
  readonly start: number;
}

const prefix = "tensor(";

function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** Positions along a dimension that are shown; the second list, if any, follows an ellipsis. */
function shownPositions(size: number, edge: number | null): [number[], number[]?] {
  return edge === null || size <= 2 * edge ? [range(0, size)] : [range(0, edge), range(size - edge, size)];
}

function subBlock({ shape, start }: Block, position: number): Block {
  const rest = shape.slice(1);
  return { shape: rest, start: start + position * elementCount(rest) };
}

/** Where the elements lie that a summary shows: they alone decide the format. */
function shownElements(block: Block, edge: number | null): number[] {
  const size = block.shape[0];
  if (size === undefined) return [block.start];
  // With `edgeitems: 0` PyTorch measures the whole of a vector (its slice [-0:] is all of it), and nothing of a matrix.
  const counted = edge === 0 && block.shape.length === 1 ? null : edge;
  const positions = shownPositions(size, counted).flatMap((part) => part ?? []);
  return positions.flatMap((position) => shownElements(subBlock(block, position), edge));
}

function elementText({ values, elements }: Layout, index: number): string {
  const value = values[index];
  if (value === undefined) {
    throw new RangeError(
      `formatTensor: the shape asks for element ${index}, but there are ${values.length} values.`,
    );
  }
  return elements.format(value);
}

function vectorText(layout: Layout, block: Block, indent: number): string {
  const { options, elements, summarise } = layout;
  const texts = (positions: readonly number[]): string[] =>
    positions.map((position) => elementText(layout, block.start + position));
  const [head, tail] = shownPositions(block.shape[0] ?? 0, summarise ? options.edgeitems : null);
  const ellipsis = options.edgeitems === 0 ? "..." : " ...";
  const items = tail ? [...texts(head), ellipsis, ...texts(tail)] : texts(head);
  const separator = ", ";
  const perLine = Math.max(1, Math.floor((options.linewidth - indent) / (elements.width + separator.length)));
  const lines: string[] = [];
  for (let first = 0; first < items.length; first += perLine) {
    lines.push(items.slice(first, first + perLine).join(separator));
  }
  return `[${lines.join(`,\n${" ".repeat(indent + 1)}`)}]`;
}

function blockText(layout: Layout, block: Block, indent: number): string {
  const dimensions = block.shape.length;
  if (dimensions === 0) return elementText(layout, block.start);
  if (dimensions === 1) return vectorText(layout, block, indent);
  const texts = (positions: readonly number[]): string[] =>
    positions.map((position) => blockText(layout, subBlock(block, position), indent + 1));
  const edge = layout.summarise ? layout.options.edgeitems : null;
  const [head, tail] = shownPositions(block.shape[0] ?? 0, edge);
  const items = tail ? [...texts(head), "...", ...texts(tail)] : texts(head);
  return `[${items.join(`,${"\n".repeat(dimensions - 1)}${" ".repeat(indent + 1)}`)}]`;
}

function contentText(tensor: PrintableTensor, options: PrintOptions): string {
  const whole: Block = { shape: tensor.shape, start: 0 };
  const count = elementCount(tensor.shape);
  if (count === 0) return "[]";
  const summarise = count > options.threshold;
  const shown = shownElements(whole, summarise ? options.edgeitems : null);
  // The shape has been checked against the values by whoever made the tensor; a missing element is reported when printed.
  const measured = shown.map((index) => tensor.values[index] ?? 0);
  const elements = elementFormat(tensor.dtype, measured, options);
  return blockText({ values: tensor.values, options, summarise, elements }, whole, prefix.length);
}

/** Python's text of a tuple: `(2, 3)`, `(4,)`. */
function tupleText(sizes: readonly number[]): string {
  return sizes.length === 1 ? `(${sizes[0]},)` : `(${sizes.join(", ")})`;
}

/** Whether the text of the elements does not say the dtype; without elements only the default one goes without saying. */
function dtypeIsSaid(dtype: DTypeName, isEmpty: boolean, defaultDtype: DTypeName): boolean {
  if (dtype === defaultDtype) return false;
  return isEmpty || !(dtype === "int64" || dtype === "bool");
}

function suffixesOf(tensor: PrintableTensor, options: PrintOptions, defaultDtype: DTypeName): string[] {
  const isEmpty = elementCount(tensor.shape) === 0;
  const sizeIsSaid = isEmpty ? tensor.shape.length !== 1 : options.edgeitems === 0;
  const suffixes: string[] = [];
  if (tensor.device.split(":")[0] !== "cpu") suffixes.push(`device='${tensor.device}'`);
  if (sizeIsSaid) suffixes.push(`size=${tupleText(tensor.shape)}`);
  if (dtypeIsSaid(tensor.dtype, isEmpty, defaultDtype)) suffixes.push(`dtype=torch.${tensor.dtype}`);
  if (tensor.gradFn !== null) suffixes.push(`grad_fn=<${tensor.gradFn}>`);
  else if (tensor.requiresGrad) suffixes.push("requires_grad=True");
  return suffixes;
}

/** Each suffix on the line of the text where it fits, otherwise on a line of its own. */
function withSuffixes(text: string, suffixes: readonly string[], linewidth: number): string {
  const separator = ", ";
  // Two more than the last line has, as `_add_suffixes` counts it: a suffix moves to the next line that much earlier.
  let lineLength = text.length - text.lastIndexOf("\n") + 1;
  let result = text;
  for (const suffix of suffixes) {
    if (lineLength + suffix.length + separator.length > linewidth) {
      result += `,\n${" ".repeat(prefix.length)}${suffix}`;
      lineLength = prefix.length + suffix.length;
    } else {
      result += separator + suffix;
      lineLength += separator.length + suffix.length;
    }
  }
  return `${result})`;
}

/**
 * What PyTorch's `repr` of the same tensor is, under the options of `set_printoptions`.
 *
 * @param defaultDtype A tensor of this dtype does not print it.
 * @throws RangeError when `values` has fewer elements than the shape asks for.
 */
export function formatTensor(
  tensor: PrintableTensor,
  defaultDtype: DTypeName = get_default_dtype().name,
): string {
  const options = get_printoptions();
  const content = contentText(tensor, options);
  return withSuffixes(prefix + content, suffixesOf(tensor, options, defaultDtype), options.linewidth);
}
