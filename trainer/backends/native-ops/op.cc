#include "op.h"

namespace mixprop {

OpCall::OpCall(TF_OpKernelContext* context) : context_(context), status_(TF_NewStatus()) {}

OpCall::~OpCall() {
  if (!ok()) TF_OpKernelContext_Failure(context_, status_);
  for (TF_Tensor* tensor : tensors_) TF_DeleteTensor(tensor);
  TF_DeleteStatus(status_);
}

bool OpCall::ok() const { return TF_GetCode(status_) == TF_OK; }

void OpCall::require(bool holds, const char* message) {
  if (ok() && !holds) TF_SetStatus(status_, TF_INVALID_ARGUMENT, message);
}

TF_Tensor* OpCall::keep(TF_Tensor* tensor) {
  tensors_.push_back(tensor);
  return tensor;
}

// Inputs are asked for in order and before anything else: input i is tensor i.
const float* OpCall::input(int index, int dims) {
  if (!ok()) return nullptr;
  TF_Tensor* tensor = nullptr;
  TF_GetInput(context_, index, &tensor, status_);
  if (!ok()) return nullptr;
  keep(tensor);
  require(TF_NumDims(tensor) == dims, "an input has the wrong number of dimensions");
  return static_cast<const float*>(TF_TensorData(tensor));
}

int OpCall::size(int input, int dimension) const {
  return ok() ? static_cast<int>(TF_Dim(tensors_[input], dimension)) : 0;
}

float* OpCall::output(int index, std::initializer_list<int64_t> dims) {
  if (!ok()) return nullptr;
  size_t bytes = sizeof(float);
  for (const int64_t size : dims) bytes *= size;
  TF_Tensor* tensor = TF_AllocateOutput(context_, index, TF_FLOAT, dims.begin(), static_cast<int>(dims.size()), bytes, status_);
  return ok() ? static_cast<float*>(TF_TensorData(keep(tensor))) : nullptr;
}

float* OpCall::temporary(size_t floats) {
  if (!ok()) return nullptr;
  const int64_t dims[] = {static_cast<int64_t>(floats)};
  TF_AllocatorAttributes attributes = {TF_ALLOCATOR_ATTRIBUTES_STRUCT_SIZE, 0};
  TF_Tensor* tensor = TF_AllocateTemp(context_, TF_FLOAT, dims, 1, &attributes, status_);
  return ok() ? static_cast<float*>(TF_TensorData(keep(tensor))) : nullptr;
}

namespace {

template <typename Value>
Value attribute(TF_OpKernelConstruction* construction, const char* name,
                void (*get)(TF_OpKernelConstruction*, const char*, Value*, TF_Status*)) {
  TF_Status* status = TF_NewStatus();
  Value value = 0;
  get(construction, name, &value, status);
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return value;
}

// TensorFlow's graph optimiser asks for shapes; that those of our ops are not known costs nothing.
void infer_shape(TF_ShapeInferenceContext* context, TF_Status* status) {
  TF_ShapeInferenceContextSetUnknownShape(context, status);
}

}  // namespace

int int_attribute(TF_OpKernelConstruction* construction, const char* name) {
  return attribute<int32_t>(construction, name, &TF_OpKernelConstruction_GetAttrInt32);
}

bool bool_attribute(TF_OpKernelConstruction* construction, const char* name) {
  return attribute<TF_Bool>(construction, name, &TF_OpKernelConstruction_GetAttrBool) != 0;
}

bool register_op(const char* name, std::initializer_list<const char*> inputs, const char* output,
                 std::initializer_list<const char*> attributes, const OpKernel& kernel) {
  TF_Status* status = TF_NewStatus();
  TF_OpDefinitionBuilder* op = TF_NewOpDefinitionBuilder(name);
  for (const char* input : inputs) TF_OpDefinitionBuilderAddInput(op, input);
  TF_OpDefinitionBuilderAddOutput(op, output);
  for (const char* attribute : attributes) TF_OpDefinitionBuilderAddAttr(op, attribute);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(op, &infer_shape);
  TF_RegisterOpDefinition(op, status);
  if (TF_GetCode(status) == TF_OK) {
    TF_KernelBuilder* builder = TF_NewKernelBuilder(name, "CPU", kernel.create, kernel.compute, kernel.destroy);
    TF_RegisterKernelBuilder(name, builder, status);
  }
  const bool registered = TF_GetCode(status) == TF_OK;
  TF_DeleteStatus(status);
  return registered;
}

}  // namespace mixprop
