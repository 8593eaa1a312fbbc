import { Script } from "node:vm";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderWidget, WIDGET_MIME, type WidgetData } from "../../renderers/widget.ts";
import { WIDGET_SCRIPT } from "../../renderers/widget-script.ts";
import { elements, parseMarkup, textOf } from "./markup.ts";

function data(changes: Partial<WidgetData> = {}): WidgetData {
  return {
    kind: "widget",
    id: "id",
    label: "rate",
    control: { kind: "slider" },
    value: 0.5,
    kernelId: null,
    ...changes,
  };
}

function markup(changes: Partial<WidgetData> = {}): string {
  return String(renderWidget(data(changes))["text/html"]);
}

describe("renderWidget", () => {
  test("shows label and value where nothing is live", () => {
    const shown = (changes: Partial<WidgetData>): unknown => renderWidget(data(changes))["text/plain"];
    expect(shown({})).toBe("rate: 0.5");
    expect(shown({ label: "" })).toBe("0.5");
    expect(shown({ control: { kind: "button" }, label: "Go", value: 3 })).toBe("[ Go ]");
    expect(shown({ control: { kind: "checkbox" }, label: "train", value: true })).toBe("train: ☑");
    expect(renderWidget(data())[WIDGET_MIME]).toEqual(data());
    expect(markup()).not.toContain("<script");
  });

  test("brings the script that makes it live when the kernel can be found", () => {
    expect(markup({ kernelId: "kernel" })).toContain(WIDGET_SCRIPT);
    expect(() => new Script(WIDGET_SCRIPT)).not.toThrow();
    expect(WIDGET_SCRIPT).not.toContain("</script");
  });

  test("escapes every text, in the page and in the attribute that the script reads", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (label, value) => {
        const [place, ...more] = elements(parseMarkup(markup({ label, value })));
        expect(more).toEqual([]);
        expect(textOf(place!)).toContain(
          textOf(parseMarkup(`<p>${markup({ label: "", value })}</p>`)).trim(),
        );
        expect([...place!.attributes.keys()].toSorted()).toEqual(["data-typetorch-widget", "style"]);
      }),
    );
  });
});
