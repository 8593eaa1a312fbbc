/** A grid of pictures in words. */
import type { ImagesSnapshot } from "./snapshots.ts";
import { grouped } from "./words.ts";

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** How many there are, of which size, and their titles; wrong ones are marked. */
export function imagesText(snapshot: Omit<ImagesSnapshot, "text">): string {
  const { images, total, width, height, channels, range } = snapshot;
  const count = images.length === total ? grouped(total) : `${grouped(images.length)} of ${grouped(total)}`;
  const kind = channels === 1 ? "grey" : "RGB";
  const head = `${count} ${kind} picture${total === 1 ? "" : "s"} of ${height} × ${width} pixels, black is ${short(range[0])}, white ${short(range[1])}`;
  const marks = { true: "✓ ", false: "✗ ", null: "" };
  const titles = images
    .filter(({ title }) => title !== "")
    .map(({ title, right }) => `${marks[`${right}`]}${title}`);
  return titles.length === 0 ? head : `${head}\n${titles.join(" · ")}`;
}
