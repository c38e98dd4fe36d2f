// The gradient of a convolution by its filter, for processors with AVX2 and FMA.
#pragma once

#include <cstddef>
#include <vector>

namespace mixprop {

// A square convolution with stride 1 or 2, without dilation, channels last.
struct Convolution {
  int height, width, in_channels;           // x
  int out_height, out_width, out_channels;  // dy
  int kernel, stride, padding;
};

// Whether this processor has what filter_gradient needs.
bool can_compute_filter_gradient();

// A batch that went through the convolution: x [N, H, W, CI] and the gradient of its output, dy [N, OH, OW, CO].
struct Passage {
  int batch;
  const float *x, *dy;
};

// dw[kh, kw, ci, co] = Σ_{n, oh, ow} x[n, oh·stride + kh − padding, ow·stride + kw − padding, ci] · dy[n, oh, ow, co]
//
// float32, of each passage, and these added up in order; dw [K, K, CI, CO]. The result does not depend on the number of
// threads: they share outputs, never a sum.
// `workspace`, of `filter_gradient_workspace` floats, must be aligned to 32 bytes.
size_t filter_gradient_workspace(const Convolution& shape, size_t passages);
void filter_gradient(const Convolution& shape, const std::vector<Passage>& passages, float* dw, float* workspace);

}  // namespace mixprop
