/** Rotations of a plane, and what LAPACK computes of 2 × 2 matrices. Source: LAPACK, `lartg`, `laev2`, `las2`, `lasv2`. */

/** `[c s; −s c] · [f; g] = [r; 0]`. */
export interface Rotation {
  readonly c: number;
  readonly s: number;
  readonly r: number;
}

/** The rotation that brings `g` to 0, with a cosine that is not negative. */
export function rotation(f: number, g: number): Rotation {
  if (g === 0) return { c: 1, s: 0, r: f };
  if (f === 0) return { c: 0, s: sign(1, g), r: Math.abs(g) };
  const r = sign(Math.hypot(f, g), f);
  return { c: f / r, s: g / r, r };
}

/**
 * The rotation that brings `g` to 0, whose cosine may be negative where `f` is the smaller one: LAPACK's before 3.10. The library of PyTorch's builds uses this one for
 * eigenvectors and the other one for singular vectors (their signs tell).
 */
export function earlierRotation(f: number, g: number): Rotation {
  if (g === 0) return { c: 1, s: 0, r: f };
  if (f === 0) return { c: 0, s: 1, r: g };
  const length = Math.hypot(f, g);
  const r = f < 0 && Math.abs(f) > Math.abs(g) ? -length : length;
  return { c: f / r, s: g / r, r };
}

/** `size` with the sign of `of`. */
export function sign(size: number, of: number): number {
  return of < 0 || Object.is(of, -0) ? -Math.abs(size) : Math.abs(size);
}

/**
 * Rotates rows `row` and `row + 1` of a matrix: `lower ← c · lower − s · upper`, `upper ← s · lower + c · upper`. On a matrix that holds columns as its rows, it rotates
 * columns.
 */
export function rotateRows(a: Float64Array, width: number, row: number, c: number, s: number): void {
  const [first, second] = [row * width, (row + 1) * width];
  for (let k = 0; k < width; k++) {
    const [x, y] = [a[first + k]!, a[second + k]!];
    a[second + k] = c * y - s * x;
    a[first + k] = s * y + c * x;
  }
}

/** The eigenvalues of `[a b; b c]`, the one of larger size first, and its eigenvector `[cosine, sine]`. */
export function eigen2(
  a: number,
  b: number,
  c: number,
): { readonly first: number; readonly second: number; readonly cosine: number; readonly sine: number } {
  const [sum, difference] = [a + c, a - c];
  const twice = b + b;
  const root = Math.hypot(difference, twice);
  const [larger, smaller] = Math.abs(a) > Math.abs(c) ? [a, c] : [c, a];
  const ownSign = sum < 0 ? -1 : 1;
  const first = sum === 0 ? 0.5 * root : 0.5 * (sum + ownSign * root);
  const second = sum === 0 ? -0.5 * root : (larger / first) * smaller - (b / first) * b;
  const turn = difference >= 0 ? 1 : -1;
  const cs = difference + turn * root;
  const [cosine, sine] = eigenvector2(cs, twice);
  return ownSign === turn ? { first, second, cosine: -sine, sine: cosine } : { first, second, cosine, sine };
}

function eigenvector2(cs: number, twice: number): readonly [number, number] {
  if (Math.abs(cs) > Math.abs(twice)) {
    const cotangent = -twice / cs;
    const sine = 1 / Math.sqrt(1 + cotangent * cotangent);
    return [cotangent * sine, sine];
  }
  if (twice === 0) return [1, 0];
  const tangent = -cs / twice;
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  return [cosine, tangent * cosine];
}

