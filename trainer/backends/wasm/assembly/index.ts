// The kernels' entry for the AssemblyScript compiler. They work on the memory of tfjs's WebAssembly module: arguments are
// byte offsets of float32 tensors, sizes are in elements. Each works on a range [begin, end) of independent outputs, so
// that threads can share the work and the result does not depend on their number.
export { batchNormBackward, batchNormForward } from './batch-norm';
export { spread } from './spread';
export { convolution } from './convolution';
export { convolutionFilterGradient } from './filter-gradient';
export { maxPoolGradient } from './max-pool-gradient';
export { reluGradient } from './relu-gradient';
export { turnFilter } from './turn-filter';
