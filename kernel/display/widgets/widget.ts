import { randomUUID } from "node:crypto";
import type { Comm, CommEvent, CommRegistry } from "../comms.ts";

/** The comm target of widgets: their page opens one comm for each place where a widget is shown. */
const WIDGET_TARGET = "typetorch.widget";

/** What a control looks like, as plain data. */
export type WidgetControl =
  | { readonly kind: "slider"; readonly min: number; readonly max: number; readonly step: number }
  | { readonly kind: "button" }
  | { readonly kind: "select"; readonly options: readonly string[] }
  | { readonly kind: "checkbox" }
  | { readonly kind: "text"; readonly placeholder: string };

/** A widget at one moment, as plain data: what renderers see. */
export interface WidgetSnapshot {
  readonly kind: "widget";
  readonly id: string;
  readonly label: string;
  readonly control: WidgetControl;
  readonly value: WidgetValue;
  /** The id under which the server of the page knows the kernel; `null` when it is not known, and then nothing is live. */
  readonly kernelId: string | null;
}

/** Values of controls: a number, the chosen option or text, on or off. */
export type WidgetValue = number | string | boolean;

/** What widgets need to know of the kernel that they are in. */
export interface WidgetSurroundings {
  readonly kernelId: string | null;
  /** A function as the calling cell would call it: what it prints and throws goes below that cell. */
  readonly bind: <T>(handler: (value: T) => unknown) => (value: T) => void;
}

/** A control in the page, shown like any value. What its user does with it arrives between cells, and while a cell awaits. */
export class Widget<T extends WidgetValue> {
  readonly #id: string = randomUUID();
  readonly #label: string;
  readonly #control: WidgetControl;
  readonly #surroundings: WidgetSurroundings;
  readonly #views = new Set<Comm>();
  readonly #check: (value: unknown) => T | null;
  #handlers: readonly ((value: T) => void)[] = [];
  #value: T;

  /** @param check a value that came from the page, or from a cell; `null` when it is none for this widget */
  constructor(
    label: string,
    control: WidgetControl,
    value: T,
    check: (value: unknown) => T | null,
    surroundings: WidgetSurroundings,
  ) {
    this.#label = label;
    this.#control = control;
    this.#check = check;
    this.#surroundings = surroundings;
    this.#value = this.#checked(value);
  }

  /** What the control stands at; of a button, how often it was pressed. Setting it moves the control wherever it is shown. */
  get value(): T {
    return this.#value;
  }

  set value(value: T) {
    this.#change(this.#checked(value), null);
  }

  /** Calls `handler` with each new value. What it prints goes below the cell that calls this. */
  onChange(handler: (value: T) => unknown): void {
    this.#handlers = [...this.#handlers, this.#surroundings.bind(handler)];
  }

  /** The next value. */
  async next(): Promise<T> {
    return new Promise((resolve) => {
      const once = (value: T): void => {
        this.#handlers = this.#handlers.filter((each) => each !== once);
        resolve(value);
      };
      this.#handlers = [...this.#handlers, once];
    });
  }

  /** One value after the other, for `for await`; values that come while the loop is busy are left out, but for the last. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, never, undefined> {
    for (;;) yield await this.next();
  }

  /** The widget as it is now. */
  snapshot(): WidgetSnapshot {
    const { kernelId } = this.#surroundings;
    return {
      kind: "widget",
      id: this.#id,
      label: this.#label,
      control: this.#control,
      value: this.#value,
      kernelId,
    };
  }

  /** A place in a page where the widget is shown. */
  connect(view: Comm): void {
    this.#views.add(view);
    view.onMsg(({ data }: CommEvent) => {
      const value = this.#check(data["value"]);
      if (value !== null) this.#change(value, view);
    });
    view.onClose(() => void this.#views.delete(view));
    view.send({ value: this.#value });
  }

  #checked(value: T): T {
    const checked = this.#check(value);
    if (checked !== null) return checked;
    const { kind, ...details } = this.#control;
    throw new RangeError(
      `widgets.${kind}: ${JSON.stringify(value)} is no value of this control (${JSON.stringify(details)}).`,
    );
  }

  #change(value: T, from: Comm | null): void {
    this.#value = value;
    for (const view of this.#views) if (view !== from) view.send({ value });
    for (const handle of this.#handlers) handle(value);
  }
}

/** The widgets that pages may ask for, by id. Pages outlive their cells, so widgets live as long as the kernel. */
const widgets = new Map<string, Widget<WidgetValue>>();

/** Makes a widget known to pages. */
export function offer<T extends WidgetValue>(widget: Widget<T>): Widget<T> {
  // What a page sends is checked by the widget itself.
  widgets.set(widget.snapshot().id, widget as unknown as Widget<WidgetValue>);
  return widget;
}

/** Answers pages that show widgets. */
export function serveWidgets(comms: CommRegistry): void {
  comms.registerTarget(WIDGET_TARGET, (comm, { data }) => {
    const widget = widgets.get(String(data["id"]));
    if (widget === undefined)
      comm.close(); // of a kernel that was restarted
    else widget.connect(comm);
  });
}
