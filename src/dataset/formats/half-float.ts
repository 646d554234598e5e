/**
 * IEEE 754 binary16 of each value, rounded to nearest, ties to even.
 *
 * Relative error at most 2⁻¹¹ from 2⁻¹⁴ = 6.1e-5 to 65504; below that an absolute error of at most 2⁻²⁵. 65520 and more become
 * infinite; NaN stays NaN.
 */
export function halfFromFloat(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let n = 0; n < halves.length; n++) {
    const sign = (bits[n] >>> 16) & 0x8000;
    const magnitude = bits[n] & 0x7fffffff;
    if (magnitude >= FLOAT_65520) {
      halves[n] = sign | (magnitude > FLOAT_INFINITY ? 0x7e00 : 0x7c00);
    } else if (magnitude >= FLOAT_SMALLEST_NORMAL_HALF) {
      // Exponents differ by 112; adding half a step less one, and one more where the kept part is odd, rounds to even.
      const rounded = magnitude - EXPONENT_DIFFERENCE + 0xfff + ((magnitude >>> 13) & 1);
      halves[n] = sign | (rounded >>> 13);
    } else {
      halves[n] = sign | roundHalfEven(Math.abs(values[n]) * 2 ** 24);
    }
  }
  return halves;
}

/** The value of each binary16: exact. */
export function floatFromHalf(halves: Uint16Array): Float32Array {
  const values = new Float32Array(halves.length);
  for (let n = 0; n < values.length; n++) {
    const exponent = (halves[n] >>> 10) & 0x1f;
    const fraction = halves[n] & 0x3ff;
    const magnitude =
      exponent === 0
        ? fraction * 2 ** -24
        : exponent === 0x1f
          ? fraction === 0
            ? Number.POSITIVE_INFINITY
            : Number.NaN
          : (1024 + fraction) * 2 ** (exponent - 25);
    values[n] = halves[n] & 0x8000 ? -magnitude : magnitude;
  }
  return values;
}

const FLOAT_INFINITY = 0x7f800000;
/** Float32 bits of 65520, half way between the largest binary16 and what would follow. */
const FLOAT_65520 = 0x477ff000;
/** Float32 bits of 2⁻¹⁴. */
const FLOAT_SMALLEST_NORMAL_HALF = 0x38800000;
const EXPONENT_DIFFERENCE = 112 << 23;

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
