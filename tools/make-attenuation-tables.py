"""Writes src/material/generated/attenuation-data.ts: cross sections of the elements 1 to 92, 5 to 150 keV.

Run:  python -m pip install xraylib==4.3.0 numpy && python tools/make-attenuation-tables.py

Per element the nodes are 5 to 150 keV in equal logarithmic steps plus, at every K, L and M edge, the edge twice: the value
below it, then the value above it. Between nodes the library interpolates log-log; intervals where this misses
xraylib by more than 0.05 % are halved, and the script stops if any error over 0.1 % is left.

Energy absorption mu_en/rho is not xraylib's CS_Energy. It is built as NIST builds it (Seltzer, Radiat. Res. 136, 1993):
  photoelectric: 1 - X/E, X the mean fluorescence energy after photoabsorption with all cascades
                 (X = sum of CS_FluorLine_Kissel_Cascade * LineEnergy / CS_Photo_Total);
  Compton:       mean of 1 - E'/E over the bound-electron (incoherent scattering function) differential cross section.
Left out: fluorescence after Compton scattering and bremsstrahlung of the secondary electrons; neither passes 0.2 % up to
Z = 20, the latter reaches about 1 to 2 % for tungsten and lead at 150 keV.
"""

import base64
import datetime
import hashlib
import math
import pathlib

import numpy as np
import xraylib as xr

LOWEST_KEV, HIGHEST_KEV, STEPS = 5.0, 150.0, 72
GRID = [LOWEST_KEV * (HIGHEST_KEV / LOWEST_KEV) ** (i / STEPS) for i in range(STEPS + 1)]
GRID[-1] = HIGHEST_KEV
EDGE_SHELLS = range(0, 9)  # K, L1 to L3, M1 to M5
# Positive numbers are groups of lines (KA, KB, LA, LB); Siegbahn names repeat the same negative number.
LINES = sorted({value for name, value in vars(xr).items() if name.endswith("_LINE") and name[0] in "KLM" and value < 0})
# IUPAC 2021 standard atomic weights, abridged; mass number of the longest-lived isotope where there is none. xraylib's own list is older.
ATOMIC_WEIGHTS = [
    1.008, 4.0026, 6.94, 9.0122, 10.81, 12.011, 14.007, 15.999, 18.998, 20.180, 22.990, 24.305, 26.982, 28.085, 30.974,
    32.06, 35.45, 39.95, 39.098, 40.078, 44.956, 47.867, 50.942, 51.996, 54.938, 55.845, 58.933, 58.693, 63.546, 65.38,
    69.723, 72.630, 74.922, 78.971, 79.904, 83.798, 85.468, 87.62, 88.906, 91.224, 92.906, 95.95, 97, 101.07, 102.91,
    106.42, 107.87, 112.41, 114.82, 118.71, 121.76, 127.60, 126.90, 131.29, 132.91, 137.33, 138.91, 140.12, 140.91,
    144.24, 145, 150.36, 151.96, 157.25, 158.93, 162.50, 164.93, 167.26, 168.93, 173.05, 174.97, 178.49, 180.95, 183.84,
    186.21, 190.23, 192.22, 195.08, 196.97, 200.59, 204.38, 207.2, 208.98, 209, 210, 222, 223, 226, 227, 232.04, 231.04,
    238.03,
]
COS_NODES, COS_WEIGHTS = np.polynomial.legendre.leggauss(48)


def or_zero(function, *arguments):
    try:
        return function(*arguments)
    except ValueError:
        return 0.0


def jump_kev(z, edge_kev):
    """Where xraylib's photoelectric curve really jumps (its tables and its edge list differ by a few eV), or None."""
    steps = np.linspace(edge_kev - 0.03, edge_kev + 0.03, 121)
    rises = [xr.CS_Photo(z, high) / xr.CS_Photo(z, low) for low, high in zip(steps, steps[1:])]
    steepest = int(np.argmax(rises))
    if rises[steepest] < 1.005:
        return None
    low, high = float(steps[steepest]), float(steps[steepest + 1])
    half_way = math.sqrt(xr.CS_Photo(z, low) * xr.CS_Photo(z, high))
    while high - low > 1e-7:
        middle = (low + high) / 2
        if xr.CS_Photo(z, middle) > half_way:
            high = middle
        else:
            low = middle
    return low, high


def edges(z):
    found = []
    for shell in EDGE_SHELLS:
        edge = or_zero(xr.EdgeEnergy, z, shell)
        if not LOWEST_KEV - 0.02 < edge < HIGHEST_KEV:
            continue
        sides = jump_kev(z, edge)
        if sides:
            found.append((edge, *sides))
    return sorted(found)


def compton_transfer_fraction(z, energy_kev):
    theta = np.arccos(COS_NODES)
    weights = [w * or_zero(xr.DCS_Compt, z, energy_kev, t) for t, w in zip(theta, COS_WEIGHTS)]
    transferred = [w * (1 - 1 / (1 + energy_kev / 510.99895 * (1 - c))) for w, c in zip(weights, COS_NODES)]
    return sum(transferred) / sum(weights)


