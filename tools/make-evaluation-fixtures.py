"""Makes test/fixtures/evaluation: samples and what SciPy says of them, heat-maps and what NumPy's correlation says of them.

    python tools/make-evaluation-fixtures.py        (needs numpy and scipy; any recent version)
"""

import json
from pathlib import Path

import numpy as np
import scipy
from scipy import stats

random = np.random.default_rng(20260401)


def pair(n, m, shift, decimals=None):
    a = random.normal(6, 3, n)
    b = random.normal(6 + shift, 3, m)
    return (a, b) if decimals is None else (np.round(a, decimals), np.round(b, decimals))


wilcoxon = []
for n, shift, decimals, method in [
    (6, 1, None, "exact"),
    (12, 1, None, "exact"),
    (25, 0.5, None, "exact"),
    (50, 0.3, None, "exact"),
    (60, 0.8, None, "approx"),
    (300, 0.2, None, "approx"),
    (80, 0.5, 0, "approx"),
]:
    a, b = pair(n, n, shift, decimals)
    result = stats.wilcoxon(b - a, zero_method="wilcox", correction=False, method=method)
    wilcoxon.append({"differences": (b - a).tolist(), "statistic": float(result.statistic), "p": float(result.pvalue)})

mann_whitney = []
for n, m, shift, decimals, method in [
    (3, 4, 2, None, "exact"),
    (8, 30, 1, None, "exact"),
    (20, 5, -2, None, "exact"),
    (40, 50, 0.8, None, "asymptotic"),
    (200, 300, 0.3, None, "asymptotic"),
    (30, 40, 1, 0, "asymptotic"),
    (5, 7, 1, 0, "asymptotic"),
]:
    a, b = pair(n, m, shift, decimals)
    result = stats.mannwhitneyu(a, b, alternative="two-sided", method=method)
    mann_whitney.append(
        {"first": a.tolist(), "second": b.tolist(), "statistic": float(result.statistic), "p": float(result.pvalue)}
    )

normal = [{"z": float(z), "tail": float(stats.norm.sf(z))} for z in [-8, -3, -1, 0, 0.1, 0.5, 1, 1.96, 2.5, 2.999, 3, 3.001, 4, 6, 10, 20, 35]]

values = random.gamma(2, 3, 57)
described = {
    "values": values.tolist(),
    "mean": float(np.mean(values)),
    "sd": float(np.std(values, ddof=1)),
    "median": float(np.median(values)),
    "quantiles": [[q, float(np.quantile(values, q))] for q in [0, 0.025, 0.1, 0.33, 0.975, 1]],
}

bootstrap = stats.bootstrap((values,), np.mean, n_resamples=100_000, method="percentile", rng=1)
described["percentileInterval"] = [float(bootstrap.confidence_interval.low), float(bootstrap.confidence_interval.high)]

out = Path(__file__).resolve().parent.parent / "test/fixtures/evaluation/statistics.json"
out.parent.mkdir(parents=True, exist_ok=True)
out.write_text(
    json.dumps(
        {
            "scipy": scipy.__version__,
            "wilcoxon": wilcoxon,
            "mannWhitney": mann_whitney,
            "normal": normal,
            "described": described,
        }
    )
    + "\n"
)

windows = []
for width, height, (u, v), side, sigma in [
    (12, 9, (4, 3), 5, 1.0),
    (20, 31, (0, 30), 25, 2.5),
    (40, 36, (39, 2), 50, 5.0),
    (40, 36, (17, 20), 66, 20 / 3),
    (9, 8, (8, 7), 25, 2.5),
]:
    # A blurred landmark, noise and an offset, as a network gives them.
    rows, columns = np.mgrid[0:height, 0:width]
    plane = 2 + 3 * np.exp(-((columns - u) ** 2 + (rows - v) ** 2) / (2 * (1.4 * sigma) ** 2))
    plane = np.round(plane + random.normal(0, 0.2, plane.shape), 4).astype(np.float32).astype(np.float64)
    half = side // 2
    cut = np.pad(plane, half, mode="reflect")[v : v + side, u : u + side]
    y, x = np.mgrid[0:side, 0:side]
    ideal = np.exp(-((x - half) ** 2 + (y - half) ** 2) / (2 * sigma**2)) / (2 * np.pi * sigma**2)
    windows.append(
        {
            "widthPx": width,
            "heightPx": height,
            "pixel": [u, v],
            "sidePx": side,
            "sigmaPx": sigma,
            "values": plane.ravel().tolist(),
            "ncc": float(np.corrcoef(cut.ravel(), ideal.ravel())[0, 1]),
        }
    )
(out.parent / "windows.json").write_text(
    json.dumps([{**window, "values": [round(value, 4) for value in window["values"]]} for window in windows]) + "\n"
)
