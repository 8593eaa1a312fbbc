/**
 * Sorting as the C++ standard library of PyTorch's packages does it: quicksort with the median of three, heapsort where that goes too deep, insertion sort for
 * short stretches. It is here for the order in which it leaves equal elements, which decides what position `mode` gives.
 */

/** Whether one item belongs before another. */
type Before = (left: number, right: number) => boolean;

/** Stretches of up to so many items are left to insertion sort. */
const shortStretch = 16;

function swap(items: Uint32Array, i: number, j: number): void {
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

/** Heapsort, for stretches that quicksort does not divide well. */
function heapSort(items: Uint32Array, first: number, last: number, before: Before): void {
  const sift = (top: number, end: number): void => {
    let at = top;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= end) return;
      if (child + 1 < end && before(items[first + child]!, items[first + child + 1]!)) child++;
      if (!before(items[first + at]!, items[first + child]!)) return;
      swap(items, first + at, first + child);
      at = child;
    }
  };
  const length = last - first;
  for (let top = (length >> 1) - 1; top >= 0; top--) sift(top, length);
  for (let end = length - 1; end > 0; end--) {
    swap(items, first, first + end);
    sift(0, end);
  }
}

function divide(items: Uint32Array, first: number, last: number, depth: number, before: Before): void {
  let [end, left] = [last, depth];
  while (end - first > shortStretch) {
    if (left === 0) {
      heapSort(items, first, end, before);
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
  divide(items, 0, items.length, 2 * Math.floor(Math.log2(Math.max(1, items.length))), before);
  for (let place = 1; place < items.length; place++) insert(items, place, 0, before);
}
