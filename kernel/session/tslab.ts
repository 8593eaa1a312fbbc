import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import process from "node:process";
import { createDisplay } from "../display/index.ts";
import { currentOrLatestCell } from "./cell-context.ts";

/*
 * What a cell gets that imports "tslab", the kernel of that name (github.com/yunabe/tslab): its functions, on the display of
 * this kernel, so that notebooks written for it run.
 */

/** As in tslab: shows contents of one MIME type each. */
export interface Display {
  javascript(text: string): void;
  html(text: string): void;
  markdown(text: string): void;
  latex(text: string): void;
  svg(text: string): void;
  png(data: Uint8Array): void;
  jpeg(data: Uint8Array): void;
  gif(data: Uint8Array): void;
  pdf(data: Uint8Array): void;
  text(text: string): void;
  /** Shows content of any MIME type; bytes are sent as base64. */
  raw(contentType: string, content: string | Uint8Array): void;
}

const show = createDisplay(() => currentOrLatestCell()?.output ?? null);

/** The methods of a display, each of them `raw` with a type. */
function methodsOn(raw: Display["raw"]): Display {
  return {
    javascript: (text) => raw("text/javascript", text),
    html: (text) => raw("text/html", text),
    markdown: (text) => raw("text/markdown", text),
    latex: (text) => raw("text/latex", text),
    svg: (text) => raw("image/svg+xml", text),
    png: (data) => raw("image/png", data),
    jpeg: (data) => raw("image/jpeg", data),
    gif: (data) => raw("image/gif", data),
    pdf: (data) => raw("application/pdf", data),
    text: (text) => raw("text/plain", text),
    raw,
  };
}

/** Shows contents below the cell. */
export const display: Display = methodsOn((mime, content) => {
  void show({ [mime]: content }, { raw: true });
});

/** A display that each call overwrites. */
export function newDisplay(): Display {
  const displayId = randomUUID();
  let update = false;
  return methodsOn((mime, content) => {
    void show({ [mime]: content }, { raw: true, display_id: displayId, update });
    update = true;
  });
}

function versionOf(name: string): string {
  const manifest = createRequire(import.meta.url)(`${name}/package.json`) as { readonly version: string }; // every package has one
  return manifest.version;
}

/** Versions of what runs the cell: under `tslab` that of this package, which stands in for it. */
export const versions: { readonly tslab: string; readonly typescript: string; readonly node: string } = {
  tslab: versionOf("typetorch"),
  typescript: versionOf("typescript"),
  node: process.version,
};
