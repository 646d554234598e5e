import { describe, expect, it } from "vitest";
import { gaussQuadrature } from "../../../src/training/examples/gauss-quadrature.ts";

const points = Float64Array.from({ length: 50 }, (_, n) => -1 + (2 * n) / 49);
const weights = points.map((x) => 1 + 0.5 * x + x * x);

const sumOver = (f: (x: number) => number): number =>
  points.reduce((sum, x, n) => sum + weights[n] * f(x), 0);

describe("Gauss quadrature of a discrete measure", () => {
  it("is exact for polynomials up to degree 2n − 1", () => {
    for (const count of [1, 2, 4, 7]) {
      const { nodes, weights: w } = gaussQuadrature(points, weights, count);
      expect(nodes).toHaveLength(count);
      for (let degree = 0; degree < 2 * count; degree++) {
        const exact = sumOver((x) => x ** degree);
        const found = nodes.reduce((sum, x, j) => sum + w[j] * x ** degree, 0);
        // Bisection leaves 2⁻⁶⁰, the sums some 100 roundings of 1e-16 of terms up to 80.
        expect(Math.abs(found - exact)).toBeLessThan(1e-11);
      }
    }
  });

  it("has positive weights and nodes within the measure, in order", () => {
    const { nodes, weights: w } = gaussQuadrature(points, weights, 6);
    expect(w.every((weight) => weight > 0)).toBe(true);
    expect([...nodes]).toEqual([...nodes].toSorted((a, b) => a - b));
    expect(nodes[0]).toBeGreaterThan(-1);
    expect(nodes[5]).toBeLessThan(1);
  });

  it("of fewer points than nodes is those points", () => {
    const { nodes, weights: w } = gaussQuadrature(Float64Array.of(1, 2, 5), Float64Array.of(3, 0, 4), 5);
    expect(nodes).toHaveLength(2);
    expect(nodes[0]).toBeCloseTo(1, 9);
    expect(nodes[1]).toBeCloseTo(5, 9);
    expect(w[0]).toBeCloseTo(3, 9);
    expect(w[1]).toBeCloseTo(4, 9);
  });
});