/** The smaller singular value of `[f g; 0 h]`. */
export function smallerSingular2(f: number, g: number, h: number): number {
  const [size, other] = [Math.abs(f), Math.abs(h)];
  const [low, high] = [Math.min(size, other), Math.max(size, other)];
  if (low === 0) return 0;
  const off = Math.abs(g);
  const ratio = 1 + low / high;
  const spread = (high - low) / high;
  if (off < high) {
    const square = (off / high) ** 2;
    return low * (2 / (Math.sqrt(ratio * ratio + square) + Math.sqrt(spread * spread + square)));
  }
  const inverse = high / off;
  if (inverse === 0) return (low * high) / off;
  const c = 1 / (Math.sqrt(1 + (ratio * inverse) ** 2) + Math.sqrt(1 + (spread * inverse) ** 2));
  return 2 * (low * c * inverse);
}

/** The singular values of `[f g; 0 h]`, signed, and the rotations on its left and its right. */
export interface Singular2 {
  readonly smaller: number;
  readonly larger: number;
  readonly left: readonly [cosine: number, sine: number];
  readonly right: readonly [cosine: number, sine: number];
}

/** Source: LAPACK, `lasv2`. */
export function singular2(f: number, g: number, h: number): Singular2 {
  const swap = Math.abs(h) > Math.abs(f);
  const [ft, ht] = swap ? [h, f] : [f, h];
  const [fa, ha, ga] = [Math.abs(ft), Math.abs(ht), Math.abs(g)];
  const plain = ga === 0 ? diagonal2(fa, ha) : rotated2(ft, ht, g, fa, ha, ga);
  const { clt, slt, crt, srt } = plain;
  const left = swap ? ([srt, crt] as const) : ([clt, slt] as const);
  const right = swap ? ([slt, clt] as const) : ([crt, srt] as const);
  // The largest of the three elements decides about the sign.
  const largest = plain.dominated ? "g" : swap ? "h" : "f";
  const base =
    largest === "h"
      ? sign(1, right[1]) * sign(1, left[1]) * sign(1, h)
      : largest === "f"
        ? sign(1, right[0]) * sign(1, left[0]) * sign(1, f)
        : sign(1, right[1]) * sign(1, left[0]) * sign(1, g);
  return {
    larger: sign(plain.larger, base),
    smaller: sign(plain.smaller, base * sign(1, f) * sign(1, h)),
    left,
    right,
  };
}

interface Plain2 {
  readonly smaller: number;
  readonly larger: number;
  readonly clt: number;
  readonly slt: number;
  readonly crt: number;
  readonly srt: number;
  /** Whether the element beside the diagonal is the largest. */
  readonly dominated: boolean;
}

function diagonal2(fa: number, ha: number): Plain2 {
  return { smaller: ha, larger: fa, clt: 1, crt: 1, slt: 0, srt: 0, dominated: false };
}

function rotated2(ft: number, ht: number, gt: number, fa: number, ha: number, ga: number): Plain2 {
  if (ga > fa && fa / ga < 2 ** -53)
    return {
      larger: ga,
      smaller: ha > 1 ? fa / (ga / ha) : (fa / ga) * ha,
      clt: 1,
      slt: ht / gt,
      srt: 1,
      crt: ft / gt,
      dominated: true,
    };
  const d = fa - ha;
  const l = d === fa ? 1 : d / fa;
  const m = gt / ft;
  const t = 2 - l;
  const [mm, tt] = [m * m, t * t];
  const s = Math.sqrt(tt + mm);
  const r = l === 0 ? Math.abs(m) : Math.sqrt(l * l + mm);
  const a = 0.5 * (s + r);
  const tangent =
    mm === 0
      ? l === 0
        ? sign(2, ft) * sign(1, gt)
        : gt / sign(d, ft) + m / t
      : (m / (s + t) + m / (r + l)) * (1 + a);
  const root = Math.sqrt(tangent * tangent + 4);
  const [crt, srt] = [2 / root, tangent / root];
  return {
    smaller: ha / a,
    larger: fa * a,
    crt,
    srt,
    clt: (crt + srt * m) / a,
    slt: ((ht / ft) * srt) / a,
    dominated: ga > fa,
  };
}
