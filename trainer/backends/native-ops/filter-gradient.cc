// A product of matrices in disguise: for each tap of the filter, x (positions × input channels), transposed, times dy
// (positions × output channels). oneDNN's kernel for it reaches little more than half of what these processors can do.
//
// Register tiles of 6 input × 16 output channels: 12 accumulators, for 12 multiply-adds a position 2 loads of dy and 6
// broadcasts of x. Positions are worked off in blocks that fit the first-level cache. x is copied, with its padding, to
// panels of 6 channels, once for all taps: another tap only begins elsewhere in the panel. dy is copied to panels of 16.

#include "filter-gradient.h"

#include <immintrin.h>

#include <algorithm>
#include <cstring>

#include "thread-team.h"

#define MIXPROP_AVX2 __attribute__((target("avx2,fma")))

namespace mixprop {
namespace {

constexpr int kTileIn = 6;
constexpr int kTileOut = 16;
constexpr int kTile = kTileIn * kTileOut;
// Positions in a block: a panel of dy is 16 KiB.
constexpr int kBlock = 256;

// How positions are cut into blocks: `strips` strips of `rows` output rows each, of as many images or of one.
struct Blocking {
  explicit Blocking(const Convolution& c) {
    const int image = c.out_height * c.out_width;
    rows = image <= kBlock ? c.out_height : std::max(1, kBlock / c.out_width);
    strips = image <= kBlock ? std::max(1, kBlock / image) : 1;
    per_image = (c.out_height + rows - 1) / rows;
    padded_width = (c.out_width - 1) * c.stride + c.kernel;
    padded_rows = (rows - 1) * c.stride + c.kernel;
  }
  int rows, strips;
  int per_image;                   // strips
  int padded_width, padded_rows;   // of x under a strip
};

// A strip: an image, its first output row, and how many rows there are.
struct Strip {
  Strip(const Convolution& c, const Blocking& b, int index)
      : image(index / b.per_image),
        first_row(index % b.per_image * b.rows),
        rows(std::min(b.rows, c.out_height - first_row)) {}
  int image, first_row, rows;
};

// Channels [channel, channel + 6) of x under a strip, with zeros for padding and for channels beyond the last:
// [padded_rows, padded_width, 6].
void pack_x(const Convolution& c, const Blocking& b, const Strip& strip, const float* x, int channel, float* panel) {
  const int channels = std::min(kTileIn, c.in_channels - channel);
  const int rows = (strip.rows - 1) * c.stride + c.kernel;
  for (int r = 0; r < rows; r++) {
    const int row = strip.first_row * c.stride + r - c.padding;
    float* out = panel + static_cast<size_t>(r) * b.padded_width * kTileIn;
    if (row < 0 || row >= c.height) {
      std::memset(out, 0, sizeof(float) * b.padded_width * kTileIn);
      continue;
    }
    const float* in = x + (static_cast<size_t>(strip.image) * c.height + row) * c.width * c.in_channels + channel;
    for (int w = 0; w < b.padded_width; w++, out += kTileIn) {
      const int column = w - c.padding;
      if (column < 0 || column >= c.width) {
        std::memset(out, 0, sizeof(float) * kTileIn);
      } else if (channels == kTileIn) {
        std::memcpy(out, in + static_cast<size_t>(column) * c.in_channels, sizeof(float) * kTileIn);
      } else {
        std::memset(out, 0, sizeof(float) * kTileIn);
        std::memcpy(out, in + static_cast<size_t>(column) * c.in_channels, sizeof(float) * channels);
      }
    }
  }
}

// Channels [channel, channel + 16) of dy in a strip, zeros beyond the last: [rows, out_width, 16].
void pack_dy(const Convolution& c, const Strip& strip, const float* dy, int channel, float* panel) {
  const int channels = std::min(kTileOut, c.out_channels - channel);
  const size_t positions = static_cast<size_t>(strip.rows) * c.out_width;
  const float* in =
      dy + (static_cast<size_t>(strip.image) * c.out_height + strip.first_row) * c.out_width * c.out_channels + channel;
  if (channels == kTileOut) {
    for (size_t p = 0; p < positions; p++) {
      std::memcpy(panel + p * kTileOut, in + p * c.out_channels, sizeof(float) * kTileOut);
    }
    return;
  }
  std::memset(panel, 0, sizeof(float) * kTileOut * positions);
  for (size_t p = 0; p < positions; p++) {
    std::memcpy(panel + p * kTileOut, in + p * c.out_channels, sizeof(float) * channels);
  }
}

// Accumulator registers of input channel I += x[I] · dy[16].
#define MIXPROP_CHANNEL(I, X)                  \
  value = _mm256_broadcast_ss((X) + I);        \
  s##I##0 = _mm256_fmadd_ps(value, low, s##I##0); \
  s##I##1 = _mm256_fmadd_ps(value, high, s##I##1);

// One position: the register tile += x[6]ᵀ · dy[16].
#define MIXPROP_POSITION(X, DY)        \
  low = _mm256_load_ps(DY);            \
  high = _mm256_load_ps((DY) + 8);     \
  MIXPROP_CHANNEL(0, X)                \
  MIXPROP_CHANNEL(1, X)                \
  MIXPROP_CHANNEL(2, X)                \
  MIXPROP_CHANNEL(3, X)                \
  MIXPROP_CHANNEL(4, X)                \
  MIXPROP_CHANNEL(5, X)

// Positions that a tap sums over: `strips` × `rows` × `columns`, and how far apart they are in the panels, in floats.
struct Positions {
  int strips, rows, columns;
  size_t x_strip, x_row, dy_strip, dy_row;
};

// sums[6, 16] += Σ over positions of x[6]ᵀ · dy[16].
template <int kStride>
MIXPROP_AVX2 void accumulate(const float* x, const float* dy, const Positions& p, float* sums) {
  __m256 s00 = _mm256_load_ps(sums + 0), s01 = _mm256_load_ps(sums + 8);
  __m256 s10 = _mm256_load_ps(sums + 16), s11 = _mm256_load_ps(sums + 24);
  __m256 s20 = _mm256_load_ps(sums + 32), s21 = _mm256_load_ps(sums + 40);
  __m256 s30 = _mm256_load_ps(sums + 48), s31 = _mm256_load_ps(sums + 56);
  __m256 s40 = _mm256_load_ps(sums + 64), s41 = _mm256_load_ps(sums + 72);
  __m256 s50 = _mm256_load_ps(sums + 80), s51 = _mm256_load_ps(sums + 88);
  __m256 low, high, value;
  for (int strip = 0; strip < p.strips; strip++) {
    const float *x_row = x + strip * p.x_strip, *dy_row = dy + strip * p.dy_strip;
    for (int row = 0; row < p.rows; row++, x_row += p.x_row, dy_row += p.dy_row) {
      const float *a = x_row, *d = dy_row;
      for (int column = 0; column < p.columns; column++, a += kStride * kTileIn, d += kTileOut) {
        MIXPROP_POSITION(a, d)
      }
    }
  }
  _mm256_store_ps(sums + 0, s00), _mm256_store_ps(sums + 8, s01);
  _mm256_store_ps(sums + 16, s10), _mm256_store_ps(sums + 24, s11);
  _mm256_store_ps(sums + 32, s20), _mm256_store_ps(sums + 40, s21);
  _mm256_store_ps(sums + 48, s30), _mm256_store_ps(sums + 56, s31);
  _mm256_store_ps(sums + 64, s40), _mm256_store_ps(sums + 72, s41);
  _mm256_store_ps(sums + 80, s50), _mm256_store_ps(sums + 88, s51);
}

// Output positions [first, end) along one axis at which a tap sees x and not padding.
struct Range {
  Range(int tap, int size, int out_size, const Convolution& c)
      : first(std::max(0, (c.padding - tap + c.stride - 1) / c.stride)),
        end(std::min(out_size, (size - 1 + c.padding - tap) / c.stride + 1)) {}
  int first, end;
};

// A thread's share, pairs (tile of input channels, tap) from `begin` to `end` for all output channels, and its memory.
struct Share {
  Share(const Convolution& c, const Blocking& b, size_t passages, int member, int members)
      : taps(c.kernel * c.kernel), panels((c.out_channels + kTileOut - 1) / kTileOut) {
    const long outputs = static_cast<long>((c.in_channels + kTileIn - 1) / kTileIn) * taps;
    begin = static_cast<int>(outputs * member / members);
    end = static_cast<int>(outputs * (member + 1) / members);
    first_tile = begin / taps;
    tiles = begin < end ? (end - 1) / taps + 1 - first_tile : 0;
    // Rounded up to whole vectors.
    x_strip = (static_cast<size_t>(b.padded_rows) * b.padded_width * kTileIn + 7) / 8 * 8;
    dy_strip = static_cast<size_t>(b.rows) * c.out_width * kTileOut;
    passage_sums = static_cast<size_t>(end - begin) * kTile * panels;
    floats = x_strip * b.strips * tiles + dy_strip * b.strips + passage_sums * passages;
  }
  int taps, panels;
  int begin, end;
  int first_tile, tiles;
  size_t x_strip, dy_strip;  // floats of a strip in a panel
  size_t passage_sums;       // floats
  size_t floats;
};

void compute(const Convolution& c, const Blocking& b, const std::vector<Passage>& passages, const Share& share,
             float* workspace, float* dw) {
  const auto [taps, panels, begin, end, first_tile, tiles, x_strip, dy_strip, passage_sums, floats] = share;
  if (begin >= end) return;
  // A sum for each passage, added up at the end: as if each had its own gradient.
  float* sums = workspace;
  float* dy_panel = sums + passage_sums * passages.size();
  float* x_panels = dy_panel + dy_strip * b.strips;
  const size_t outputs = static_cast<size_t>(end - begin) * kTile, count = passages.size();
  std::memset(sums, 0, sizeof(float) * passage_sums * count);
  const auto add = c.stride == 1 ? &accumulate<1> : &accumulate<2>;
  const size_t x_row = static_cast<size_t>(c.stride) * b.padded_width * kTileIn, dy_row = c.out_width * kTileOut;
  for (size_t i = 0; i < count; i++) {
    const Passage& passage = passages[i];
    float* passage_sum = sums + i * passage_sums;
    const int total = passage.batch * b.per_image;
    for (int block = 0; block < total; block += b.strips) {
      const int strips = std::min(b.strips, total - block);
      for (int tile = 0; tile < tiles; tile++) {
        for (int s = 0; s < strips; s++) {
          float* panel = x_panels + (static_cast<size_t>(tile) * b.strips + s) * x_strip;
          pack_x(c, b, Strip(c, b, block + s), passage.x, (first_tile + tile) * kTileIn, panel);
        }
      }
      // Strips of one block begin at the same row: they are parts of one image, one at a time, or whole images.
      const Strip strip(c, b, block);
      for (int p = 0; p < panels; p++) {
        for (int s = 0; s < strips; s++) {
          pack_dy(c, Strip(c, b, block + s), passage.dy, p * kTileOut, dy_panel + s * dy_strip);
        }
        for (int output = begin; output < end; output++) {
          const int tile = output / taps - first_tile, down = output % taps / c.kernel, across = output % taps % c.kernel;
          const Range rows(down, c.height, c.out_height, c), columns(across, c.width, c.out_width, c);
          const int first_row = std::max(0, rows.first - strip.first_row);
          const int end_row = std::min(strip.rows, rows.end - strip.first_row);
          if (first_row >= end_row || columns.first >= columns.end) continue;
          const Positions positions = {strips, end_row - first_row, columns.end - columns.first,
                                       x_strip, x_row, dy_strip, dy_row};
          const float* x_first = x_panels + static_cast<size_t>(tile) * b.strips * x_strip + first_row * x_row +
                                 (static_cast<size_t>(down) * b.padded_width + columns.first * c.stride + across) * kTileIn;
          const float* dy_first = dy_panel + first_row * dy_row + columns.first * kTileOut;
          add(x_first, dy_first, positions, passage_sum + p * outputs + static_cast<size_t>(output - begin) * kTile);
        }
      }
    }
  }

  for (int p = 0; p < panels; p++) {
    const int columns = std::min(kTileOut, c.out_channels - p * kTileOut);
    for (int output = begin; output < end; output++) {
      const int channel = output / taps * kTileIn, tap = output % taps;
      float* sum = sums + p * outputs + static_cast<size_t>(output - begin) * kTile;
      for (size_t i = 1; i < count; i++) {
        const float* other = sum + i * passage_sums;
        for (int k = 0; k < kTile; k++) sum[k] += other[k];
      }
      for (int i = 0; i < std::min(kTileIn, c.in_channels - channel); i++) {
        float* row = dw + (static_cast<size_t>(tap) * c.in_channels + channel + i) * c.out_channels + p * kTileOut;
        std::memcpy(row, sum + i * kTileOut, sizeof(float) * columns);
      }
    }
  }
}

}  // namespace

bool can_compute_filter_gradient() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

size_t filter_gradient_workspace(const Convolution& shape, size_t passages) {
  const Blocking blocking(shape);
  const int members = team_size();
  size_t floats = 0;
  for (int member = 0; member < members; member++) floats += Share(shape, blocking, passages, member, members).floats;
  return floats;
}

void filter_gradient(const Convolution& shape, const std::vector<Passage>& passages, float* dw, float* workspace) {
  const Blocking blocking(shape);
  const int members = team_size();
  share([&](int member) {
    const auto share_of = [&](int other) { return Share(shape, blocking, passages.size(), other, members); };
    size_t offset = 0;
    for (int other = 0; other < member; other++) offset += share_of(other).floats;
    compute(shape, blocking, passages, share_of(member), workspace + offset, dw);
  });
}

}  // namespace mixprop
