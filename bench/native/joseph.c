// Yardstick for bench/main.ts: `integrate` of src/projector/wasm/assembly/ in C with SSE intrinsics, the same loops on
// the same memory image. Usage: joseph IMAGE BLOCK RUNS; prints milliseconds of CPU time, one run a line, and writes the
// output of the last run over the image's own.
#define _GNU_SOURCE
#include <fcntl.h>
#include <immintrin.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { VOXELS = 0, OUTPUT = 1, SHAPE = 4, KIND = 7, CHANNELS = 9, REGION = 10, VIEW_AXIS = 16, SOURCE = 17 };
enum { VOXEL_RAY = 20, LPS_RAY = 29, SCALE = 38, TABLES = 46 };
enum { TILE = 16, LANES = 4, GROUP_ROWS = 8, BRICK = 4, LAYER = 16, BITS = 18 };
enum { EMPTY, INSIDE, ACROSS_THE_EDGE };
#define INLINE static inline __attribute__((always_inline))

typedef struct { __m128d slopeB[2], slopeC[2]; __m128i stepB, stepC; __m128 sum[4]; } Packet;
typedef struct { __m128d lowest, highest; } Pencil;

static uint8_t *memory;
static const double *block;
static Packet packets[64];
static Pencil pencils[65];
static int axisA, axisB, axisC, shapeA, shapeB, shapeC;
static uint32_t strideA, strideB, strideC, origin, table;
static double sourceA, sourceB, sourceC;

INLINE double ray(int matrix, int axis, double u, double v) {
  const double *m = block + matrix + 3 * axis;
  return m[0] * u + m[1] * v + m[2];
}

static void useAxis(int axis) {
  const uint32_t ni = block[SHAPE] + 3, nj = block[SHAPE + 1] + 3, bytes = block[KIND] == 0 ? 4 : 2;
  const uint32_t strides[3] = {bytes, bytes * ni, bytes * ni * nj};
  axisA = axis;
  axisB = axis == 0;
  axisC = axis == 2 ? 1 : 2;
  shapeA = block[SHAPE + axisA], shapeB = block[SHAPE + axisB], shapeC = block[SHAPE + axisC];
  strideA = strides[axisA], strideB = strides[axisB], strideC = strides[axisC];
  origin = (uint32_t)block[VOXELS] + strideA + strideB + strideC;
  sourceA = block[SOURCE + axisA], sourceB = block[SOURCE + axisB], sourceC = block[SOURCE + axisC];
  table = block[TABLES + axisA];
}

INLINE __m128d corner(double u, double v) {
  const double a = ray(VOXEL_RAY, axisA, u, v);
  return _mm_set_pd(ray(VOXEL_RAY, axisC, u, v) / a, ray(VOXEL_RAY, axisB, u, v) / a);
}

static Pencil beginPencil(int u0, int u1, int v0, int v1) {
  const __m128d a = corner(u0, v0), b = corner(u1, v0), c = corner(u0, v1), d = corner(u1, v1);
  return (Pencil){_mm_min_pd(_mm_min_pd(a, b), _mm_min_pd(c, d)), _mm_max_pd(_mm_max_pd(a, b), _mm_max_pd(c, d))};
}

INLINE int bricks(int n) { return (n + BRICK - 1) / BRICK; }

static int lookAhead(const Pencil *p, int layer, int from, int to) {
  const __m128d near = _mm_set1_pd(from - sourceA), far = _mm_set1_pd(to - 1 - sourceA);
  const __m128d n0 = _mm_mul_pd(near, p->lowest), n1 = _mm_mul_pd(near, p->highest);
  const __m128d f0 = _mm_mul_pd(far, p->lowest), f1 = _mm_mul_pd(far, p->highest);
  const __m128d low = _mm_min_pd(_mm_min_pd(n0, n1), _mm_min_pd(f0, f1));
  const __m128d high = _mm_max_pd(_mm_max_pd(n0, n1), _mm_max_pd(f0, f1));
  const double lowB = low[0] + sourceB - 0.01, highB = high[0] + sourceB + 0.01;
  const double lowC = low[1] + sourceC - 0.01, highC = high[1] + sourceC + 0.01;
  if (!(highB > -1 && lowB < shapeB && highC > -1 && lowC < shapeC)) return EMPTY;
  if (table) {
    const int b0 = fmax(floor(lowB), 0), b1 = fmin(floor(highB) + 1, shapeB - 1);
    const int c0 = fmax(floor(lowC), 0), c1 = fmin(floor(highC) + 1, shapeC - 1);
    const int width = bricks(shapeB) + 1;
    const int32_t *counts = (const int32_t *)(memory + table) + (size_t)layer * width * (bricks(shapeC) + 1);
    const int32_t *first = counts + (c0 / BRICK) * width, *last = counts + (c1 / BRICK + 1) * width;
    const int left = b0 / BRICK, right = b1 / BRICK + 1;
    if (last[right] - last[left] == first[right] - first[left]) return EMPTY;
  }
  return lowB > -1 && highB < shapeB && lowC > -1 && highC < shapeC ? INSIDE : ACROSS_THE_EDGE;
}

