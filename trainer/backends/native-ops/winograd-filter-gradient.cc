// Tiles of 4×4 inputs and of 2×2 gradients of outputs are transformed (16 values each), multiplied value by value and summed
// over all tiles, which makes 16 products of matrices (input channels × tiles) · (tiles × output channels); at the end these
// sums are transformed to the 3×3 gradient. In one dimension, with inputs d and output gradients e:
//
//   m = (d0 − d2)·e0, (d1 + d2)·(e0 + e1)/2, (d2 − d1)·(e0 − e1)/2, (d1 − d3)·e1
//   gradient = m0 + m1 + m2, m1 − m2, m1 + m2 − m3
//
// Threads share channels. Register tiles of the products are 4 input × 16 output channels.

#include "winograd-filter-gradient.h"

#include <immintrin.h>

#include <algorithm>
#include <cstring>

#include "thread-team.h"

#define MIXPROP_AVX2 __attribute__((target("avx2,fma")))

namespace mixprop {
namespace {

constexpr int kValues = 16;  // of a transformed tile
constexpr int kPanelIn = 4;
constexpr int kPanelOut = 16;

// How tiles are cut into blocks, and a thread's share of the work.
struct Plan {
  Plan(const Convolution& c, int member, int members)
      : down((c.height + 1) / 2), across((c.width + 1) / 2), block(std::min(256, std::max(64, c.in_channels))) {
    // A grid: first input channels are shared, which spares the most work, then output channels.
    const int ins = c.in_channels / 8, outs = c.out_channels / kPanelOut;
    const int columns = std::min(ins, members), rows = std::min(outs, members / columns);
    const int column = member % columns, row = member / columns;
    const bool works = row < rows;
    begin = works ? ins * column / columns * 8 : 0;
    end = works ? ins * (column + 1) / columns * 8 : 0;
    out_begin = works ? outs * row / rows * kPanelOut : 0;
    out_end = works ? outs * (row + 1) / rows * kPanelOut : 0;
  }
  int down, across;        // tiles of an image
  int block;               // tiles
  int begin, end;          // input channels
  int out_begin, out_end;  // output channels
};

// From one value of a tile to the next. A cache line more than needed: a power of two would put all 16 into one set of the cache.
size_t input_pitch(const Plan& p) { return static_cast<size_t>(p.block) * (p.end - p.begin) + 16; }
size_t gradient_pitch(const Plan& p) { return static_cast<size_t>(p.block) * (p.out_end - p.out_begin) + 16; }
size_t sums_floats(const Plan& p) { return static_cast<size_t>(kValues) * (p.end - p.begin) * (p.out_end - p.out_begin); }
size_t member_floats(const Plan& p) { return kValues * (input_pitch(p) + gradient_pitch(p)) + sums_floats(p); }

// Bᵀ·d·B of one tile for the thread's input channels, as tile `slot` of a block: [16, channels / 4, block, 4].
MIXPROP_AVX2 void transform_input(const Convolution& c, const Plan& p, const float* image, int tile_row, int tile_column,
                                  int slot, float* inputs) {
  const float* pixels[4][4];
  for (int i = 0; i < 4; i++) {
    for (int j = 0; j < 4; j++) {
      const int h = 2 * tile_row - 1 + i, w = 2 * tile_column - 1 + j;
      const bool inside = h >= 0 && h < c.height && w >= 0 && w < c.width;
      pixels[i][j] = inside ? image + (static_cast<size_t>(h) * c.width + w) * c.in_channels : nullptr;
    }
  }
  const size_t value_pitch = input_pitch(p);
  const size_t panel_pitch = static_cast<size_t>(p.block) * kPanelIn;
  for (int channel = p.begin; channel < p.end; channel += 8) {
    __m256 d[4][4];
#pragma GCC unroll 4
    for (int j = 0; j < 4; j++) {
      __m256 v[4];
#pragma GCC unroll 4
      for (int i = 0; i < 4; i++) v[i] = pixels[i][j] ? _mm256_loadu_ps(pixels[i][j] + channel) : _mm256_setzero_ps();
      d[0][j] = _mm256_sub_ps(v[0], v[2]);
      d[1][j] = _mm256_add_ps(v[1], v[2]);
      d[2][j] = _mm256_sub_ps(v[2], v[1]);
      d[3][j] = _mm256_sub_ps(v[1], v[3]);
    }
    float* out = inputs + (channel - p.begin) / kPanelIn * panel_pitch + static_cast<size_t>(slot) * kPanelIn;
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
      const __m256 values[4] = {_mm256_sub_ps(d[i][0], d[i][2]), _mm256_add_ps(d[i][1], d[i][2]),
                                _mm256_sub_ps(d[i][2], d[i][1]), _mm256_sub_ps(d[i][1], d[i][3])};
#pragma GCC unroll 4
      for (int j = 0; j < 4; j++) {
        float* to = out + (4 * i + j) * value_pitch;
        _mm_store_ps(to, _mm256_castps256_ps128(values[j]));
        _mm_store_ps(to + panel_pitch, _mm256_extractf128_ps(values[j], 1));
      }
    }
  }
}

// G·e·Gᵀ of one tile for the thread's output channels, as tile `slot` of a block: [16, channels / 16, block, 16].
MIXPROP_AVX2 void transform_gradient(const Convolution& c, const Plan& p, const float* image, int tile_row, int tile_column,
                                     int slot, float* gradients) {
  const int h = 2 * tile_row, w = 2 * tile_column;
  const float* e00 = image + (static_cast<size_t>(h) * c.width + w) * c.out_channels;
  const float* e01 = w + 1 < c.width ? e00 + c.out_channels : nullptr;
  const float* e10 = h + 1 < c.height ? e00 + static_cast<size_t>(c.width) * c.out_channels : nullptr;
  const float* e11 = e01 && e10 ? e10 + c.out_channels : nullptr;
  const size_t value_pitch = gradient_pitch(p);
  const size_t panel_pitch = static_cast<size_t>(p.block) * kPanelOut;
  const __m256 half = _mm256_set1_ps(0.5f), zero = _mm256_setzero_ps();
  for (int channel = p.out_begin; channel < p.out_end; channel += 8) {
    const __m256 v00 = _mm256_loadu_ps(e00 + channel), v01 = e01 ? _mm256_loadu_ps(e01 + channel) : zero;
    const __m256 v10 = e10 ? _mm256_loadu_ps(e10 + channel) : zero, v11 = e11 ? _mm256_loadu_ps(e11 + channel) : zero;
    const __m256 left[4] = {v00, _mm256_mul_ps(half, _mm256_add_ps(v00, v10)), _mm256_mul_ps(half, _mm256_sub_ps(v00, v10)), v10};
    const __m256 right[4] = {v01, _mm256_mul_ps(half, _mm256_add_ps(v01, v11)), _mm256_mul_ps(half, _mm256_sub_ps(v01, v11)), v11};
    float* out = gradients + (channel - p.out_begin) / kPanelOut * panel_pitch + static_cast<size_t>(slot) * kPanelOut +
                 channel % kPanelOut;
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
      float* to = out + 4 * i * value_pitch;
      _mm256_store_ps(to, left[i]);
      _mm256_store_ps(to + value_pitch, _mm256_mul_ps(half, _mm256_add_ps(left[i], right[i])));
      _mm256_store_ps(to + 2 * value_pitch, _mm256_mul_ps(half, _mm256_sub_ps(left[i], right[i])));
      _mm256_store_ps(to + 3 * value_pitch, right[i]);
    }
  }
}

