// AssemblyScript. From area densities to digital values, four pixels at a time (docs/physics-detector.md).
// Only IEEE operations and polynomials written here: the same bytes on every CPU and engine.
// Planes have rows of `stride` values, a multiple of four; what stands beyond `width` is never read back.

const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;

/** Below this mean the count is Poisson by inversion, from here on normal with the third moment set right. */
const NORMAL_FROM: f32 = 32;

// @ts-ignore: decorator
@inline
function times(a: v128, b: v128): v128 {
  return f32x4.mul(a, b);
}

// @ts-ignore: decorator
@inline
function plus(a: v128, b: v128): v128 {
  return f32x4.add(a, b);
}

// @ts-ignore: decorator
@inline
function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/**
 * Numbers of the exponential, read from memory: written as constants, some engines make them anew wherever they are used.
 * −87, log₂ e, ln 2 in two parts, 1/7!, 1/6!, 1/5!, 1/4!, 1/3!, 1/2, 1.
 */
const EXPONENTIAL: usize = memory.data<f32>([
  -87, 1.44269504, 0.693359375, -2.12194440e-4, 1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1,
]);

// @ts-ignore: decorator
@inline
function stored(index: usize): v128 {
  return v128.load_splat<f32>(EXPONENTIAL + (index << 2));
}

/** e^x for x ≤ 0: x = n ln 2 + y, Taylor to y^7 (|y| ≤ 0.347, remainder 5e-9). Underflows to e^−87. */
// @ts-ignore: decorator
@inline
function exponential(argument: v128): v128 {
  const x = f32x4.max(argument, stored(0));
  const n = f32x4.nearest(times(x, stored(1)));
  const y = f32x4.sub(f32x4.sub(x, times(n, stored(2))), times(n, stored(3)));
  const one = stored(10);
  let p = plus(times(y, stored(4)), stored(5));
  p = plus(times(p, y), stored(6));
  p = plus(times(p, y), stored(7));
  p = plus(times(p, y), stored(8));
  p = plus(times(p, y), stored(9));
  p = plus(times(p, y), one);
  p = plus(times(p, y), one);
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return times(p, power);
}