INLINE __m128i fixed(__m128d low, __m128d high) {
  const __m128d magic = _mm_set1_pd(1.5 * 17179869184.0);
  return _mm_castps_si128(_mm_shuffle_ps(_mm_castpd_ps(_mm_add_pd(low, magic)), _mm_castpd_ps(_mm_add_pd(high, magic)), 0x88));
}

INLINE __m128d rays(int axis, __m128d u, double v) {
  const double *m = block + VOXEL_RAY + 3 * axis;
  return _mm_add_pd(_mm_add_pd(_mm_mul_pd(_mm_set1_pd(m[0]), u), _mm_set1_pd(m[1] * v)), _mm_set1_pd(m[2]));
}

static void beginPacket(Packet *p, int u, int last, double v) {
#define AT(n) (double)(u + n < last ? u + n : last)
  const __m128d u01 = _mm_set_pd(AT(1), u), u23 = _mm_set_pd(AT(3), AT(2));
  const __m128d a01 = rays(axisA, u01, v), a23 = rays(axisA, u23, v);
  p->slopeB[0] = _mm_div_pd(rays(axisB, u01, v), a01), p->slopeB[1] = _mm_div_pd(rays(axisB, u23, v), a23);
  p->slopeC[0] = _mm_div_pd(rays(axisC, u01, v), a01), p->slopeC[1] = _mm_div_pd(rays(axisC, u23, v), a23);
  p->stepB = fixed(p->slopeB[0], p->slopeB[1]), p->stepC = fixed(p->slopeC[0], p->slopeC[1]);
  for (int n = 0; n < 4; n++) p->sum[n] = _mm_setzero_ps();
}

INLINE __m128i positions(const __m128d *slope, __m128i step, double source, int layer, int from) {
  const __m128d distance = _mm_set1_pd(layer * LAYER + 0.5 * (LAYER - 1) - sourceA), start = _mm_set1_pd(source);
  const __m128i middle = fixed(_mm_add_pd(start, _mm_mul_pd(distance, slope[0])), _mm_add_pd(start, _mm_mul_pd(distance, slope[1])));
  const __m128i back = _mm_mullo_epi32(step, _mm_set1_epi32(2 * (from - layer * LAYER) - (LAYER - 1)));
  return _mm_add_epi32(middle, _mm_srai_epi32(back, 1));
}

INLINE __m128i clamped(__m128i position, int shape) {
  return _mm_min_epi32(_mm_max_epi32(position, _mm_set1_epi32(-(1 << BITS))), _mm_set1_epi32(shape << BITS));
}

INLINE __m128i fraction15(__m128i position) {
  const __m128i twice = _mm_setr_epi8(2, 3, 2, 3, 6, 7, 6, 7, 10, 11, 10, 11, 14, 15, 14, 15);
  return _mm_srli_epi16(_mm_shuffle_epi8(_mm_slli_epi32(position, 32 - BITS), twice), 1);
}

INLINE __m128i addresses(__m128i b, __m128i c, __m128i plane, int contiguous, int shift) {
  const __m128i whole = _mm_srai_epi32(b, BITS);
  const __m128i along = contiguous ? _mm_slli_epi32(whole, shift) : _mm_mullo_epi32(whole, _mm_set1_epi32(strideB));
  return _mm_add_epi32(_mm_add_epi32(along, _mm_mullo_epi32(_mm_srai_epi32(c, BITS), _mm_set1_epi32(strideC))), plane);
}

#define LOAD32(a) (*(const int32_t *)(memory + (uint32_t)(a)))
#define LOAD16(a) (*(const uint16_t *)(memory + (uint32_t)(a)))
#define PAIR16(a) (LOAD16(a) | LOAD16((a) + strideB) << 16)

