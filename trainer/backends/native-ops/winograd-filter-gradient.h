// The filter gradient of 3×3 convolutions with 16 multiplications for every 2×2 outputs instead of 36 (Winograd's F(3×3, 2×2)),
// for processors with AVX2 and FMA.
#pragma once

#include <cstddef>
#include <vector>

#include "filter-gradient.h"

namespace mixprop {

// Whether a convolution is one of these: 3×3, stride 1, padding 1, input channels in eights, output channels in sixteens.
bool has_winograd_filter_gradient(const Convolution& shape);

// Floats of scratch memory that it needs.
size_t winograd_filter_gradient_workspace(const Convolution& shape);

// As `filter_gradient`. `workspace` must be aligned to 32 bytes.
void winograd_filter_gradient(const Convolution& shape, const std::vector<Passage>& passages, float* dw, float* workspace);

}  // namespace mixprop
