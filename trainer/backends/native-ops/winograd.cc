// Every 2×2 outputs come from 4×4 inputs. Inputs and filter are transformed (16 values each, a few additions), multiplied
// value by value — which, summed over the input channels, makes 16 products of matrices — and transformed back.
//
// Tiles are worked off in blocks: transform, 16 products, transform back, so that what lies between stays in a cache.
// Register tiles of the products are 6 tiles × 16 output channels.

#include "winograd.h"

#include <immintrin.h>

#include <algorithm>
#include <cstring>

#include "thread-team.h"

#define MIXPROP_AVX2 __attribute__((target("avx2,fma")))

namespace mixprop {
namespace {

constexpr int kValues = 16;  // of a transformed 4×4 tile
constexpr int kRows = 6;
constexpr int kPanel = 16;

struct Tiling {
  explicit Tiling(const WinogradShape& s)
      : down((s.height + 1) / 2),
        across((s.width + 1) / 2),
        // Many enough that reading the transformed filter costs little beside the products, few enough for the cache.
        block((std::max(48, s.in_channels * 3 / 8) + kRows - 1) / kRows * kRows) {}
  int down, across;
  int block;
};

size_t filter_floats(const WinogradShape& s) {
  return static_cast<size_t>(kValues) * s.in_channels * s.out_channels;
}

// From one value of a tile to the next. A cache line more than needed: a power of two would put all 16 into one set of the cache.
size_t value_pitch(const Tiling& t, int channels) { return static_cast<size_t>(t.block) * channels + 16; }

size_t block_floats(const WinogradShape& s, const Tiling& t) {
  return kValues * (value_pitch(t, s.in_channels) + value_pitch(t, s.out_channels));
}

// G · g · Gᵀ of the filters of input channels [begin, end): [16, CO / 16, CI, 16].
MIXPROP_AVX2 void transform_filter(const WinogradShape& s, const float* filter, bool turned, int begin, int end,
                                   float* transformed) {
  const size_t value_pitch = static_cast<size_t>(s.in_channels) * s.out_channels;
  const __m256 half = _mm256_set1_ps(0.5f);
  for (int panel = 0; panel < s.out_channels; panel += kPanel) {
    for (int ci = begin; ci < end; ci++) {
      for (int part = 0; part < kPanel; part += 8) {
        const int co = panel + part;
        __m256 g[3][3];
        for (int kh = 0; kh < 3; kh++) {
          for (int kw = 0; kw < 3; kw++) {
            if (turned) {
              const float* from = filter + (static_cast<size_t>((2 - kh) * 3 + 2 - kw) * s.out_channels + co) * s.in_channels + ci;
              const int pitch = s.in_channels;
              g[kh][kw] = _mm256_setr_ps(from[0], from[pitch], from[2 * pitch], from[3 * pitch], from[4 * pitch],
                                         from[5 * pitch], from[6 * pitch], from[7 * pitch]);
            } else {
              g[kh][kw] = _mm256_loadu_ps(filter + (static_cast<size_t>(kh * 3 + kw) * s.in_channels + ci) * s.out_channels + co);
            }
          }
        }
        __m256 rows[4][3];
        for (int kw = 0; kw < 3; kw++) {
          const __m256 outer = _mm256_mul_ps(half, _mm256_add_ps(g[0][kw], g[2][kw]));
          const __m256 middle = _mm256_mul_ps(half, g[1][kw]);
          rows[0][kw] = g[0][kw];
          rows[1][kw] = _mm256_add_ps(outer, middle);
          rows[2][kw] = _mm256_sub_ps(outer, middle);
          rows[3][kw] = g[2][kw];
        }
        float* out = transformed + (static_cast<size_t>(panel / kPanel) * s.in_channels + ci) * kPanel + part;
        for (int i = 0; i < 4; i++) {
          const __m256 outer = _mm256_mul_ps(half, _mm256_add_ps(rows[i][0], rows[i][2]));
          const __m256 middle = _mm256_mul_ps(half, rows[i][1]);
          _mm256_storeu_ps(out + (4 * i) * value_pitch, rows[i][0]);
          _mm256_storeu_ps(out + (4 * i + 1) * value_pitch, _mm256_add_ps(outer, middle));
          _mm256_storeu_ps(out + (4 * i + 2) * value_pitch, _mm256_sub_ps(outer, middle));
          _mm256_storeu_ps(out + (4 * i + 3) * value_pitch, rows[i][2]);
        }
      }
    }
  }
}

// Bᵀ · d · B of one tile: 16 rows of CI floats, `pitch` apart.
MIXPROP_AVX2 void transform_input(const WinogradShape& s, const Tiling& t, long tile, const float* x, size_t pitch, float* out) {
  const int column = static_cast<int>(tile % t.across) * 2 - 1;
  const int row = static_cast<int>(tile / t.across % t.down) * 2 - 1;
  const float* image = x + tile / t.across / t.down * s.height * s.width * s.in_channels;
  const float* pixels[4][4];
  for (int i = 0; i < 4; i++) {
    for (int j = 0; j < 4; j++) {
      const int h = row + i, w = column + j;
      const bool inside = h >= 0 && h < s.height && w >= 0 && w < s.width;
      pixels[i][j] = inside ? image + (static_cast<size_t>(h) * s.width + w) * s.in_channels : nullptr;
    }
  }
  for (int c = 0; c < s.in_channels; c += 8) {
    __m256 d[4][4];
#pragma GCC unroll 4
    for (int j = 0; j < 4; j++) {
      __m256 v[4];
#pragma GCC unroll 4
      for (int i = 0; i < 4; i++) v[i] = pixels[i][j] ? _mm256_loadu_ps(pixels[i][j] + c) : _mm256_setzero_ps();
      d[0][j] = _mm256_sub_ps(v[0], v[2]);
      d[1][j] = _mm256_add_ps(v[1], v[2]);
      d[2][j] = _mm256_sub_ps(v[2], v[1]);
      d[3][j] = _mm256_sub_ps(v[1], v[3]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
      float* to = out + 4 * i * pitch + c;
      _mm256_store_ps(to, _mm256_sub_ps(d[i][0], d[i][2]));
      _mm256_store_ps(to + pitch, _mm256_add_ps(d[i][1], d[i][2]));
      _mm256_store_ps(to + 2 * pitch, _mm256_sub_ps(d[i][2], d[i][1]));
      _mm256_store_ps(to + 3 * pitch, _mm256_sub_ps(d[i][1], d[i][3]));
    }
  }
}

// Aᵀ · m · A of one tile: the 2×2 outputs, as far as they are inside the image.
MIXPROP_AVX2 void transform_output(const WinogradShape& s, const Tiling& t, long tile, const float* m, size_t pitch, float* y) {
  const int column = static_cast<int>(tile % t.across) * 2;
  const int row = static_cast<int>(tile / t.across % t.down) * 2;
  float* image = y + tile / t.across / t.down * s.height * s.width * s.out_channels;
  float* to = image + (static_cast<size_t>(row) * s.width + column) * s.out_channels;
  const size_t below = static_cast<size_t>(s.width) * s.out_channels;
  const bool has_below = row + 1 < s.height, has_right = column + 1 < s.width;
  for (int c = 0; c < s.out_channels; c += 8) {
    __m256 top[4], bottom[4];
#pragma GCC unroll 4
    for (int j = 0; j < 4; j++) {
      const __m256 v0 = _mm256_load_ps(m + j * pitch + c), v1 = _mm256_load_ps(m + (4 + j) * pitch + c);
      const __m256 v2 = _mm256_load_ps(m + (8 + j) * pitch + c), v3 = _mm256_load_ps(m + (12 + j) * pitch + c);
      top[j] = _mm256_add_ps(_mm256_add_ps(v0, v1), v2);
      bottom[j] = _mm256_sub_ps(_mm256_sub_ps(v1, v2), v3);
    }
    _mm256_storeu_ps(to + c, _mm256_add_ps(_mm256_add_ps(top[0], top[1]), top[2]));
    if (has_right) _mm256_storeu_ps(to + s.out_channels + c, _mm256_sub_ps(_mm256_sub_ps(top[1], top[2]), top[3]));
    if (!has_below) continue;
    _mm256_storeu_ps(to + below + c, _mm256_add_ps(_mm256_add_ps(bottom[0], bottom[1]), bottom[2]));
    if (has_right) {
      _mm256_storeu_ps(to + below + s.out_channels + c, _mm256_sub_ps(_mm256_sub_ps(bottom[1], bottom[2]), bottom[3]));
    }
  }
}

// Accumulator registers of row I += a[I, k] · b[k, 16].
#define MIXPROP_ROW(I, A)                         \
  value = _mm256_broadcast_ss(A);                 \
  s##I##0 = _mm256_fmadd_ps(value, low, s##I##0); \
  s##I##1 = _mm256_fmadd_ps(value, high, s##I##1);
#define MIXPROP_STORE(I) \
  _mm256_store_ps(out + I * out_pitch, s##I##0), _mm256_store_ps(out + I * out_pitch + 8, s##I##1);

// out[6, 16] = a[6, depth] · b[depth, 16]
MIXPROP_AVX2 void multiply(const float* a, size_t a_pitch, const float* b, int depth, float* out, size_t out_pitch) {
  const __m256 zero = _mm256_setzero_ps();
  __m256 s00 = zero, s01 = zero, s10 = zero, s11 = zero, s20 = zero, s21 = zero;
  __m256 s30 = zero, s31 = zero, s40 = zero, s41 = zero, s50 = zero, s51 = zero;
  __m256 low, high, value;
  const float* lower = a + 3 * a_pitch;
  for (int k = 0; k < depth; k++, a++, lower++, b += kPanel) {
    low = _mm256_load_ps(b);
    high = _mm256_load_ps(b + 8);
    MIXPROP_ROW(0, a)
    MIXPROP_ROW(1, a + a_pitch)
    MIXPROP_ROW(2, a + 2 * a_pitch)
    MIXPROP_ROW(3, lower)
    MIXPROP_ROW(4, lower + a_pitch)
    MIXPROP_ROW(5, lower + 2 * a_pitch)
  }
  MIXPROP_STORE(0)
  MIXPROP_STORE(1)
  MIXPROP_STORE(2)
  MIXPROP_STORE(3)
  MIXPROP_STORE(4)
  MIXPROP_STORE(5)
}

// Tiles [begin, end) of one thread; `scratch` holds the transformed inputs and outputs of a block.
void compute(const WinogradShape& s, const Tiling& t, const float* x, const float* filters, long begin, long end,
             float* scratch, float* y) {
  float* inputs = scratch;  // [16, block, CI]
  const size_t in_pitch = value_pitch(t, s.in_channels), out_pitch = value_pitch(t, s.out_channels);
  float* outputs = scratch + kValues * in_pitch;  // [16, block, CO]
  const size_t filter_pitch = static_cast<size_t>(s.in_channels) * s.out_channels;
  for (long first = begin; first < end; first += t.block) {
    const int tiles = static_cast<int>(std::min<long>(t.block, end - first));
    const int rows = (tiles + kRows - 1) / kRows * kRows;
    for (int i = 0; i < tiles; i++) {
      transform_input(s, t, first + i, x, in_pitch, inputs + static_cast<size_t>(i) * s.in_channels);
    }
    for (int v = 0; v < kValues; v++) {
      const float *a = inputs + v * in_pitch, *b = filters + v * filter_pitch;
      float* m = outputs + v * out_pitch;
      // Rows beyond the last tile are multiplied too and never looked at; they must be numbers.
      std::memset(inputs + v * in_pitch + static_cast<size_t>(tiles) * s.in_channels, 0,
                  sizeof(float) * static_cast<size_t>(rows - tiles) * s.in_channels);
      for (int co = 0; co < s.out_channels; co += kPanel) {
        for (int row = 0; row < rows; row += kRows) {
          multiply(a + static_cast<size_t>(row) * s.in_channels, s.in_channels,
                   b + static_cast<size_t>(co) * s.in_channels, s.in_channels,
                   m + static_cast<size_t>(row) * s.out_channels + co, s.out_channels);
        }
      }
    }
    for (int i = 0; i < tiles; i++) {
      transform_output(s, t, first + i, outputs + static_cast<size_t>(i) * s.out_channels, out_pitch, y);
    }
  }
}

}  // namespace

bool can_use_winograd() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

size_t winograd_workspace(const WinogradShape& shape) {
  return filter_floats(shape) + block_floats(shape, Tiling(shape)) * team_size();
}

void winograd_convolution(const WinogradShape& shape, const float* filter, bool turned,
                          const std::vector<WinogradPassage>& passages, float* workspace) {
  const Tiling tiling(shape);
  const int members = team_size();
  share([&](int member) {
    const int begin = shape.in_channels * member / members, end = shape.in_channels * (member + 1) / members;
    transform_filter(shape, filter, turned, begin, end, workspace);
  });
  float* scratch = workspace + filter_floats(shape);
  share([&](int member) {
    for (const WinogradPassage& passage : passages) {
      const long tiles = static_cast<long>(passage.batch) * tiling.down * tiling.across;
      compute(shape, tiling, passage.x, workspace, tiles * member / members, tiles * (member + 1) / members,
              scratch + member * block_floats(shape, tiling), passage.y);
    }
  });
}

}  // namespace mixprop
