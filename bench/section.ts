/** Sections of the page of results that another program than `npm run bench` has written: each is kept while the others are written anew. */

/** The heading of what `webgl.ts` writes. */
export const webglTitle = "WebGL";

/** The section with its heading, up to the next one of its kind; `null` where the page has none. */
export function sectionOf(page: string, title: string): string | null {
  const lines = page.split("\n");
  const first = lines.indexOf(`## ${title}`);
  if (first < 0) return null;
  const next = lines.findIndex((line, at) => at > first && line.startsWith("## "));
  return lines
    .slice(first, next < 0 ? lines.length : next)
    .join("\n")
    .trimEnd();
}

/** The page with the section, which begins with its heading: in the place of the one that is there, or at the end. */
export function withSection(page: string, title: string, section: string): string {
  const old = sectionOf(page, title);
  if (old !== null) return page.replace(old, () => section.trimEnd());
  return `${page.trimEnd()}\n\n${section.trimEnd()}\n`;
}
