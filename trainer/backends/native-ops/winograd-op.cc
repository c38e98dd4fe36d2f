// The op MixpropWinograd(x…, filter; turned) → y…, which TensorFlow knows once the binding is loaded: one or several batches
// through the same filter.

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
  const int count = TF_NumInputs(context) - 1, filter_input = count;
  std::vector<mixprop::WinogradPassage> passages(count);
  for (int i = 0; i < count; i++) {
    passages[i].x = call.input(i, 4);
    passages[i].batch = call.size(i, 0);
  }
  const float* filter = call.input(filter_input, 4);
  const int inputs = turned ? 3 : 2, outputs = turned ? 2 : 3;
  const mixprop::WinogradShape shape = {call.size(0, 1), call.size(0, 2), call.size(0, 3), call.size(filter_input, outputs)};
  call.require(mixprop::can_use_winograd(), "this processor has no AVX2");
  call.require(call.size(filter_input, 0) == 3 && call.size(filter_input, 1) == 3, "the filter is not 3×3");
  call.require(call.size(filter_input, inputs) == shape.in_channels, "the filter is for another number of channels");
  call.require(shape.in_channels % 8 == 0 && shape.out_channels % 16 == 0, "channels must come in eights and sixteens");
  for (int i = 1; i < count; i++) {
    for (int axis = 1; axis <= 3; axis++) {
      call.require(call.size(i, axis) == call.size(0, axis), "batches differ in size or channels");
    }
  }
  for (int i = 0; i < count; i++) {
    passages[i].y = call.output(i, {passages[i].batch, shape.height, shape.width, shape.out_channels});
  }
  if (!call.ok()) return;
  float* workspace = call.temporary(mixprop::winograd_workspace(shape));
  if (call.ok()) mixprop::winograd_convolution(shape, filter, turned, passages, workspace);
}

[[maybe_unused]] const bool registered = mixprop::register_op(
    "MixpropWinograd", {"x: N * float", "filter: float"}, "y: N * float", {"N: int >= 1", "turned: bool"}, {&create, &compute, &destroy});

}  // namespace
