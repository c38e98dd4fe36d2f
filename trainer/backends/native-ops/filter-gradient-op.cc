// The op MixpropFilterGradient(x…, dy…; kernel, stride, padding) → dw, which TensorFlow knows once the binding is loaded: one
// or several batches that went through the same filter.

#include "filter-gradient.h"
#include "op.h"
#include "winograd-filter-gradient.h"

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
  const int count = TF_NumInputs(context) / 2;
  std::vector<mixprop::Passage> passages(count);
  for (int i = 0; i < count; i++) passages[i].x = call.input(i, 4);
  for (int i = 0; i < count; i++) passages[i].dy = call.input(count + i, 4);
  call.require(mixprop::can_compute_filter_gradient(), "this processor has no AVX2");
  call.require(a.kernel > 0 && a.padding >= 0, "the kernel must be positive, the padding not negative");
  call.require(a.stride == 1 || a.stride == 2, "the stride must be 1 or 2");
  const mixprop::Convolution shape = {call.size(0, 1),     call.size(0, 2),     call.size(0, 3),
                                      call.size(count, 1), call.size(count, 2), call.size(count, 3),
                                      a.kernel,            a.stride,            a.padding};
  for (int i = 0; i < count; i++) {
    const int x = i, dy = count + i;
    passages[i].batch = call.size(x, 0);
    call.require(call.size(dy, 0) == call.size(x, 0), "x and dy are of different batches");
    for (int axis = 1; axis <= 3; axis++) {
      call.require(call.size(x, axis) == call.size(0, axis) && call.size(dy, axis) == call.size(count, axis),
                   "batches differ in size or channels");
    }
  }
  for (int axis = 1; axis <= 2; axis++) {
    const int padded = call.size(0, axis) + 2 * a.padding - a.kernel;
    call.require(padded >= 0 && padded / a.stride + 1 == call.size(count, axis), "dy does not have the size of the convolution");
  }
  float* dw = call.output(0, {a.kernel, a.kernel, shape.in_channels, shape.out_channels});
  if (!call.ok()) return;
  const bool winograd = mixprop::has_winograd_filter_gradient(shape);
  float* workspace = call.temporary(winograd ? mixprop::winograd_filter_gradient_workspace(shape)
                                             : mixprop::filter_gradient_workspace(shape, passages.size()));
  if (!call.ok()) return;
  (winograd ? mixprop::winograd_filter_gradient : mixprop::filter_gradient)(shape, passages, dw, workspace);
}

[[maybe_unused]] const bool registered =
    mixprop::register_op("MixpropFilterGradient", {"x: N * float", "dy: N * float"}, "dw: float",
                         {"N: int >= 1", "kernel: int", "stride: int", "padding: int"}, {&create, &compute, &destroy});

}  // namespace
