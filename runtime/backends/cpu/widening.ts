/** Narrow dtypes in kernels that do not know them: operands are converted to a wider dtype, and results are rounded or wrapped once on their way back. */
import { contiguousStrides, numel } from "../../shape.ts";
import type { View } from "../backend.ts";
import { isHolder, isView } from "../views.ts";
import { copy } from "./copying/copy.ts";
import { allocate } from "./memory/storage.ts";

/** A method of the backend. */
// oxlint-disable-next-line typescript/no-explicit-any -- methods of any parameters
type Method = (...args: any[]) => unknown;

function isNarrow(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (isView(value)) return value.dtype.wider !== null;
  return isHolder(value) && Object.values(value).some(isNarrow);
}

/** Whether any of the arguments is narrow. Every call of a kernel asks this. */
function anyNarrow(args: readonly unknown[]): boolean {
  for (let i = 0; i < args.length; i++) {
    // Most arguments are wide tensors: that is looked at before anything else.
    const value = args[i] as Partial<View> | null | undefined; // properties of other values are undefined
    if (value?.storage !== undefined && value.dtype?.wider === null) continue;
    if (isNarrow(value)) return true;
  }
  return false;
}

/** A call whose narrow views are replaced by wide ones. */
class WideCall {
  readonly #results: { readonly narrow: View; readonly wide: View }[] = [];

  /** `value` with wide views in it; those of results are copied back by `finish`. */
  widen(value: unknown, isResult: boolean): unknown {
    if (isView(value)) return value.dtype.wider === null ? value : this.#wide(value, isResult);
    if (!isHolder(value) || !isNarrow(value)) return value;
    // A selection's view begins somewhere in a storage of which all elements may be meant.
    if ("coordinates" in value)
      return { ...value, view: this.#wholeStorage(value["view"] as View, isResult) }; // the field's type
    const entries = Object.entries(value).map(([name, item]) => [name, this.widen(item, isResult)]);
    return Object.fromEntries(entries);
  }

  #wide(narrow: View, isResult: boolean): View {
    const dtype = narrow.dtype.wider!; // the caller has looked
    const { shape } = narrow;
    const wide: View = {
      storage: allocate(dtype, numel(shape)),
      dtype,
      shape,
      strides: contiguousStrides(shape),
      offset: 0,
    };
    // Results may be added to, and need not be written whole.
    copy(wide, narrow);
    if (isResult) this.#results.push({ narrow, wide });
    return wide;
  }

  #wholeStorage(view: View, isResult: boolean): View {
    const all: View = { ...view, shape: [view.storage.length], strides: [1], offset: 0 };
    const { storage, dtype } = this.#wide(all, isResult);
    return { ...view, storage, dtype };
  }

  finish(): void {
    for (const { narrow, wide } of this.#results) copy(narrow, wide);
  }
}

/** The method for views of all dtypes; `results` are the positions of the arguments that it writes. */
function widened<M extends Method>(method: M, results: readonly number[]): M {
  const call = (...args: unknown[]): unknown => {
    if (!anyNarrow(args)) return method(...args);
    const wide = new WideCall();
    const answer = method(...args.map((value, position) => wide.widen(value, results.includes(position))));
    wide.finish();
    return answer;
  };
  return call as M; // it takes and gives what the method does
}

/** Methods by name. */
type Methods = Readonly<Record<string, Method>>;

/** All methods of `methods`, with the positions of the arguments that each writes. */
export function withNarrowDtypes<T extends object>(
  methods: T,
  results: { readonly [Name in keyof T]: readonly number[] } & Readonly<Record<string, readonly number[]>>,
): T {
  const entries = Object.entries(methods as Methods).map(([name, method]) => [
    name,
    // Both have the names of the backend's methods.
    widened(method, (results as Readonly<Record<string, readonly number[]>>)[name]!),
  ]);
  return Object.fromEntries(entries) as T; // each method for the one of its name
}
