// The op MixpropFilterGradient(x, dy; kernel, stride, padding) → dw, which TensorFlow knows once the binding is loaded.

#include <initializer_list>

#include "filter-gradient.h"
#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_tensor.h"

namespace {

constexpr char kOpName[] = "MixpropFilterGradient";

struct Attributes {
  int kernel, stride, padding;
};

void* create(TF_OpKernelConstruction* context) {
  auto* attributes = new Attributes;
  TF_Status* status = TF_NewStatus();
  const struct {
    const char* name;
    int* value;
  } fields[] = {{"kernel", &attributes->kernel}, {"stride", &attributes->stride}, {"padding", &attributes->padding}};
  for (const auto& field : fields) {
    int32_t value = 0;
    TF_OpKernelConstruction_GetAttrInt32(context, field.name, &value, status);
    if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(context, status);
    *field.value = value;
  }
  TF_DeleteStatus(status);
  return attributes;
}

void destroy(void* attributes) { delete static_cast<Attributes*>(attributes); }

int size(const TF_Tensor* tensor, int dimension) { return static_cast<int>(TF_Dim(tensor, dimension)); }

// What does not fit together, or null.
const char* mismatch(const TF_Tensor* x, const TF_Tensor* dy, const Attributes& a) {
  if (!mixprop::can_compute_filter_gradient()) return "this processor has no AVX2";
  if (TF_NumDims(x) != 4 || TF_NumDims(dy) != 4) return "x and dy must have four dimensions";
  if (a.kernel < 1 || a.stride < 1 || a.padding < 0) return "kernel and stride must be positive, padding not negative";
  if (TF_Dim(x, 0) != TF_Dim(dy, 0)) return "x and dy are of different batches";
  for (int axis = 1; axis <= 2; axis++) {
    const long padded = TF_Dim(x, axis) + 2l * a.padding - a.kernel;
    if (padded < 0 || padded / a.stride + 1 != TF_Dim(dy, axis)) return "dy does not have the size of the convolution";
  }
  return nullptr;
}

void compute(void* kernel, TF_OpKernelContext* context) {
  const Attributes& a = *static_cast<Attributes*>(kernel);
  TF_Status* status = TF_NewStatus();
  TF_Tensor *x = nullptr, *dy = nullptr, *dw = nullptr;
  TF_GetInput(context, 0, &x, status);
  if (TF_GetCode(status) == TF_OK) TF_GetInput(context, 1, &dy, status);
  if (TF_GetCode(status) == TF_OK) {
    if (const char* problem = mismatch(x, dy, a)) TF_SetStatus(status, TF_INVALID_ARGUMENT, problem);
  }
  if (TF_GetCode(status) == TF_OK) {
    const int64_t dims[] = {a.kernel, a.kernel, TF_Dim(x, 3), TF_Dim(dy, 3)};
    const size_t bytes = sizeof(float) * dims[0] * dims[1] * dims[2] * dims[3];
    dw = TF_AllocateOutput(context, 0, TF_FLOAT, dims, 4, bytes, status);
  }
  if (TF_GetCode(status) == TF_OK) {
    const mixprop::Convolution shape = {size(x, 0),  size(x, 1), size(x, 2), size(x, 3), size(dy, 1),
                                        size(dy, 2), size(dy, 3), a.kernel,   a.stride,   a.padding};
    mixprop::filter_gradient(shape, static_cast<const float*>(TF_TensorData(x)),
                             static_cast<const float*>(TF_TensorData(dy)), static_cast<float*>(TF_TensorData(dw)));
  } else {
    TF_OpKernelContext_Failure(context, status);
  }
  for (TF_Tensor* tensor : {x, dy, dw}) {
    if (tensor != nullptr) TF_DeleteTensor(tensor);
  }
  TF_DeleteStatus(status);
}

// TensorFlow's graph optimiser asks for shapes; that this one is not known costs it nothing here.
void infer_shape(TF_ShapeInferenceContext* context, TF_Status* status) {
  TF_ShapeInferenceContextSetUnknownShape(context, status);
}

bool register_op() {
  TF_Status* status = TF_NewStatus();
  TF_OpDefinitionBuilder* op = TF_NewOpDefinitionBuilder(kOpName);
  TF_OpDefinitionBuilderAddInput(op, "x: float");
  TF_OpDefinitionBuilderAddInput(op, "dy: float");
  TF_OpDefinitionBuilderAddOutput(op, "dw: float");
  for (const char* attribute : {"kernel: int", "stride: int", "padding: int"}) {
    TF_OpDefinitionBuilderAddAttr(op, attribute);
  }
  TF_OpDefinitionBuilderSetShapeInferenceFunction(op, &infer_shape);
  TF_RegisterOpDefinition(op, status);
  if (TF_GetCode(status) == TF_OK) {
    TF_KernelBuilder* kernel = TF_NewKernelBuilder(kOpName, "CPU", &create, &compute, &destroy);
    TF_RegisterKernelBuilder(kOpName, kernel, status);
  }
  // Without the op, training goes on with TensorFlow's own: there is nothing to report to.
  const bool registered = TF_GetCode(status) == TF_OK;
  TF_DeleteStatus(status);
  return registered;
}

[[maybe_unused]] const bool registered = register_op();

}  // namespace
