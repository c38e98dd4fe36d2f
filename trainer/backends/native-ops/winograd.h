// 3×3 convolutions with 4 multiplications an output instead of 9 (Winograd; Lavin and Gray 2016, Fast Algorithms for
// Convolutional Neural Networks, F(2×2, 3×3)), for processors with AVX2 and FMA.
#pragma once

#include <cstddef>
#include <vector>

namespace mixprop {

// A convolution with a 3×3 filter, stride 1 and padding 1, channels last. in_channels must be a multiple of 8,
// out_channels of 16.
struct WinogradShape {
  int height, width, in_channels, out_channels;
};

// A batch that goes through it: x [N, H, W, CI], y [N, H, W, CO].
struct WinogradPassage {
  int batch;
  const float* x;
  float* y;
};

bool can_use_winograd();

// Floats of scratch memory that `winograd_convolution` needs.
size_t winograd_workspace(const WinogradShape& shape);

// y[n, h, w, co] = Σ_{kh, kw, ci} x[n, h + kh − 1, w + kw − 1, ci] · filter[kh, kw, ci, co], for each passage
//
// The filter is [3, 3, CI, CO] or, if `turned`, [3, 3, CO, CI] and taken turned by 180° with its channels swapped: then x is the
// gradient of a convolution's output, and y that of its input. It is transformed once for all passages. `workspace` must be
// aligned to 32 bytes. The result does not depend on the number of threads.
void winograd_convolution(const WinogradShape& shape, const float* filter, bool turned,
                          const std::vector<WinogradPassage>& passages, float* workspace);

}  // namespace mixprop
