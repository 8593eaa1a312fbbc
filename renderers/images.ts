import { encode } from "fast-png";
import type { GridImage, ImagesSnapshot } from "../runtime/training/snapshots.ts";
import { html, pngDataUri } from "./html.ts";
import type { Html } from "./html.ts";
import type { MimeBundle } from "./mime.ts";
import { shortNumber } from "./numbers.ts";

/** In pixels: the side that small pictures are enlarged to, and that large ones may have. */
const SMALL = 84;
const LARGE = 300;
const LEAST = 16;
const GRID_WIDTH = 640;
const GAP = 8;

/** Read on white and on near-black, and by the colour-blind; titles say it in words, too. */
const TITLES = { true: "#2f9e6e", false: "#dd6b20" };

/** Shows pictures side by side, each as a PNG with its title above. Small ones are enlarged by whole numbers, so that their pixels stay sharp. */
export function renderImages(snapshot: ImagesSnapshot): MimeBundle {
  return { "text/html": imagesHtml(snapshot).markup, "text/plain": snapshot.text };
}

function imagesHtml(snapshot: ImagesSnapshot): Html {
  const { images, width, height, columns } = snapshot;
  if (width * height === 0 || images.length === 0)
    return html`<div style="opacity:0.8">${snapshot.text}</div>`;
  const room = columns === null ? LARGE : Math.max(LEAST, Math.min(LARGE, GRID_WIDTH / columns - GAP));
  const factor = enlargement(Math.max(width, height), columns === null ? SMALL : Math.min(SMALL, room));
  const side = width * factor;
  const shown = factor > 1 ? side : Math.round(Math.min(side, room));
  const across = columns ?? Math.max(1, Math.floor((GRID_WIDTH + GAP) / (shown + GAP)));
  const rows = Array.from({ length: Math.ceil(images.length / across) }, (_, row) =>
    images.slice(row * across, (row + 1) * across),
  );
  return html`<div style="margin:4px 0;line-height:1.3">
    <table style="border-collapse:collapse">
      <tbody>
        ${rows.map((row) => line(row, snapshot, factor, shown))}
      </tbody>
    </table>
    <div style="font-size:12px;opacity:0.8">${note(snapshot)}</div>
  </div>`;
}

/** How often a side fits, or nearly fits, into the room that there is: as many columns as were asked for are to be seen at once. */
function enlargement(side: number, room: number): number {
  return Math.max(1, Math.floor(room / side + 0.25));
}

function line(row: readonly GridImage[], snapshot: ImagesSnapshot, factor: number, shown: number): Html {
  const cells = row.map((image) => {
    const style = `padding:0 ${GAP}px ${GAP}px 0;text-align:left;vertical-align:top`;
    return html`<td style="${style}">${titleOf(image)}${picture(image, snapshot, factor, shown)}</td>`;
  });
  return html`<tr style="background:transparent">
    ${cells}
  </tr>`;
}

function titleOf({ title, right }: GridImage): Html | null {
  if (title === "") return null;
  const colour = right === null ? "" : `;color:${TITLES[`${right}`]}`;
  const mark = right === null ? "" : right ? "✓ " : "✗ ";
  return html`<div style="font-size:12px${colour}">${mark}${title}</div>`;
}

function picture(image: GridImage, snapshot: ImagesSnapshot, factor: number, shown: number): Html {
  const { width, height, channels } = snapshot;
  const data = enlarged(image.pixels, width, height, channels, factor);
  const png = encode({ width: width * factor, height: height * factor, data, channels });
  const shownHeight = Math.max(1, Math.round((height * shown) / width));
  return html`<img
    src="${pngDataUri(png)}"
    width="${shown}"
    height="${shownHeight}"
    style="display:block;margin:0;max-width:none"
    alt="${image.title === "" ? `Picture of ${height} × ${width} pixels` : `Picture: ${image.title}`}"
  />`;
}

/** Each pixel as a square of `factor` × `factor`. */
function enlarged(
  pixels: Uint8Array,
  width: number,
  height: number,
  channels: number,
  factor: number,
): Uint8Array {
  if (factor === 1) return pixels;
  const rowBytes = width * factor * channels;
  const large = new Uint8Array(rowBytes * height * factor);
  for (let y = 0; y < height; y++) {
    const first = y * factor * rowBytes;
    for (let x = 0; x < width * factor; x++)
      for (let c = 0; c < channels; c++)
        large[first + x * channels + c] = pixels[(y * width + Math.floor(x / factor)) * channels + c] ?? 0;
    for (let line = 1; line < factor; line++)
      large.copyWithin(first + line * rowBytes, first, first + rowBytes);
  }
  return large;
}

/** What the titles do not say. */
function note({ images, total, width, height, range }: ImagesSnapshot): string {
  const count = images.length === total ? "" : `The first ${images.length} of ${total}. `;
  return `${count}${height} × ${width} pixels, black is ${shortNumber(range[0])}, white ${shortNumber(range[1])}`;
}
