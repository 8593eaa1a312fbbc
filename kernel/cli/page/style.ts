/** Colours, each with a light and a dark value, and the reader's own fonts, so that a page needs no file beside itself. */
const PALETTE = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --raised: #f6f8fa; --line: #d9dee4; --ink: #1f2328; --muted: #59636e; --accent: #0b5cad;
  --warm: #9a4a00; --error-page: #fff1ef; --error-line: #cf222e; --stderr-page: #fff8e6; --stderr-line: #bf8700;
  --ansi-black: #1f2328; --ansi-red: #b31d28; --ansi-green: #116329; --ansi-yellow: #7a4e00; --ansi-blue: #0b5cad;
  --ansi-magenta: #7d3bbd; --ansi-cyan: #0a6b78; --ansi-white: #57606a; --ansi-bright: #59636e;
  --sans: ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif;
  --mono: ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
  --measure: 46rem;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1318; --raised: #181e26; --line: #303944; --ink: #e4e9ef; --muted: #98a4b1; --accent: #79b8ff;
    --warm: #ffb077; --error-page: #2b1618; --error-line: #ff7b72; --stderr-page: #261f10; --stderr-line: #d29922;
    --ansi-black: #8b949e; --ansi-red: #ff8f87; --ansi-green: #6fdd8b; --ansi-yellow: #e3b341; --ansi-blue: #79b8ff;
    --ansi-magenta: #d2a8ff; --ansi-cyan: #76d9e6; --ansi-white: #d0d7de; --ansi-bright: #98a4b1;
  }
}
`;

/** The look of the pages. */
export const STYLE: string = `${PALETTE}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--page); color: var(--ink); font: 1.0625rem/1.65 var(--sans); }
a { color: var(--accent); text-underline-offset: 0.15em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--page); padding: 0.4rem 0.8rem; z-index: 1; }

.layout { max-width: calc(var(--measure) + 3rem); margin: 0 auto; padding: 0 1.5rem 4rem; }
.bar { display: flex; flex-wrap: wrap; gap: 0.3rem 1.5rem; align-items: baseline; justify-content: space-between;
  padding: 1rem 0; margin-bottom: 1.5rem; border-bottom: 1px solid var(--line); font-size: 0.9rem; }
.bar a { text-decoration: none; }
.bar a:hover { text-decoration: underline; }
.contents { font-size: 0.875rem; line-height: 1.45; margin: 0 0 2rem; }
.contents summary { cursor: pointer; font-weight: 600; color: var(--muted); }
.contents ol { list-style: none; margin: 0.6rem 0 0; padding: 0; }
.contents li { margin: 0.4rem 0; }
.contents a { color: inherit; text-decoration: none; }
.contents a:hover { color: var(--accent); text-decoration: underline; }
@media (min-width: 78rem) {
  .layout:not(.single) { max-width: calc(var(--measure) + 20rem); display: grid; grid-template-columns: 14rem minmax(0, var(--measure));
    column-gap: 3rem; }
  .bar, footer { grid-column: 1 / -1; }
  .contents { grid-column: 1; position: sticky; top: 2rem; align-self: start; max-height: calc(100vh - 4rem); overflow: auto; }
  .layout:not(.single) > main { grid-column: 2; grid-row: 2; min-width: 0; }
}

h1, h2, h3, h4 { line-height: 1.25; text-wrap: balance; margin: 2.2em 0 0.6em; }
h1 { font-size: 2.1rem; letter-spacing: -0.015em; margin-top: 0; }
h2 { font-size: 1.45rem; padding-bottom: 0.25em; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.15rem; }
p, ul, ol { margin: 0 0 1em; text-wrap: pretty; }
li + li { margin-top: 0.25em; }
blockquote { margin: 1.2em 0; padding: 0.2em 1.1em; border-left: 4px solid var(--accent); color: var(--muted); }
blockquote > :last-child { margin-bottom: 0; }
hr { border: 0; border-top: 1px solid var(--line); margin: 2em 0; }
img { max-width: 100%; height: auto; }
:not(pre) > code { font: 0.875em var(--mono); background: var(--raised); border: 1px solid var(--line); border-radius: 5px;
  padding: 0.1em 0.35em; overflow-wrap: anywhere; }
.table-scroll { overflow-x: auto; margin: 0 0 1.2em; }
.prose table { border-collapse: collapse; font-size: 0.95em; }
.prose th, .prose td { border: 1px solid var(--line); padding: 0.4em 0.75em; text-align: left; }
.prose th { background: var(--raised); }
.prose :is(th, td) > code { overflow-wrap: break-word; }
/* Fonts that know how formulas are built: macOS, Windows, Linux. With others the limits of a sum lie over it. */
math { font: 1.08em "STIX Two Math", "Cambria Math", "Latin Modern Math", "DejaVu Math TeX Gyre", math; }
.katex-block, .math { overflow-x: auto; overflow-y: hidden; }

