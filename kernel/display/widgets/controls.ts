import type { LivePlot, LivePlotOptions } from "./live-plot.ts";
import { offer, Widget, type WidgetSurroundings } from "./widget.ts";

/** What every control has. */
export interface WidgetOptions {
  /** Stands before the control; on a button, its text. */
  readonly label?: string;
}

/** Options of a slider: numbers from `min` to `max`, `step` apart. */
export interface SliderOptions extends WidgetOptions {
  /** By default 0. */
  readonly min?: number;
  /** By default 100. */
  readonly max?: number;
  /** By default 1. */
  readonly step?: number;
  /** By default `min`. */
  readonly value?: number;
}

/** Options of a choice between texts. */
export interface SelectOptions<T extends string> extends WidgetOptions {
  readonly options: readonly T[];
  /** By default the first. */
  readonly value?: T;
}

/** The global `widgets`: controls in the page whose events reach the cells. */
export interface Widgets {
  /** @throws RangeError when the value lies outside, or the range is empty */
  slider(options?: SliderOptions): Widget<number>;
  /** A button; its value counts how often it was pressed. */
  button(options?: WidgetOptions): Widget<number>;
  /** @throws RangeError when there are no options, or the value is none of them */
  select<const T extends string>(options: SelectOptions<T>): Widget<T>;
  checkbox(options?: WidgetOptions & { readonly value?: boolean }): Widget<boolean>;
  /** A line of text; its value changes when the user has finished it. */
  text(options?: WidgetOptions & { readonly value?: string; readonly placeholder?: string }): Widget<string>;
  /** Curves that grow while a cell runs: `const losses = widgets.plot(); losses.add({ loss })`. */
  plot(options?: LivePlotOptions): LivePlot;
}

function slider(
  { label = "", min = 0, max = 100, step = 1, value = min }: SliderOptions,
  around: WidgetSurroundings,
): Widget<number> {
  if (!(max > min) || !(step > 0)) {
    throw new RangeError(
      `widgets.slider: expected min < max and step > 0; got min ${min}, max ${max}, step ${step}.`,
    );
  }
  const check = (number: unknown): number | null =>
    typeof number === "number" && number >= min && number <= max ? number : null;
  return new Widget(label, { kind: "slider", min, max, step }, value, check, around);
}

function isBoolean(value: unknown): boolean | null {
  return typeof value === "boolean" ? value : null;
}

function isText(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function count(value: unknown): number | null {
  return typeof value === "number" && value >= 0 ? value : null;
}

function select<T extends string>(
  { label = "", options, value }: SelectOptions<T>,
  around: WidgetSurroundings,
): Widget<T> {
  const first = value ?? options[0];
  if (first === undefined) throw new RangeError("widgets.select: expected at least one option; got none.");
  const check = (text: unknown): T | null => options.find((each) => each === text) ?? null;
  return new Widget(label, { kind: "select", options }, first, check, around);
}

/**
 * Makes the global `widgets`.
 *
 * @param plot makes a live plot
 */
export function createWidgets(around: WidgetSurroundings, plot: Widgets["plot"]): Widgets {
  return Object.freeze({
    slider: (options: SliderOptions = {}) => offer(slider(options, around)),
    button: ({ label = "Button" }: WidgetOptions = {}) =>
      offer(new Widget(label, { kind: "button" }, 0, count, around)),
    select: <const T extends string>(options: SelectOptions<T>) => offer(select(options, around)),
    checkbox: ({ label = "", value = false }: WidgetOptions & { readonly value?: boolean } = {}) =>
      offer(new Widget(label, { kind: "checkbox" }, value, isBoolean, around)),
    text: ({
      label = "",
      value = "",
      placeholder = "",
    }: WidgetOptions & { readonly value?: string; readonly placeholder?: string } = {}) =>
      offer(new Widget(label, { kind: "text", placeholder }, value, isText, around)),
    plot,
  });
}