INLINE __m128i pairsU16(const uint32_t *a, uint32_t row, int contiguous) {
  if (contiguous) return _mm_setr_epi32(LOAD32(a[0] + row), LOAD32(a[1] + row), LOAD32(a[2] + row), LOAD32(a[3] + row));
  return _mm_setr_epi32(PAIR16(a[0] + row), PAIR16(a[1] + row), PAIR16(a[2] + row), PAIR16(a[3] + row));
}

INLINE __m128i pairsU8(uint32_t a, int contiguous) {
  const __m128i both = contiguous ? _mm_loadl_epi64((const __m128i *)(memory + a)) : _mm_setr_epi32(LOAD32(a), LOAD32(a + strideB), 0, 0);
  return _mm_shuffle_epi8(both, _mm_setr_epi8(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1));
}

INLINE void march(Packet *p, int layer, int from, int to, int isU8, int contiguous, int clamp) {
  const __m128i stepB = p->stepB, stepC = p->stepC, stepPlane = _mm_set1_epi32(strideA);
  __m128i b = positions(p->slopeB, stepB, sourceB - 0.5 / 262144, layer, from);
  __m128i c = positions(p->slopeC, stepC, sourceC + 0.5 / 32768 - 0.5 / 262144, layer, from);
  __m128i plane = _mm_set1_epi32(origin + from * strideA);
  __m128i part0 = _mm_setzero_si128(), part1 = part0, part2 = part0, part3 = part0;
  __m128 sum = p->sum[0];
  for (int k = from; k < to; k++) {
    const __m128i pb = clamp ? clamped(b, shapeB) : b, pc = clamp ? clamped(c, shapeC) : c;
    const __m128i at = addresses(pb, pc, plane, contiguous, isU8 ? 2 : 1);
    const uint32_t a[4] = {_mm_extract_epi32(at, 0), _mm_extract_epi32(at, 1), _mm_extract_epi32(at, 2), _mm_extract_epi32(at, 3)};
    const __m128i weights = _mm_xor_si128(fraction15(pb), _mm_set1_epi32(0x7fff));
    const __m128i far = _mm_mulhrs_epi16(weights, fraction15(pc)), near = _mm_sub_epi16(weights, far);
    if (isU8) {
#define SAMPLE(n) _mm_add_epi32(_mm_madd_epi16(pairsU8(a[n], contiguous), _mm_shuffle_epi32(near, n * 0x55)), \
                                _mm_madd_epi16(pairsU8(a[n] + strideC, contiguous), _mm_shuffle_epi32(far, n * 0x55)))
      part0 = _mm_add_epi32(part0, SAMPLE(0));
      part1 = _mm_add_epi32(part1, SAMPLE(1));
      part2 = _mm_add_epi32(part2, SAMPLE(2));
      part3 = _mm_add_epi32(part3, SAMPLE(3));
    } else {
      const __m128i sign = _mm_set1_epi16(-32768);
      const __m128i nearPairs = _mm_xor_si128(pairsU16(a, 0, contiguous), sign), farPairs = _mm_xor_si128(pairsU16(a, strideC, contiguous), sign);
      const __m128i both = _mm_add_epi32(_mm_madd_epi16(nearPairs, near), _mm_madd_epi16(farPairs, far));
      sum = _mm_add_ps(sum, _mm_cvtepi32_ps(_mm_add_epi32(both, _mm_set1_epi32(32767 * 32768))));
    }
    b = _mm_add_epi32(b, stepB);
    c = _mm_add_epi32(c, stepC);
    plane = _mm_add_epi32(plane, stepPlane);
  }
  if (isU8) {
    p->sum[0] = _mm_add_ps(p->sum[0], _mm_cvtepi32_ps(part0));
    p->sum[1] = _mm_add_ps(p->sum[1], _mm_cvtepi32_ps(part1));
    p->sum[2] = _mm_add_ps(p->sum[2], _mm_cvtepi32_ps(part2));
    p->sum[3] = _mm_add_ps(p->sum[3], _mm_cvtepi32_ps(part3));
  } else p->sum[0] = sum;
}

INLINE void marchGroup(Packet *p, int rows, int layer, int from, int to, int isU8, int clamp) {
  for (const Packet *end = p + rows; p < end; p++)
    if (axisA == 0) march(p, layer, from, to, isU8, 0, 1);
    else if (clamp) march(p, layer, from, to, isU8, 1, 1);
    else march(p, layer, from, to, isU8, 1, 0);
}

