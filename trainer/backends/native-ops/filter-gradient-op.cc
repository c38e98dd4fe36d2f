// The op MixpropFilterGradient(x, dy; kernel, stride, padding) → dw, which TensorFlow knows once the binding is loaded.

#include "filter-gradient.h"
#include "op.h"

namespace {

struct Attributes {
  int kernel, stride, padding;
};

void* create(TF_OpKernelConstruction* construction) {
  const auto attribute = [&](const char* name) { return mixprop::int_attribute(construction, name); };
  return new Attributes{attribute("kernel"), attribute("stride"), attribute("padding")};
}

void destroy(void* attributes) { delete static_cast<Attributes*>(attributes); }

void compute(void* kernel, TF_OpKernelContext* context) {
  const Attributes& a = *static_cast<Attributes*>(kernel);
  mixprop::OpCall call(context);
  const float *x = call.input(0, 4), *dy = call.input(1, 4);
  call.require(mixprop::can_compute_filter_gradient(), "this processor has no AVX2");
  call.require(a.kernel > 0 && a.padding >= 0, "the kernel must be positive, the padding not negative");
  call.require(a.stride == 1 || a.stride == 2, "the stride must be 1 or 2");
  call.require(call.size(0, 0) == call.size(1, 0), "x and dy are of different batches");
  for (int axis = 1; axis <= 2; axis++) {
    const int padded = call.size(0, axis) + 2 * a.padding - a.kernel;
    call.require(padded >= 0 && padded / a.stride + 1 == call.size(1, axis), "dy does not have the size of the convolution");
  }
  const mixprop::Convolution shape = {call.size(0, 0), call.size(0, 1), call.size(0, 2), call.size(0, 3), call.size(1, 1),
                                      call.size(1, 2), call.size(1, 3), a.kernel,        a.stride,        a.padding};
  float* dw = call.output({a.kernel, a.kernel, shape.in_channels, shape.out_channels});
  if (call.ok()) mixprop::filter_gradient(shape, x, dy, dw);
}

[[maybe_unused]] const bool registered =
    mixprop::register_op("MixpropFilterGradient", {"x: float", "dy: float"}, "dw: float",
                         {"kernel: int", "stride: int", "padding: int"}, {&create, &compute, &destroy});

}  // namespace
