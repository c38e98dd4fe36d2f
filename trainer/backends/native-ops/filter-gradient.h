// The gradient of a convolution by its filter, for processors with AVX2 and FMA.
#pragma once

namespace mixprop {

// A square convolution with stride 1 or 2, without dilation, channels last.
struct Convolution {
  int batch;
  int height, width, in_channels;           // x
  int out_height, out_width, out_channels;  // dy
  int kernel, stride, padding;
};

// Whether this processor has what filter_gradient needs.
bool can_compute_filter_gradient();

// dw[kh, kw, ci, co] = Σ_{n, oh, ow} x[n, oh·stride + kh − padding, ow·stride + kw − padding, ci] · dy[n, oh, ow, co]
//
// x [N, H, W, CI], dy [N, OH, OW, CO], dw [K, K, CI, CO], float32. The result does not depend on the number of threads: they
// share outputs, never a sum.
void filter_gradient(const Convolution& shape, const float* x, const float* dy, float* dw);

}  // namespace mixprop
