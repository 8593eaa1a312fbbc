/** The choice of one element by its rank, with PyTorch's choice among equal elements. Source: `quick_select_template` in `ATen/native/Sorting.cpp`. */
import { swap, type Before } from "./unstableSort.ts";

/** Puts the item that is at `nth` when all are sorted there. `after` says whether one item belongs behind another. */
export function quickSelect(items: Uint32Array, nth: number, after: Before): void {
  let [left, right] = [0, items.length - 1];
  const order = (i: number, j: number): void => {
    if (after(items[i]!, items[j]!)) swap(items, i, j);
  };
  while (right > left) {
    if (right === left + 1) {
      order(left, right);
      return;
    }
    // The median of three becomes the pivot, at `left`.
    swap(items, (left + right) >> 1, left + 1);
    order(left + 1, right);
    order(left, right);
    order(left + 1, left);
    const pivot = items[left]!;
    let [i, j] = [left + 1, right];
    for (;;) {
      do i++;
      while (after(pivot, items[i]!));
      do j--;
      while (after(items[j]!, pivot));
      if (j < i) break;
      swap(items, i, j);
    }
    swap(items, left, j);
    if (j <= nth) left = i;
    if (j >= nth) right = j - 1;
  }
}
