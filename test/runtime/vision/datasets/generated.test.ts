import { describe, expect, test } from "vitest";
import torch, { vision, type Tensor } from "../../../../runtime/index.ts";

const { make_blobs, make_circles, make_moons, make_spirals } = vision.datasets;

/** The points of a class. */
function of(label: number, [points, labels]: [Tensor, Tensor]): number[][] {
  return points.index(labels.eq(label)).tolist() as number[][]; // two dimensions
}

const plain = { shuffle: false, noise: null };
const radius = ([x = 0, y = 0]: readonly number[]): number => Math.hypot(x, y);

describe("without noise", () => {
  test("moons are half circles, the second below and to the right", () => {
    const moons = make_moons({ n_samples: 7, ...plain });
    expect(moons[0].shape).toEqual([7, 2]);
    expect(moons[1].tolist()).toEqual([0, 0, 0, 1, 1, 1, 1]);
    const upper = of(0, moons);
    expect(upper[0]).toEqual([1, 0]);
    expect(upper[1]![1]).toBe(1);
    expect(upper.map(radius).every((r) => Math.abs(r - 1) < 1e-6)).toBe(true);
    const lower = of(1, moons);
    expect(lower[0]).toEqual([0, 0.5]);
    expect(lower.every(([x, y]) => Math.abs(Math.hypot(x! - 1, y! - 0.5) - 1) < 1e-6)).toBe(true);
  });

  test("circles have the radii 1 and factor, and close without a point twice", () => {
    const circles = make_circles({ n_samples: 8, ...plain, factor: 0.25 });
    expect(of(0, circles).map(radius)).toEqual([1, 1, 1, 1]);
    expect(of(1, circles).map(radius)).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(new Set(of(0, circles).map((point) => point.map(Math.round).join()))).toHaveLength(4);
  });

  test("spirals have as many arms as classes, each farther out from point to point", () => {
    const spirals = make_spirals({ n_samples: 10, ...plain, n_classes: 3 });
    expect(spirals[1].bincount().tolist()).toEqual([4, 3, 3]);
    for (const label of [0, 1, 2]) {
      const radii = of(label, spirals).map(radius);
      expect(radii).toEqual(radii.toSorted((a, b) => a - b));
      expect(radii.at(-1)).toBeCloseTo(1);
    }
  });
});

test("blobs are normal clouds around their centres", () => {
  const blobs = make_blobs({
    n_samples: 3001,
    centers: [
      [4, -2],
      [-3, 8],
    ],
    cluster_std: 0.5,
    random_state: 1,
  });
  expect(blobs[1].bincount().tolist()).toEqual([1501, 1500]);
  const first = blobs[0].index(blobs[1].eq(0));
  for (const [axis, centre] of [4, -2].entries()) {
    expect(first.select(1, axis).mean().item()).toBeCloseTo(centre, 1);
    expect(first.select(1, axis).std().item()).toBeCloseTo(0.5, 1);
  }
  const inSquare = make_blobs({ centers: 5, cluster_std: 0 })[0].abs().max().item();
  expect(inSquare).toBeLessThanOrEqual(10);
});

test("a seed gives the same points, and draws nothing from the default generator", () => {
  for (const make of [make_moons, make_circles, make_spirals]) {
    const before = torch.get_rng_state();
    const [points, labels] = make({ n_samples: 50, noise: 0.2, random_state: 3 });
    const again = make(50, true, 0.2, 3);
    expect(torch.get_rng_state().equal(before)).toBe(true);
    expect(points.equal(again[0]) && labels.equal(again[1])).toBe(true);
    expect(make({ n_samples: 50, noise: 0.2, random_state: 4 })[0].equal(points)).toBe(false);
    torch.manual_seed(0);
    const seeded = make({ noise: 0.1 });
    torch.manual_seed(0);
    expect(make({ noise: 0.1 })[0].equal(seeded[0])).toBe(true);
  }
});

test("mixed points keep their classes", () => {
  const [points, labels] = make_circles({ n_samples: 40, factor: 0.5, random_state: 0 });
  expect(points.norm({ dim: 1 }).lt(0.75).eq(labels).all().item()).toBe(true);
  expect(labels.narrow(0, 0, 20).sum().item()).toBeGreaterThan(0);
  expect(labels.narrow(0, 0, 20).sum().item()).toBeLessThan(20);
});

test("numbers that no points have are refused", () => {
  expect(() => make_moons({ n_samples: 0 })).toThrow("make_moons: n_samples must be 1 or more, got 0.");
  expect(() => make_moons({ noise: -1 })).toThrow("noise is a standard deviation, 0 or more, got -1");
  expect(() => make_circles({ factor: 1 })).toThrow("factor must be 0 or more and less than 1, got 1");
  expect(() => make_spirals({ n_classes: 0 })).toThrow("n_classes must be 1 or more, got 0");
  expect(() => make_blobs({ centers: 0 })).toThrow("centers must be 1 or more, got 0");
  expect(() => make_blobs({ centers: [[1]] as never })).toThrow(
    "make_blobs(): argument 'centers' must be a number of blobs, or an array of centres [x, y]",
  );
});