/** ln x for normal x > 0: mantissa m in [√½, √2], ln m = 2 artanh((m − 1) / (m + 1)) to the ninth power. */
// @ts-ignore: decorator
@inline
function logarithm(x: v128): v128 {
  const shifted = i32x4.sub(x, i32x4.splat(0x3f3504f3));
  const exponent = f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23));
  const m = i32x4.add(v128.and(shifted, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const s = f32x4.div(f32x4.sub(m, splat(1)), plus(m, splat(1)));
  const s2 = times(s, s);
  let p = plus(times(s2, splat(2.0 / 9.0)), splat(2.0 / 7.0));
  p = plus(times(p, s2), splat(2.0 / 5.0));
  p = plus(times(p, s2), splat(2.0 / 3.0));
  p = plus(times(p, s2), splat(2));
  return plus(times(exponent, splat(LN2_HIGH)), plus(times(exponent, splat(LN2_LOW)), times(p, s)));
}

let word0: v128 = i32x4.splat(0), word1: v128 = i32x4.splat(0), word2: v128 = i32x4.splat(0), word3: v128 = i32x4.splat(0);
let normal0: v128 = f32x4.splat(0), normal1: v128 = f32x4.splat(0);

/** Philox4x32-10 of four counters (pixel, 0, 0, 0), as src/random/philox.ts. */
// @ts-ignore: decorator
@inline
function philox(pixel: v128, keyLow: i32, keyHigh: i32): void {
  let c0 = pixel, c1 = i32x4.splat(0), c2 = i32x4.splat(0), c3 = i32x4.splat(0);
  let k0 = keyLow, k1 = keyHigh;
  const m0 = i32x4.splat(0xd2511f53), m1 = i32x4.splat(0xcd9e8d57);
  for (let round = 0; round < 10; round++) {
    const a = i64x2.extmul_low_i32x4_u(c0, m0), b = i64x2.extmul_high_i32x4_u(c0, m0);
    const c = i64x2.extmul_low_i32x4_u(c2, m1), d = i64x2.extmul_high_i32x4_u(c2, m1);
    c0 = v128.xor(v128.xor(v128.shuffle<i32>(c, d, 1, 3, 5, 7), c1), i32x4.splat(k0));
    c2 = v128.xor(v128.xor(v128.shuffle<i32>(a, b, 1, 3, 5, 7), c3), i32x4.splat(k1));
    c1 = v128.shuffle<i32>(c, d, 0, 2, 4, 6);
    c3 = v128.shuffle<i32>(a, b, 0, 2, 4, 6);
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  word0 = c0;
  word1 = c1;
  word2 = c2;
  word3 = c3;
}

/** Box–Muller: radius from the upper 24 bits of word 0, angle from word 1 (two bits of quadrant, 30 within it). */
// @ts-ignore: decorator
@inline
function normals(): void {
  const u = times(plus(f32x4.convert_i32x4_s(i32x4.shr_u(word0, 8)), splat(1)), splat(1.0 / 16777216.0));
  const radius = f32x4.sqrt(times(splat(-2), logarithm(u)));
  const within = i32x4.sub(v128.and(word1, i32x4.splat(0x3fffffff)), i32x4.splat(0x20000000));
  const angle = times(f32x4.convert_i32x4_s(within), splat(<f32>(1.5707963267948966 / 1073741824.0)));
  const a2 = times(angle, angle);
  let s = plus(times(a2, splat(1.0 / 362880.0)), splat(-1.0 / 5040.0));
  s = plus(times(s, a2), splat(1.0 / 120.0));
  s = plus(times(s, a2), splat(-1.0 / 6.0));
  const sine = plus(angle, times(times(s, a2), angle));
  let c = plus(times(a2, splat(-1.0 / 3628800.0)), splat(1.0 / 40320.0));
  c = plus(times(c, a2), splat(-1.0 / 720.0));
  c = plus(times(c, a2), splat(1.0 / 24.0));
  c = plus(times(c, a2), splat(-0.5));
  const cosine = plus(splat(1), times(c, a2));
  // Quadrant q turns (cos, sin) by q · 90°.
  const quadrant = i32x4.shr_u(word1, 30);
  const odd = i32x4.neg(v128.and(quadrant, i32x4.splat(1)));
  const upper = i32x4.shl(v128.and(quadrant, i32x4.splat(2)), 30);
  const oddSign = i32x4.shl(v128.and(quadrant, i32x4.splat(1)), 31);
  normal0 = times(radius, v128.xor(v128.bitselect(sine, cosine, odd), v128.xor(upper, oddSign)));
  normal1 = times(radius, v128.xor(v128.bitselect(cosine, sine, odd), upper));
}

/** Poisson count by inversion, as src/random/poisson-quantile.ts; `zero` is e^−mean, `u` in [0, 1). */
function poisson(mean: f64, zero: f64, u: f64): f64 {
  let count: f64 = 0, probability = zero, cumulative = zero;
  while (u >= cumulative && (count <= mean || probability > 5.551115123125783e-17)) {
    count += 1;
    probability *= mean / count;
    cumulative += probability;
  }
  return count;
}

/**
 * Mean and variance of the absorbed energy of `rows` rows.
 *   mean = g Σⱼ wⱼ e^(−Σ μⱼₘ aₘ),  variance with w′ⱼ,  g = |ray at depth 1|⁻³ (inverse square and obliquity)
 * Table: per node wⱼ, w′ⱼ, μⱼ₀ … (at least four, zero where there are fewer materials); ray: LPS direction at depth 1 of (u, v) = matrix · (u, v, 1), row-major f64.
 */
export function absorb(
  density: usize, densityPlane: usize, materials: i32, table: usize, nodes: i32, ray: usize,
  mean: usize, variance: usize, width: i32, stride: i32, rows: i32, firstColumn: i32, firstRow: i32,
): void {
  const nodeBytes: usize = <usize>(max(materials, 4) + 2) << 2;
  const none = splat(0);
  for (let row = 0; row < rows; row++) {
    const v = <f64>(firstRow + row);
    const baseX = <f32>(load<f64>(ray, 8) * v + load<f64>(ray, 16));
    const baseY = <f32>(load<f64>(ray, 32) * v + load<f64>(ray, 40));
    const baseZ = <f32>(load<f64>(ray, 56) * v + load<f64>(ray, 64));
    const stepX = splat(<f32>load<f64>(ray, 0)), stepY = splat(<f32>load<f64>(ray, 24)), stepZ = splat(<f32>load<f64>(ray, 48));
    const target = <usize>(row * stride) << 2;
    for (let column = 0; column < width; column += 4) {
      const u = plus(splat(<f32>(firstColumn + column)), f32x4(0, 1, 2, 3));
      const x = plus(splat(baseX), times(stepX, u));
      const y = plus(splat(baseY), times(stepY, u));
      const z = plus(splat(baseZ), times(stepZ, u));
      const squared = plus(plus(times(x, x), times(y, y)), times(z, z));
      const geometry = f32x4.div(splat(1), times(squared, f32x4.sqrt(squared)));
      const at = density + (<usize>(row * width + column) << 2);
      let sum = splat(0), sumSquares = splat(0);
      const a0 = materials > 0 ? v128.load(at) : none;
      const a1 = materials > 1 ? v128.load(at + densityPlane) : none;
      const a2 = materials > 2 ? v128.load(at + 2 * densityPlane) : none;
      const a3 = materials > 3 ? v128.load(at + 3 * densityPlane) : none;
      let node = table;
      for (let j = 0; j < nodes; j++, node += nodeBytes) {
        let depth = times(a0, v128.load_splat<f32>(node, 8));
        depth = plus(depth, times(a1, v128.load_splat<f32>(node, 12)));
        depth = plus(depth, times(a2, v128.load_splat<f32>(node, 16)));
        depth = plus(depth, times(a3, v128.load_splat<f32>(node, 20)));
        for (let m = 4; m < materials; m++)
          depth = plus(depth, times(v128.load(at + <usize>m * densityPlane), splat(load<f32>(node + (<usize>m << 2), 8))));
        const transmitted = exponential(f32x4.neg(depth));
        sum = plus(sum, times(transmitted, v128.load_splat<f32>(node)));
        sumSquares = plus(sumSquares, times(transmitted, v128.load_splat<f32>(node, 4)));
      }
      const to = target + (<usize>column << 2);
      v128.store(mean + to, times(sum, geometry));
      v128.store(variance + to, times(sumSquares, geometry));
    }
  }
}

/**
 * Puts the deviation of a random absorbed energy from its mean, with that variance, in the place of the variance,
 * and leaves an independent normal number for the read-out.
 */
export function fluctuate(
  mean: usize, variance: usize, normal: usize, width: i32, stride: i32, rows: i32,
  firstColumn: i32, firstRow: i32, imageWidth: i32, keyLow: i32, keyHigh: i32,
): void {
  for (let row = 0; row < rows; row++) {
    const firstPixel = (firstRow + row) * imageWidth + firstColumn;
    for (let column = 0; column < width; column += 4) {
      const at = <usize>(row * stride + column) << 2;
      philox(i32x4.add(i32x4.splat(firstPixel + column), i32x4(0, 1, 2, 3)), keyLow, keyHigh);
      normals();
      v128.store(normal + at, normal1);
      const m = v128.load(mean + at);
      const perCount = f32x4.div(v128.load(variance + at), m);
      const lambda = f32x4.div(m, perCount);
      // λ + √(λ − 1/18) z + (z² − 1) / 6 has the mean, the variance and, to O(1/λ), the skewness of Poisson(λ).
      const spread = f32x4.sqrt(f32x4.max(f32x4.sub(lambda, splat(1.0 / 18.0)), splat(0)));
      const skew = times(f32x4.sub(times(normal0, normal0), splat(1)), splat(1.0 / 6.0));
      v128.store(variance + at, times(plus(times(spread, normal0), skew), perCount));
      if (i32x4.all_true(f32x4.ge(lambda, splat(NORMAL_FROM)))) continue;
      const zero = exponential(f32x4.neg(lambda));
      fewPhotons(variance + at, f32x4.extract_lane(m, 0), f32x4.extract_lane(lambda, 0), f32x4.extract_lane(perCount, 0), f32x4.extract_lane(zero, 0), i32x4.extract_lane(word2, 0), i32x4.extract_lane(word3, 0));
      fewPhotons(variance + at + 4, f32x4.extract_lane(m, 1), f32x4.extract_lane(lambda, 1), f32x4.extract_lane(perCount, 1), f32x4.extract_lane(zero, 1), i32x4.extract_lane(word2, 1), i32x4.extract_lane(word3, 1));
      fewPhotons(variance + at + 8, f32x4.extract_lane(m, 2), f32x4.extract_lane(lambda, 2), f32x4.extract_lane(perCount, 2), f32x4.extract_lane(zero, 2), i32x4.extract_lane(word2, 2), i32x4.extract_lane(word3, 2));
      fewPhotons(variance + at + 12, f32x4.extract_lane(m, 3), f32x4.extract_lane(lambda, 3), f32x4.extract_lane(perCount, 3), f32x4.extract_lane(zero, 3), i32x4.extract_lane(word2, 3), i32x4.extract_lane(word3, 3));
    }
  }
}

function fewPhotons(at: usize, mean: f32, lambda: f32, perCount: f32, zero: f32, high: i32, low: i32): void {
  if (mean == 0) store<f32>(at, 0);
  else if (lambda < NORMAL_FROM) {
    const u = (<f64>(<u32>high) * 2097152.0 + <f64>(<u32>low >> 11)) / 9007199254740992.0;
    store<f32>(at, <f32>(poisson(<f64>lambda, <f64>zero, u) - <f64>lambda) * perCount);
  }
}

/**
 * target (+)= weight · source filtered along rows and columns with a symmetric kernel; borders are replicated.
 * `line` holds one row with `radius` values more on either side and room for three more.
 */
export function blur(
  source: usize, scratch: usize, target: usize, line: usize, kernel: usize, radius: i32, weight: f32, add: bool,
  width: i32, stride: i32, rows: i32,
): void {
  const rowBytes: usize = <usize>stride << 2;
  const centre = splat(load<f32>(kernel));
  for (let row = 0; row < rows; row++) {
    const from = source + <usize>row * rowBytes;
    const left = load<f32>(from), right = load<f32>(from + (<usize>(width - 1) << 2));
    for (let k = 0; k < radius; k++) {
      store<f32>(line + (<usize>k << 2), left);
      store<f32>(line + (<usize>(radius + width + k) << 2), right);
    }
    memory.copy(line + (<usize>radius << 2), from, <usize>width << 2);
    for (let column = 0; column < width; column += 4) {
      const at = line + (<usize>(column + radius) << 2);
      let sum = times(v128.load(at), centre);
      for (let k = 1; k <= radius; k++) {
        const offset: usize = <usize>k << 2;
        sum = plus(sum, times(plus(v128.load(at - offset), v128.load(at + offset)), v128.load_splat<f32>(kernel + offset)));
      }
      v128.store(scratch + <usize>row * rowBytes + (<usize>column << 2), sum);
    }
  }
  for (let row = 0; row < rows; row++) {
    const to = target + <usize>row * rowBytes;
    for (let column = 0; column < width; column += 4) {
      const offset: usize = <usize>column << 2;
      let sum = times(v128.load(scratch + <usize>row * rowBytes + offset), centre);
      for (let k = 1; k <= radius; k++) {
        const above = max(row - k, 0), below = min(row + k, rows - 1);
        const pair = plus(v128.load(scratch + <usize>above * rowBytes + offset), v128.load(scratch + <usize>below * rowBytes + offset));
        sum = plus(sum, times(pair, v128.load_splat<f32>(kernel + (<usize>k << 2))));
      }
      sum = times(sum, splat(weight));
      v128.store(to + offset, add ? plus(v128.load(to + offset), sum) : sum);
    }
  }
}

/**
 * energy += noise · normal (where `noise` is positive), then at most the full well; digital = round(offset + gain · energy).
 * Returns the number of full pixels, or −1 if an energy is not a number.
 */
export function digitise(
  energy: usize, normal: usize, noise: f32, fullWell: f32, gain: f32, offset: f32, largest: f32, digital: usize,
  width: i32, stride: i32, rows: i32,
): i32 {
  let full = 0, undefinedPixels = 0;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < width; column += 4) {
      const index = <usize>(row * stride + column);
      let e = v128.load(energy + (index << 2));
      if (noise > 0) e = plus(e, times(splat(noise), v128.load(normal + (index << 2))));
      const valid = width - column < 4 ? (1 << (width - column)) - 1 : 15;
      undefinedPixels |= i32x4.bitmask(f32x4.ne(e, e)) & valid;
      full += popcnt(i32x4.bitmask(f32x4.ge(e, splat(fullWell))) & valid);
      e = f32x4.min(e, splat(fullWell));
      v128.store(energy + (index << 2), e);
      const value = f32x4.floor(plus(plus(times(e, splat(gain)), splat(offset)), splat(0.5)));
      const clipped = i32x4.trunc_sat_f32x4_s(f32x4.min(f32x4.max(value, splat(0)), splat(largest)));
      v128.store64_lane(digital + (index << 1), i16x8.narrow_i32x4_u(clipped, clipped), 0);
    }
  return undefinedPixels != 0 ? -1 : full;
}

/** The four functions of this file, for the test that holds them: exp(x), ln(x), and the normals of counter x. */
export function evaluate(input: usize, output: usize, kind: i32): void {
  const x = v128.load(input);
  if (kind == 0) v128.store(output, exponential(x));
  else if (kind == 1) v128.store(output, logarithm(x));
  else {
    philox(x, load<i32>(input, 16), load<i32>(input, 20));
    normals();
    v128.store(output, kind == 2 ? word0 : kind == 3 ? word1 : kind == 4 ? word2 : kind == 5 ? word3 : kind == 6 ? normal0 : normal1);
  }
}