def fluorescence_kev(z, energy_kev):
    """Mean fluorescence energy per photoabsorption. Kissel's tables end near 100 keV for light elements; X no longer changes there."""
    absorbed = 0.0
    while energy_kev > LOWEST_KEV / 2 and absorbed == 0.0:
        absorbed = or_zero(xr.CS_Photo_Total, z, energy_kev)
        energy_kev = energy_kev if absorbed else energy_kev - 1
    emitted = 0.0
    for line in LINES:
        line_kev = or_zero(xr.LineEnergy, z, line)
        if line_kev > 0:
            emitted += or_zero(xr.CS_FluorLine_Kissel_Cascade, z, line, energy_kev) * line_kev
    return emitted / absorbed


def fluorescence_fraction(z, energy_kev):
    return fluorescence_kev(z, energy_kev) / energy_kev


def interactions(z, energy_kev):
    """Photoelectric, Compton, Rayleigh and energy absorption in cm2/g."""
    photo, compton, rayleigh = (f(z, energy_kev) for f in (xr.CS_Photo, xr.CS_Compt, xr.CS_Rayl))
    absorbed = photo * (1 - fluorescence_fraction(z, energy_kev)) + compton * compton_transfer_fraction(z, energy_kev)
    return [photo, compton, rayleigh, absorbed]


def element(z):
    """Node energies and the four quantities at each; a Kissel edge that differs by a few eV is stepped over by 30 eV."""
    rows = [(energy, interactions(z, energy)) for energy in GRID]
    found = edges(z)
    rows = [row for row in rows if row[0] == LOWEST_KEV or all(abs(row[0] - edge) > 0.04 for edge, _, _ in found)]
    for edge, below, above in found:
        low, high = interactions(z, below), interactions(z, above)
        low[3] = low[0] * (1 - fluorescence_fraction(z, edge - 0.03)) + low[1] * compton_transfer_fraction(z, edge)
        high[3] = high[0] * (1 - fluorescence_fraction(z, edge + 0.03)) + high[1] * compton_transfer_fraction(z, edge)
        if edge > LOWEST_KEV:
            rows += [(edge, low), (edge + 1e-12, high)]
        else:
            rows[0] = (LOWEST_KEV, high)
    rows.sort(key=lambda row: row[0])
    return np.array([[e, *q] for e, q in rows], dtype=np.float32), found


def interpolation_error(z, low, high, found):
    """Largest relative error of the log-log interpolated total inside one interval, leaving out 20 eV about an edge."""
    worst = 0.0
    for t in (0.25, 0.5, 0.75):
        at = float(low[0]) * float(high[0] / low[0]) ** t
        if any(abs(at - edge) < 0.02 for edge, _, _ in found):
            continue
        total = sum(f(z, at) for f in (xr.CS_Photo, xr.CS_Compt, xr.CS_Rayl))
        ours = sum(math.exp((1 - t) * math.log(low[c]) + t * math.log(high[c])) for c in (1, 2, 3))
        worst = max(worst, abs(ours / total - 1))
    return worst


def refined(z, table, found):
    """Halves the intervals in which log-log interpolation misses the total by more than 0.05 %."""
    rows = [table[0]]
    for high in table[1:]:
        low = rows[-1]
        pending = [high]
        while pending:
            high = pending[-1]
            if high[0] - low[0] > 0.01 and interpolation_error(z, low, high, found) > 5e-4:
                at = math.sqrt(float(low[0]) * float(high[0]))
                pending.append(np.array([at, *interactions(z, at)], dtype=np.float32))
            else:
                rows.append(high)
                low = high
                pending.pop()
    return np.array(rows, dtype=np.float32)


def main():
    blocks, counts, worst = [], [], (0.0, 0)
    for z in range(1, 93):
        table, found = element(z)
        table = refined(z, table, found)
        worst = max([worst, *((interpolation_error(z, low, high, found), z) for low, high in zip(table, table[1:]))])
        blocks.append(table.T.astype("<f4").tobytes())
        counts.append(len(table))
    print(f"largest interpolation error of the total: {worst[0] * 100:.3f} % at Z = {worst[1]}; {sum(counts)} nodes")
    if worst[0] > 1e-3:
        raise SystemExit("interpolation error over 0.1 %: raise STEPS")
    script_sha256 = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
    symbols = [xr.AtomicNumberToSymbol(z) for z in range(1, 93)]
    weights = ATOMIC_WEIGHTS
    densities = [round(xr.ElementDensity(z), 8) for z in range(1, 93)]
    text = f"""// Written by tools/make-attenuation-tables.py; do not edit.

export const provenance = {{
  source: "xraylib {xr.__version__} (BSD-3-Clause; Schoonjans et al., Spectrochim. Acta B 66, 2011)",
  made: "{datetime.date.today().isoformat()}",
  script: "tools/make-attenuation-tables.py",
  scriptSha256: "{script_sha256}",
}};

export const symbols: readonly string[] = {symbols!r};
export const atomicWeights: readonly number[] = {weights!r};
/** g/cm3 at room conditions. */
export const densities: readonly number[] = {densities!r};
/** Nodes per element. */
export const nodeCounts: readonly number[] = {counts!r};
/** Per element five rows of float32, little endian: energy keV, then photoelectric, Compton, Rayleigh, energy absorption cm2/g. */
export const base64 =
  "{base64.b64encode(b''.join(blocks)).decode()}";
"""
    target = pathlib.Path(__file__).parent.parent / "src/material/generated/attenuation-data.ts"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text.replace("'", '"'))
    print(f"{target}: {len(text) / 1024:.0f} kB")


if __name__ == "__main__":
    main()