static void store(const Packet *p, int u, int v, int lane) {
  const int width = block[REGION + 2], height = block[REGION + 3], channels = block[CHANNELS], isU8 = block[KIND] == 0;
  const double x = ray(LPS_RAY, 0, u, v), y = ray(LPS_RAY, 1, u, v), z = ray(LPS_RAY, 2, u, v);
  const double stepMm = sqrt(x * x + y * y + z * z) / fabs(ray(VOXEL_RAY, axisA, u, v));
  float *out = (float *)(memory + (uint32_t)block[OUTPUT]) + (size_t)v * width + u;
  for (int channel = 0; channel < channels; channel++) {
    const double sum = isU8 ? p->sum[lane][channel] : p->sum[0][lane];
    out[(size_t)channel * width * height] = sum / 32767 * block[SCALE + channel] * stepMm;
  }
}

static int min(int a, int b) { return a < b ? a : b; }

static void projectTile(int u0, int u1, int v0, int v1, int isU8) {
  const int forward = ray(VOXEL_RAY, axisA, u0, v0) > 0;
  const int first = forward ? fmin(fmax(floor(sourceA) + 1, 0), shapeA) : 0;
  const int last = forward ? shapeA : fmin(fmax(ceil(sourceA), 0), shapeA);
  pencils[64] = beginPencil(u0, u1 - 1, v0, v1 - 1);
  for (int u = u0, n = 0; u < u1; u += LANES)
    for (int v = v0; v < v1; v += GROUP_ROWS) pencils[n++] = beginPencil(u, min(u + LANES, u1) - 1, v, min(v + GROUP_ROWS, v1) - 1);
  for (int u = u0; u < u1; u += LANES)
    for (int v = v0; v < v1; v++) beginPacket(packets + (u - u0) / LANES * TILE + v - v0, u, min(u + LANES, u1) - 1, v);
  for (int layer = first / LAYER; layer * LAYER < last; layer++) {
    const int from = layer * LAYER < first ? first : layer * LAYER, to = min(layer * LAYER + LAYER, last);
    if (lookAhead(pencils + 64, layer, from, to) == EMPTY) continue;
    for (int u = u0, n = 0; u < u1; u += LANES)
      for (int v = v0; v < v1; v += GROUP_ROWS) {
        const int ahead = lookAhead(pencils + n++, layer, from, to);
        if (ahead == EMPTY) continue;
        Packet *packet = packets + (u - u0) / LANES * TILE + v - v0;
        if (isU8) marchGroup(packet, min(GROUP_ROWS, v1 - v), layer, from, to, 1, ahead == ACROSS_THE_EDGE);
        else marchGroup(packet, min(GROUP_ROWS, v1 - v), layer, from, to, 0, ahead == ACROSS_THE_EDGE);
      }
  }
  for (int u = u0; u < u1; u++)
    for (int v = v0; v < v1; v++) store(packets + (u - u0) / LANES * TILE + v - v0, u, v, (u - u0) % LANES);
}

static void project(void) {
  const int width = block[REGION + 2], height = block[REGION + 3];
  useAxis(block[VIEW_AXIS]);
  for (int v = 0; v < height; v += TILE)
    for (int u = 0; u < width; u += TILE) projectTile(u, min(width, u + TILE), v, min(height, v + TILE), block[KIND] == 0);
}

int main(int argc, char **argv) {
  struct stat status;
  const int file = argc == 4 ? open(argv[1], O_RDWR) : -1;
  if (file < 0 || fstat(file, &status)) return fprintf(stderr, "usage: joseph IMAGE BLOCK RUNS\n"), 2;
  memory = mmap(NULL, status.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (off_t done = 0; done < status.st_size;) {
    const ssize_t got = pread(file, memory + done, status.st_size - done, done);
    if (got <= 0) return 1;
    done += got;
  }
  block = (const double *)(memory + atol(argv[2]));
  for (int run = 0; run < atoi(argv[3]); run++) {
    struct timespec before, after;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    project();
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    printf("%.3f\n", (after.tv_sec - before.tv_sec) * 1e3 + (after.tv_nsec - before.tv_nsec) / 1e6);
  }
  const off_t output = block[OUTPUT];
  const size_t bytes = 4 * block[CHANNELS] * block[REGION + 2] * block[REGION + 3];
  return pwrite(file, memory + output, bytes, output) == (ssize_t)bytes ? 0 : 1;
}
