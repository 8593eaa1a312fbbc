/**
 * Sorting as the C++ standard library of PyTorch's packages does it: quicksort with the median of three, heapsort where that goes too deep, insertion sort for
 * short stretches. It is here for the order in which it leaves equal elements, which decides what positions `mode` and `topk` give.
 */

/** Whether one item belongs before another. */
export type Before = (left: number, right: number) => boolean;

/** Stretches of up to so many items are left to insertion sort. */
const shortStretch = 16;

/** Exchanges two items. */
export function swap(items: Uint32Array, i: number, j: number): void {
  const item = items[i]!;
  items[i] = items[j]!;
  items[j] = item;
}

/** Puts the median of three places at `target`. */
function medianTo(items: Uint32Array, target: number, places: readonly number[], before: Before): void {
  const [a, b, c] = places as [number, number, number];
  const less = (i: number, j: number): boolean => before(items[i]!, items[j]!);
  if (less(a, b)) swap(items, target, less(b, c) ? b : less(a, c) ? c : a);
  else swap(items, target, less(a, c) ? a : less(b, c) ? c : b);
}

/** Divides `[first, last)` by the item at `pivot`, which lies before it; gives where the second part begins. */
function partition(items: Uint32Array, first: number, last: number, pivot: number, before: Before): number {
  let [low, high] = [first, last];
  for (;;) {
    while (before(items[low]!, items[pivot]!)) low++;
    high--;
    while (before(items[pivot]!, items[high]!)) high--;
    if (low >= high) return low;
    swap(items, low, high);
    low++;
  }
}

/** Moves the item at `place` forward to where it belongs; nothing before `first` is looked at. */
function insert(items: Uint32Array, place: number, first: number, before: Before): void {
  const item = items[place]!;
  let at = place;
  while (at > first && before(item, items[at - 1]!)) {
    items[at] = items[at - 1]!;
    at--;
  }
  items[at] = item;
}

/** Puts `item` into the heap of `length` items from `first` on, whose place `hole` is free: down to the bottom first, then up. */
function intoHeap(
  items: Uint32Array,
  first: number,
  length: number,
  hole: number,
  item: number,
  before: Before,
): void {
  let [at, child] = [hole, hole];
  while (child < (length - 1) >> 1) {
    child = 2 * (child + 1);
    if (before(items[first + child]!, items[first + child - 1]!)) child--;
    items[first + at] = items[first + child]!;
    at = child;
  }
  if (length % 2 === 0 && child === (length - 2) >> 1) {
    child = 2 * child + 1;
    items[first + at] = items[first + child]!;
    at = child;
  }
  let parent = (at - 1) >> 1;
  while (at > hole && before(items[first + parent]!, item)) {
    items[first + at] = items[first + parent]!;
    at = parent;
    parent = (at - 1) >> 1;
  }
  items[first + at] = item;
}

/** Puts the items that come first of `[first, last)` before `middle`, as a heap with the last of them on top. */
function selectByHeap(items: Uint32Array, first: number, middle: number, last: number, before: Before): void {
  const length = middle - first;
  for (let top = (length - 2) >> 1; top >= 0; top--)
    intoHeap(items, first, length, top, items[first + top]!, before);
  for (let place = middle; place < last; place++)
    if (before(items[place]!, items[first]!)) {
      const item = items[place]!;
      items[place] = items[first]!;
      intoHeap(items, first, length, 0, item, before);
    }
}

/** Puts the items that come first of `[first, last)` before `middle`, in order. */
function partialSort(items: Uint32Array, first: number, middle: number, last: number, before: Before): void {
  selectByHeap(items, first, middle, last, before);
  for (let end = middle - 1; end > first; end--) {
    const item = items[end]!;
    items[end] = items[first]!;
    intoHeap(items, first, end - first, 0, item, before);
  }
}

/** How deep quicksort may go before heaps take over. */
function depthFor(length: number): number {
  return 2 * Math.floor(Math.log2(Math.max(1, length)));
}

function divide(items: Uint32Array, first: number, last: number, depth: number, before: Before): void {
  let [end, left] = [last, depth];
  while (end - first > shortStretch) {
    if (left === 0) {
      partialSort(items, first, end, end, before);
      return;
    }
    left--;
    medianTo(items, first, [first + 1, first + ((end - first) >> 1), end - 1], before);
    const cut = partition(items, first + 1, end, first, before);
    divide(items, cut, end, left, before);
    end = cut;
  }
}

/** Sorts the items in place. */
export function unstableSort(items: Uint32Array, before: Before): void {
  divide(items, 0, items.length, depthFor(items.length), before);
  for (let place = 1; place < items.length; place++) insert(items, place, 0, before);
}

/** Puts the item that is at `nth` when all are sorted there, and those that come before it before it. */
function placeNth(items: Uint32Array, nth: number, before: Before): void {
  let [first, last, left] = [0, items.length, depthFor(items.length)];
  while (last - first > 3) {
    if (left === 0) {
      selectByHeap(items, first, nth + 1, last, before);
      swap(items, first, nth);
      return;
    }
    left--;
    medianTo(items, first, [first + 1, first + ((last - first) >> 1), last - 1], before);
    const cut = partition(items, first + 1, last, first, before);
    if (cut <= nth) first = cut;
    else last = cut;
  }
  for (let place = first + 1; place < last; place++) insert(items, place, first, before);
}

/** Puts the `count` items that come first before the others, in order if they are to be. Source: `topk_impl_loop`. */
export function unstableTop(items: Uint32Array, count: number, sorted: boolean, before: Before): void {
  if (count === 0) return;
  if (count * 64 <= items.length) {
    partialSort(items, 0, count, items.length, before);
    return;
  }
  placeNth(items, count - 1, before);
  if (sorted) unstableSort(items.subarray(0, count - 1), before);
}
