import { describe, expect, test } from "vitest";
import { logTicks, roundTicks } from "../../src/html/axis-ticks.ts";
import { binnedMeans, lineChart, thinnedPoints } from "../../src/html/line-chart.ts";

describe("ticks of axes", () => {
  test("are round and within the range", () => {
    expect(roundTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(roundTicks(-3, 17, 5)).toEqual([0, 5, 10, 15]);
    expect(roundTicks(0, 4000, 6)).toEqual([0, 1000, 2000, 3000, 4000]);
    expect(roundTicks(2, 2, 5)).toEqual([2]);
  });

  test("of logarithmic axes are powers of ten, with 2 and 5 where there is room", () => {
    expect(logTicks(0.001, 10)).toEqual([0.001, 0.01, 0.1, 1, 10]);
    expect(logTicks(0.15, 3)).toEqual([0.2, 0.5, 1, 2]);
  });
});

describe("a line chart", () => {
  const options = { title: "a & b", xAxis: "step", yAxis: "loss" };
  const line = (points: [number, number][]): Parameters<typeof lineChart>[0][number] => ({
    name: "a",
    colour: "#000000",
    points,
  });

  test("puts the first point at the left, the greatest at the top", () => {
    const chart = lineChart(
      [
        line([
          [0, 0],
          [10, 1],
        ]),
      ],
      options,
    );
    expect(chart).toContain('d="M58.0 200.0L536.0 10.0"');
    const raised = lineChart(
      [
        line([
          [0, 1],
          [10, 2],
        ]),
      ],
      { ...options, isFromZero: true },
    );
    expect(raised).toContain('d="M58.0 105.0L536.0 10.0"');
    expect(chart).toContain('aria-label="a &amp; b"');
  });

  test("breaks a line where a value is not known, or not drawable on its axis", () => {
    const points: [number, number][] = [
      [0, 1],
      [1, Number.NaN],
      [2, 1],
      [3, -1],
      [4, 1],
    ];
    expect(lineChart([line(points)], options).match(/ d="M[^"]*L[^"]*"/g)).toHaveLength(1);
    const broken = lineChart([line(points)], { ...options, isLogarithmic: true });
    expect(broken).not.toMatch(/d="M[^"]*L/);
    expect(broken).not.toContain("NaN");
  });

  test("of nothing says so", () => {
    expect(lineChart([line([])], options)).toContain("nothing yet");
  });

  test("long series are thinned to their extremes, and smoothed to their means", () => {
    const points = Array.from({ length: 1000 }, (_, n): [number, number] => [n, n === 500 ? 9 : n % 2]);
    const thin = thinnedPoints(points, 100);
    expect(thin.length).toBeLessThanOrEqual(100);
    expect(thin).toContainEqual([500, 9]);
    expect(thin.map(([x]) => x)).toEqual(thin.map(([x]) => x).toSorted((a, b) => a - b));
    const means = binnedMeans(points, 10);
    expect(means[0]).toEqual([49.5, 0.5]);
    expect(means).toHaveLength(10);
  });
});
