// What our ops share in dealing with TensorFlow's C interface.
#pragma once

#include <initializer_list>
#include <vector>

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_tensor.h"

namespace mixprop {

// One call of an op: its tensors, released at the end, and the first thing that went wrong, reported at the end.
class OpCall {
 public:
  explicit OpCall(TF_OpKernelContext* context);
  ~OpCall();
  OpCall(const OpCall&) = delete;

  bool ok() const;
  // Makes the op fail with an invalid argument, unless `holds`.
  void require(bool holds, const char* message);
  // A float input, or null if something went wrong. `dims` dimensions are required.
  const float* input(int index, int dims);
  // The size of an input in a dimension; 0 if something went wrong.
  int size(int input, int dimension) const;
  float* output(int index, std::initializer_list<int64_t> dims);
  // Memory for this call, aligned as tensors are.
  float* temporary(size_t floats);

 private:
  TF_Tensor* keep(TF_Tensor* tensor);

  TF_OpKernelContext* const context_;
  TF_Status* const status_;
  std::vector<TF_Tensor*> tensors_;
};

// An integer or boolean attribute of an op under construction.
int int_attribute(TF_OpKernelConstruction* construction, const char* name);
bool bool_attribute(TF_OpKernelConstruction* construction, const char* name);

// An op with a kernel for the CPU. `inputs`, `outputs` and `attributes` are in TensorFlow's notation: "x: float",
// "stride: int". False where TensorFlow does not take it: then it is not used.
struct OpKernel {
  void* (*create)(TF_OpKernelConstruction*);
  void (*compute)(void*, TF_OpKernelContext*);
  void (*destroy)(void*);
};
bool register_op(const char* name, std::initializer_list<const char*> inputs, const char* output,
                 std::initializer_list<const char*> attributes, const OpKernel& kernel);

}  // namespace mixprop
