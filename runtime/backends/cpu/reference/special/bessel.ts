/** Modified Bessel functions of the first kind, of orders 0 and 1. */

/** From here on the series in 1/x gives all digits before its terms grow again. */
const asymptoticFrom = 20;

/** `e⁻ˣ I(x)` for x ≥ 0. Sources: DLMF 10.25.2, whose terms are all positive, and 10.40.1. */
function scaled(order: 0 | 1, x: number): number {
  if (x === Infinity) return 0;
  if (x < asymptoticFrom) return Math.exp(-x) * plain(order, x);
  return expansion(order, x) / Math.sqrt(2 * Math.PI * x);
}

/** I(x) for x from 0 to where the other series begins. */
function plain(order: 0 | 1, x: number): number {
  const square = (x * x) / 4;
  let term = order === 0 ? 1 : x / 2;
  let sum = term;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= square / (k * (k + order));
    sum += term;
  }
  return sum;
}

function expansion(order: 0 | 1, x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < 40 && Math.abs(term) > 1e-17; k++) {
    term *= ((2 * k - 1) ** 2 - 4 * order ** 2) / (8 * k * x);
    sum += term;
  }
  return sum;
}

function unscaled(order: 0 | 1, x: number): number {
  if (x < asymptoticFrom) return plain(order, x);
  // In two steps, since eˣ alone may be too large.
  const half = Math.exp(x / 2);
  return (half * expansion(order, x) * half) / Math.sqrt(2 * Math.PI * x);
}

/** The same on the other side of 0, for a function that is odd there. */
function odd(compute: (order: 0 | 1, x: number) => number, x: number): number {
  return x < 0 ? -compute(1, -x) : compute(1, x);
}

/** I₀(x); NaN at ±∞, as PyTorch has it. */
export function i0(x: number): number {
  return unscaled(0, Math.abs(x));
}

/** `e^−|x| I₀(x)`. */
export function i0e(x: number): number {
  return scaled(0, Math.abs(x));
}

/** I₁(x); NaN at ±∞, as PyTorch has it. */
export function i1(x: number): number {
  return odd(unscaled, x);
}

/** `e^−|x| I₁(x)`. */
export function i1e(x: number): number {
  return odd(scaled, x);
}