pre { font: 0.875rem/1.55 var(--mono); margin: 0; overflow: auto; tab-size: 2; }
.prose pre, .code-cell .shiki { background: var(--raised); border: 1px solid var(--line); border-radius: 8px; padding: 0.8rem 1rem; }
.prose pre { margin: 0 0 1.2em; }
.shiki span { color: var(--shiki-light); }
@media (prefers-color-scheme: dark) { .shiki span { color: var(--shiki-dark); } }
.code-cell { position: relative; margin: 1.4rem 0; }
.code-cell .shiki { border-left: 4px solid var(--accent); }
.prompt { position: absolute; right: 0.7rem; top: 0.35rem; font: 0.72rem var(--mono); color: var(--muted); user-select: none;
  background: var(--raised); padding: 0 0.2rem; border-radius: 3px; }
.hidden-source > summary { cursor: pointer; color: var(--muted); font-size: 0.9rem; }
.output { margin: 0.6rem 0 0; max-width: 100%; }
div.output { overflow-x: auto; }
pre.output, pre.plain { max-height: 36rem; padding: 0.5rem 1rem; white-space: pre; }
pre.error, pre.stderr { white-space: pre-wrap; overflow-wrap: anywhere; }
.stdout, .plain { border-left: 4px solid var(--line); }
.stderr { background: var(--stderr-page); border-left: 4px solid var(--stderr-line); }
.error { background: var(--error-page); border-left: 4px solid var(--error-line); }
.note { color: var(--muted); font-style: italic; }
.foreign { width: 100%; height: 20rem; border: 0; background: transparent; }

.pager { display: flex; flex-wrap: wrap; gap: 1rem; margin-top: 3rem; }
.pager a { flex: 1 1 14rem; border: 1px solid var(--line); border-radius: 10px; padding: 0.7rem 1rem; text-decoration: none; }
.pager a:hover, .card:hover { border-color: var(--accent); }
.pager .next { text-align: right; }
.pager span { display: block; font-size: 0.8rem; color: var(--muted); }
footer .made { margin-top: 2.5rem; font-size: 0.85rem; color: var(--muted); }

.single { padding-top: 4rem; }
.cards { list-style: none; padding: 0; counter-reset: card; margin: 2rem 0 0; display: grid; gap: 1rem; }
.card { position: relative; border: 1px solid var(--line); border-radius: 12px; padding: 1.1rem 1.3rem; margin: 0; background: var(--raised); }
.card { counter-increment: card; padding-left: 4rem; }
.card::before { content: counter(card); position: absolute; left: 1.3rem; top: 1.05rem; font: 600 1.5rem/1.2 var(--sans);
  color: var(--muted); font-variant-numeric: tabular-nums; }
.card h2 { margin: 0 0 0.35rem; border: 0; padding: 0; font-size: 1.2rem; }
.card a { text-decoration: none; }
.card a::after { content: ""; position: absolute; inset: 0; }
.card p { margin: 0; color: var(--muted); font-size: 0.98rem; }

.ansi-black-fg { color: var(--ansi-black); } .ansi-red-fg, .ansi-bright-red-fg { color: var(--ansi-red); }
.ansi-green-fg, .ansi-bright-green-fg { color: var(--ansi-green); } .ansi-yellow-fg, .ansi-bright-yellow-fg { color: var(--ansi-yellow); }
.ansi-blue-fg, .ansi-bright-blue-fg { color: var(--ansi-blue); } .ansi-magenta-fg, .ansi-bright-magenta-fg { color: var(--ansi-magenta); }
.ansi-cyan-fg, .ansi-bright-cyan-fg { color: var(--ansi-cyan); } .ansi-white-fg, .ansi-bright-white-fg { color: var(--ansi-white); }
.ansi-bright-black-fg { color: var(--ansi-bright); }
[class*="ansi-"][class*="-bg"] { color: #ffffff; }
.ansi-black-bg, .ansi-bright-black-bg { background: #24292f; } .ansi-red-bg, .ansi-bright-red-bg { background: #a40e26; }
.ansi-green-bg, .ansi-bright-green-bg { background: #116329; } .ansi-yellow-bg, .ansi-bright-yellow-bg { background: #7d4e00; }
.ansi-blue-bg, .ansi-bright-blue-bg { background: #0a4f96; } .ansi-magenta-bg, .ansi-bright-magenta-bg { background: #622cbc; }
.ansi-cyan-bg, .ansi-bright-cyan-bg { background: #0a5a66; } .ansi-white-bg, .ansi-bright-white-bg { background: #57606a; }

@media print {
  :root { color-scheme: light; }
  body { font-size: 10.5pt; }
  .bar, .contents, .pager, .skip { display: none; }
  .layout { display: block; max-width: none; padding: 0; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  pre.output, pre.plain { max-height: none; white-space: pre-wrap; }
  h1, h2, h3 { break-after: avoid; }
  .shiki, .output img { break-inside: avoid; }
}
`;

const FRAME_STYLE = `${PALETTE}
body { margin: 0; color: var(--ink); font: 0.95rem/1.6 var(--sans); }
pre, code { font-family: var(--mono); }
img { max-width: 100%; height: auto; }
`;

/** The document inside a frame around HTML that came with a notebook; `body` is that HTML, untouched. */
export function frameDocument(body: string): string {
  return `<!doctype html><meta charset="utf-8"><style>${FRAME_STYLE}</style>${body}`;
}
