"""Fits the coefficients of src/beam/bremsstrahlung.ts and src/beam/characteristic-lines.ts to spectra of SpekPy.

    python -m venv .venv && .venv/bin/pip install spekpy==2.5.4 scipy
    .venv/bin/python tools/fit-tungsten-tube.py             # prints the coefficients
    .venv/bin/python tools/fit-tungsten-tube.py --compare   # prints test/beam/spekpy-beams.ts's numbers

Attenuation comes from the project's own tables through `node`. The training set is 6 voltages times 5 anode angles behind 1 mm Be
and 1 mm Al; every half-value layer measured by PTB or BIPM, and every row of --compare, stays out of it.
"""

import json
import math
import pathlib
import subprocess
import sys

import numpy as np
from scipy.optimize import least_squares
from spekpy import Spek

ROOT = pathlib.Path(__file__).resolve().parent.parent
TRAINING = [(kv, angle) for kv in (40, 60, 80, 100, 120, 150) for angle in (6, 10, 15, 20, 25)]
COMPARED = [(45, 8, 2.5), (55, 12, 3), (70, 12, 2.5), (75, 7, 4), (90, 14, 3), (110, 12, 2.5), (125, 9, 6), (140, 18, 3),
            (80, 12, 2.5), (120, 12, 2.5)]  # fmt: skip
LINES = [57.9817, 59.3182, 67.147, 69.067]
SHARES = np.array([58, 100, 33, 8]) / 199
WINDOWS = [(57.4, 58.9), (58.9, 59.9), (66.4, 67.9), (68.4, 69.45)]
REST, STEPS = 510.99895, 24
ELECTRONS = 1e-3 / 1.602176634e-19 / 1e6
ATOMS = 6.02214076e23 / 183.84 * 74**2 * 1e-27 / (4 * math.pi)
ENERGY = 5.25 + 0.5 * np.arange(290)


def attenuation(material, energies):
    code = (
        f'import {{massAttenuationTable as m}} from "{ROOT}/src/material/attenuation.ts";'
        f'import {{materialByName as n}} from "{ROOT}/src/material/named-materials.ts";'
        f'console.log(JSON.stringify([...m(n("{material}"), {json.dumps(list(map(float, energies)))})]))'
    )
    return np.array(json.loads(subprocess.check_output(["node", "--input-type=module", "-e", code])))


def squared_speed(kinetic):
    return 1 - 1 / (1 + kinetic / REST) ** 2


def stopping_power(kinetic):
    tau, beta2 = kinetic / REST, squared_speed(kinetic)
    bracket = 2 * np.log(kinetic / 0.727) + np.log(1 + tau / 2) + (1 - beta2) * (1 + tau**2 / 8 - (2 * tau + 1) * np.log(2))
    return 153.537 * 74 / 183.84 / beta2 * bracket


GRID = np.arange(5, 150.01, 0.25)
RANGES = 3 / stopping_power(5.0) + np.concatenate([[0], np.cumsum(0.25 / stopping_power(GRID[:-1] + 0.125))])
TUNGSTEN, TUNGSTEN_AT_LINES = attenuation("tungsten", ENERGY), attenuation("tungsten", LINES)


def filters(energies):
    return np.exp(-attenuation("Be", energies) * 0.1848 - attenuation("Al", energies) * 0.26989)


FILTER, FILTER_AT_LINES = filters(ENERGY), filters(LINES)


def continuum(p, kv, angle):
    c0, c1, c2, c3, a0, a1, a2, b0, b1, xi, q, n, g, power, d = p
    energy = ENERGY[ENERGY < kv]
    step = (kv - energy) / STEPS
    kinetic = kv - (np.arange(STEPS) + 0.5) * step[:, None]
    full = np.interp(kv, GRID, RANGES)
    used = 1 - np.interp(kinetic, GRID, RANGES) / full
    beta2, k, t, sine = squared_speed(kinetic), energy[:, None] / kinetic, (kinetic - 80) / 100, math.sin(math.radians(angle))
    cross = c0 * (1 + k * (c1 + k * (c2 + k * c3)) + t * (a0 + k * (a1 + k * a2)) + t**2 * (b0 + k * b1))
    depth = xi * full * (kv / 100) ** power * used**q * (1 + d * (kv / 100 - 1) * used)
    escape = (1 + TUNGSTEN[: len(energy), None] * depth / (n * sine)) ** -n
    direction = 1 - g * np.sqrt(beta2) * (1 - used) * sine
    return ATOMS * (cross * direction * escape / (beta2 * stopping_power(kinetic))).sum(1) * step / energy