// Accumulator registers of input channel I += a[k, I] · b[k, 16].
#define MIXPROP_CHANNEL(I)                        \
  value = _mm256_broadcast_ss(a + I);             \
  s##I##0 = _mm256_fmadd_ps(value, low, s##I##0); \
  s##I##1 = _mm256_fmadd_ps(value, high, s##I##1);
#define MIXPROP_LOAD(I) \
  __m256 s##I##0 = _mm256_load_ps(sums + I * kPanelOut), s##I##1 = _mm256_load_ps(sums + I * kPanelOut + 8);
#define MIXPROP_STORE(I) \
  _mm256_store_ps(sums + I * kPanelOut, s##I##0), _mm256_store_ps(sums + I * kPanelOut + 8, s##I##1);

// sums[4, 16] += a[depth, 4]ᵀ · b[depth, 16]
MIXPROP_AVX2 void accumulate(const float* a, const float* b, int depth, float* sums) {
  MIXPROP_LOAD(0)
  MIXPROP_LOAD(1)
  MIXPROP_LOAD(2)
  MIXPROP_LOAD(3)
  __m256 low, high, value;
  for (int k = 0; k < depth; k++, a += kPanelIn, b += kPanelOut) {
    low = _mm256_load_ps(b);
    high = _mm256_load_ps(b + 8);
    MIXPROP_CHANNEL(0)
    MIXPROP_CHANNEL(1)
    MIXPROP_CHANNEL(2)
    MIXPROP_CHANNEL(3)
  }
  MIXPROP_STORE(0)
  MIXPROP_STORE(1)
  MIXPROP_STORE(2)
  MIXPROP_STORE(3)
}

// The thread's sums [16, channels / 4, output channels / 16, 4, 16] to dw [3, 3, CI, CO], or added to it.
MIXPROP_AVX2 void transform_sums(const Convolution& c, const Plan& p, const float* sums, bool adds, float* dw) {
  const int channels = p.end - p.begin, out_channels = p.out_end - p.out_begin, panels = out_channels / kPanelOut;
  const size_t value_pitch = static_cast<size_t>(channels) * out_channels;
  const size_t tap_pitch = static_cast<size_t>(c.in_channels) * c.out_channels;
  for (int channel = 0; channel < channels; channel++) {
    for (int co = 0; co < out_channels; co += 8) {
      const size_t tile = static_cast<size_t>(channel / kPanelIn) * panels + co / kPanelOut;
      const float* m = sums + tile * kPanelIn * kPanelOut + channel % kPanelIn * kPanelOut + co % kPanelOut;
      __m256 rows[3][4];
#pragma GCC unroll 4
      for (int j = 0; j < 4; j++) {
        const __m256 v0 = _mm256_load_ps(m + j * value_pitch), v1 = _mm256_load_ps(m + (4 + j) * value_pitch);
        const __m256 v2 = _mm256_load_ps(m + (8 + j) * value_pitch), v3 = _mm256_load_ps(m + (12 + j) * value_pitch);
        const __m256 sum = _mm256_add_ps(v1, v2);
        rows[0][j] = _mm256_add_ps(v0, sum);
        rows[1][j] = _mm256_sub_ps(v1, v2);
        rows[2][j] = _mm256_sub_ps(sum, v3);
      }
      float* out = dw + static_cast<size_t>(p.begin + channel) * c.out_channels + p.out_begin + co;
#pragma GCC unroll 3
      for (int i = 0; i < 3; i++) {
        const __m256 sum = _mm256_add_ps(rows[i][1], rows[i][2]);
        __m256 taps[3] = {_mm256_add_ps(rows[i][0], sum), _mm256_sub_ps(rows[i][1], rows[i][2]),
                          _mm256_sub_ps(sum, rows[i][3])};
#pragma GCC unroll 3
        for (int j = 0; j < 3; j++) {
          float* to = out + (3 * i + j) * tap_pitch;
          if (adds) taps[j] = _mm256_add_ps(_mm256_loadu_ps(to), taps[j]);
          _mm256_storeu_ps(to, taps[j]);
        }
      }
    }
  }
}

// The share of one thread.
void compute(const Convolution& c, const Plan& p, const std::vector<Passage>& passages, float* workspace, float* dw) {
  const int channels = p.end - p.begin, out_channels = p.out_end - p.out_begin;
  if (channels == 0 || out_channels == 0) return;
  float* sums = workspace;
  float* inputs = sums + sums_floats(p);
  float* gradients = inputs + kValues * input_pitch(p);
  const size_t sum_pitch = static_cast<size_t>(channels) * out_channels;
  const int panels_in = channels / kPanelIn, panels_out = out_channels / kPanelOut;
  for (size_t i = 0; i < passages.size(); i++) {
    const Passage& passage = passages[i];
    std::memset(sums, 0, sizeof(float) * sums_floats(p));
    const int per_image = p.down * p.across;
    const long total = static_cast<long>(passage.batch) * per_image;
    for (long first = 0; first < total; first += p.block) {
      const int tiles = static_cast<int>(std::min<long>(p.block, total - first));
      for (int slot = 0; slot < tiles; slot++) {
        const long image = (first + slot) / per_image;
        const int tile = static_cast<int>((first + slot) % per_image), row = tile / p.across, column = tile % p.across;
        transform_input(c, p, passage.x + image * c.height * c.width * c.in_channels, row, column, slot, inputs);
        transform_gradient(c, p, passage.dy + image * c.height * c.width * c.out_channels, row, column, slot, gradients);
      }
      for (int value = 0; value < kValues; value++) {
        for (int out = 0; out < panels_out; out++) {
          const float* b = gradients + value * gradient_pitch(p) + static_cast<size_t>(out) * p.block * kPanelOut;
          for (int in = 0; in < panels_in; in++) {
            const float* a = inputs + value * input_pitch(p) + static_cast<size_t>(in) * p.block * kPanelIn;
            const size_t tile = static_cast<size_t>(in) * panels_out + out;
            accumulate(a, b, tiles, sums + value * sum_pitch + tile * kPanelIn * kPanelOut);
          }
        }
      }
    }
    transform_sums(c, p, sums, i > 0, dw);
  }
}

}  // namespace

bool has_winograd_filter_gradient(const Convolution& c) {
  return c.kernel == 3 && c.stride == 1 && c.padding == 1 && c.in_channels % 8 == 0 && c.out_channels % 16 == 0;
}

size_t winograd_filter_gradient_workspace(const Convolution& shape) {
  const int members = team_size();
  size_t floats = 0;
  for (int member = 0; member < members; member++) floats += member_floats(Plan(shape, member, members));
  return floats;
}

void winograd_filter_gradient(const Convolution& shape, const std::vector<Passage>& passages, float* dw, float* workspace) {
  const int members = team_size();
  share([&](int member) {
    size_t offset = 0;
    for (int other = 0; other < member; other++) offset += member_floats(Plan(shape, other, members));
    compute(shape, Plan(shape, member, members), passages, workspace + offset, dw);
  });
}

}  // namespace mixprop
