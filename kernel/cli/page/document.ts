import { createHash } from "node:crypto";

import { html, trustedHtml } from "../../../renderers/html.ts";
import type { Html } from "../../../renderers/html.ts";
import { STYLE } from "./style.ts";

/** The only script of a page: gives each frame the height of what it holds. The page reads well without it. */
const FIT_FRAMES = `
for (const frame of document.querySelectorAll("iframe.foreign")) {
  const fit = () => {
    const root = frame.contentDocument.documentElement;
    frame.style.height = Math.ceil(root.getBoundingClientRect().height) + "px";
  };
  const follow = () => new ResizeObserver(fit).observe(frame.contentDocument.documentElement);
  frame.addEventListener("load", follow);
  if (frame.contentDocument?.readyState === "complete") follow();
}
`;

/**
 * Content-Security-Policy of every page: nothing is loaded from anywhere, nothing is sent, and of all scripts the one
 * above may run, whatever the outputs of a notebook contain. Frames around foreign HTML inherit it.
 */
const POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "img-src data:",
  "font-src data:",
  "media-src data:",
  `script-src 'sha256-${createHash("sha256").update(FIT_FRAMES).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

// Whole elements, because the policy's hash is of every character between the tags of the script.
const STYLE_ELEMENT = trustedHtml(`<style>${STYLE}</style>`);
const SCRIPT_ELEMENT = trustedHtml(`<script>${FIT_FRAMES}</script>`);

/** A whole page. */
export function renderDocument(title: string, description: string, body: Html): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="description" content="${description}" />
        <meta name="generator" content="typetorch" />
        <title>${title}</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        ${body} ${SCRIPT_ELEMENT}
      </body>
    </html> `;
  return page.markup;
}