def spekpy(kv, angle, *layers):
    spectrum = Spek(kvp=kv, th=angle, dk=0.5, z=100)
    spectrum.multi_filter(list(layers))
    return spectrum


def photons(kv, angle):
    energy, fluence = spekpy(kv, angle, ("Be", 1), ("Al", 1)).get_spectrum(edges=False, diff=False)
    return np.interp(ENERGY[ENERGY < kv], energy, fluence) / 100  # per mm², mAs and bin at 1 m


def fit():
    reference = {key: photons(*key) for key in TRAINING}
    smooth = (ENERGY > 12.6) & ~((ENERGY > 57.4) & (ENERGY < 59.9)) & ~((ENERGY > 66.4) & (ENERGY < 69.6))

    def misfit(p):
        parts = []
        for (kv, angle), photon in reference.items():
            at = np.where(smooth[: len(photon)])[0][::4]
            model = (continuum(p, kv, angle) * FILTER[: len(photon)])[at] * ELECTRONS * 0.5
            parts.append((model - photon[at]) / np.maximum(photon, 0.1 * photon.max())[at] / math.sqrt(len(at)))
        return np.concatenate(parts)

    start = np.array([4.6, 1.4, -5.4, 4.4, -0.3, 1.4, -1.4, 0, 0, 0.2, 0.42, 1.7, 0.7, 0, 0])
    best = least_squares(misfit, start, x_scale=np.maximum(np.abs(start), 0.3))
    print("bremsstrahlung", np.round(best.x, 5).tolist(), "rms", math.sqrt(2 * best.cost / len(TRAINING)))

    rows = []
    for (kv, angle), photon in reference.items():
        if kv < 75:
            continue
        energy, model = ENERGY[ENERGY < kv], continuum(best.x, kv, angle) * FILTER[ENERGY < kv]
        for line, (low, high) in enumerate(WINDOWS):
            beside = (energy > 55) & (energy < 57.3) if line < 2 else (energy > 64.5) & (energy < 66.3)
            inside = (energy > low) & (energy < high)
            net = (photon - (photon[beside] / model[beside]).mean() * model)[inside].sum()
            rows.append((kv, angle, line, net / FILTER_AT_LINES[line] / ELECTRONS))
    kv, angle, line, counted = np.array(rows).T
    line = line.astype(int)

    def line_misfit(p):
        a, m, x, power = p
        path = TUNGSTEN_AT_LINES[line] * x * 1e-3 * (kv / 100) ** power / np.sin(np.radians(angle))
        return (1e-5 * a * SHARES[line] * (kv / 69.525 - 1) ** m / (1 + path) / counted - 1) * np.sqrt(SHARES[line])

    lines = least_squares(line_misfit, [8, 1.6, 10, 1.5])
    print("K lines", np.round(lines.x, 4).tolist())


def compare():
    for kv, angle, aluminium in COMPARED:
        beam = spekpy(kv, angle, ("Al", aluminium))
        print(kv, angle, aluminium, beam.get_hvl1(), beam.get_hvl1(matl="Cu"), beam.get_emean(), beam.get_kerma())
    for x in (-15, -8, 0, 8, 15):
        beam = Spek(kvp=80, th=12, dk=0.5, x=x, z=100).filter("Al", 2.5)
        print("off axis", 10 * x, beam.get_kerma(), beam.get_hvl1())


compare() if "--compare" in sys.argv else fit()
