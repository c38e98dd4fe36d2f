// The op MixpropWinograd(x, filter; turned) → y, which TensorFlow knows once the binding is loaded.

#include "op.h"
#include "winograd.h"

namespace {

struct Attributes {
  bool turned;
};

void* create(TF_OpKernelConstruction* construction) {
  return new Attributes{mixprop::bool_attribute(construction, "turned")};
}

void destroy(void* attributes) { delete static_cast<Attributes*>(attributes); }

void compute(void* kernel, TF_OpKernelContext* context) {
  const bool turned = static_cast<Attributes*>(kernel)->turned;
  mixprop::OpCall call(context);
  const float *x = call.input(0, 4), *filter = call.input(1, 4);
  const int inputs = turned ? 3 : 2, outputs = turned ? 2 : 3;
  const mixprop::WinogradShape shape = {call.size(0, 0), call.size(0, 1), call.size(0, 2), call.size(0, 3),
                                        call.size(1, outputs)};
  call.require(mixprop::can_use_winograd(), "this processor has no AVX2");
  call.require(call.size(1, 0) == 3 && call.size(1, 1) == 3, "the filter is not 3×3");
  call.require(call.size(1, inputs) == shape.in_channels, "the filter is for another number of channels");
  call.require(shape.in_channels % 8 == 0 && shape.out_channels % 16 == 0, "channels must come in eights and sixteens");
  float* y = call.output({shape.batch, shape.height, shape.width, shape.out_channels});
  if (!call.ok()) return;
  float* workspace = call.temporary(mixprop::winograd_workspace(shape));
  if (call.ok()) mixprop::winograd_convolution(shape, x, filter, turned, y, workspace);
}

[[maybe_unused]] const bool registered = mixprop::register_op(
    "MixpropWinograd", {"x: float", "filter: float"}, "y: float", {"turned: bool"}, {&create, &compute, &destroy});

}  // namespace
