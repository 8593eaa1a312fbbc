import { html, trustedHtml } from "./html.ts";
import type { Html } from "./html.ts";
import type { MimeBundle } from "./mime.ts";
import { WIDGET_SCRIPT } from "./widget-script.ts";

/** Data of a control for a front end that draws it itself. */
export const WIDGET_MIME = "application/vnd.typetorch.widget.v1+json";

/** A control at one moment. */
export interface WidgetData {
  readonly kind: "widget";
  readonly id: string;
  readonly label: string;
  readonly control: { readonly kind: string };
  readonly value: number | string | boolean;
  /** The id under which the page's server knows the kernel. */
  readonly kernelId: string | null;
}

/**
 * Shows a control: its label and value as text, which a script turns into the live control where the page lets it run and its
 * kernel still knows the widget.
 */
export function renderWidget(data: WidgetData): MimeBundle {
  const text = staticText(data);
  const style = "margin:4px 0;font-size:13px;line-height:1.6";
  const still = html`<div style="${style}" data-typetorch-widget="${JSON.stringify(data)}">${text}</div>`;
  return {
    [WIDGET_MIME]: data,
    "text/html": html`${still}${script(data)}`.markup,
    "text/plain": text,
  };
}

function staticText({ label, control, value }: WidgetData): string {
  if (control.kind === "button") return `[ ${label} ]`;
  const shown = control.kind === "checkbox" ? (value === true ? "☑" : "☐") : String(value);
  return label === "" ? shown : `${label}: ${shown}`;
}

/** The script is a constant of ours; what differs between widgets stands, escaped, in the attribute. */
function script({ kernelId }: WidgetData): Html | null {
  return kernelId === null
    ? null
    : html`<script>
        ${trustedHtml(WIDGET_SCRIPT)};
      </script>`;
}
