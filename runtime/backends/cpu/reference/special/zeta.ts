/** Hurwitz's zeta function. */

/** B₂ⱼ / (2j)! for j from 1: Bernoulli's numbers as the summation formula takes them. */
const bernoulliOverFactorial: readonly number[] = [
  1 / 12,
  -1 / 720,
  1 / 30_240,
  -1 / 1_209_600,
  1 / 47_900_160,
  -691 / 1_307_674_368_000,
  1 / 74_724_249_600,
  -3617 / 10_670_622_842_880_000,
  43_867 / 5_109_094_217_170_944_000,
  -174_611 / 802_857_662_698_291_200_000,
];

/** From here on the formula's terms fall to 10⁻¹⁷ of the sum. */
const start = 12;

/**
 * The sum of `(q + k) ** -x` over k from 0: ∞ at x = 1, NaN below; for q ≤ 0 as PyTorch has it, infinite at whole numbers.
 *
 * Source: the summation formula of Euler and Maclaurin; DLMF 25.11.
 */
export function zeta(x: number, q: number): number {
  if (x === 1) return Infinity;
  if (x < 1) return NaN;
  if (q <= 0 && q === Math.floor(q)) return Infinity;
  if (q <= 0 && x !== Math.floor(x)) return NaN;
  let sum = 0;
  let a = q;
  for (; a < start; a++) sum += a ** -x;
  const power = a ** -x;
  sum += (power * a) / (x - 1) + power / 2;
  let factor = (power * x) / a;
  bernoulliOverFactorial.forEach((coefficient, j) => {
    sum += coefficient * factor;
    factor *= ((x + 2 * j + 1) * (x + 2 * j + 2)) / (a * a);
  });
  return sum;
}
