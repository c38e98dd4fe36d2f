import {
  type backend_util,
  type DataId,
  DataStorage,
  type DataType,
  engine,
  KernelBackend,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { TFEOpAttr, TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import { CaptureError } from './capture-error';
import { boolAttribute, dataTypeNumbers, dataTypeOf, typeAttribute } from './op-attributes';

/**
 * A tensor of the backend: values not yet handed over, or a TensorFlow handle. One made while ops were recorded has neither.
 */
interface Stored {
  shape: number[];
  dtype: DataType;
  refCount: number;
  values?: backend_util.BackendValues;
  handle?: number;
}

/** One output of an op. */
export interface OutputInfo {
  dtype: DataType;
  shape: number[];
}

/** Records ops instead of running them. */
export interface OpRecorder {
  /** The outputs that an op would have. */
  execute(op: string, attributes: readonly TFEOpAttr[], inputs: readonly TensorInfo[], count: number): OutputInfo[];
  /** Called with the data ids of the outputs. */
  executed(outputs: readonly DataId[]): void;
}

/**
 * tfjs on the native TensorFlow runtime, op by op (eager). It has what tfjs-node's kernels call on their backend, so that they
 * can be reused unchanged; tfjs-node's own class can neither record nor be bundled with tfjs-core's ES modules.
 */
export class TensorflowBackend extends KernelBackend {
  /** Read by kernels of tfjs-node where GPU builds differ. */
  readonly isGPUPackage: boolean;
  /** While set, ops are recorded instead of run. */
  recorder?: OpRecorder;
  private readonly stored: DataStorage<Stored>;

  constructor(readonly binding: TFJSBinding) {
    super();
    this.isGPUPackage = binding.isUsingGpuDevice();
    this.stored = new DataStorage(this, engine());
  }

  /** Runs an op that has one output. */
  executeSingleOutput(op: string, attributes: TFEOpAttr[], inputs: TensorInfo[]): Tensor {
    return this.executeMultipleOutputs(op, attributes, inputs, 1)[0];
  }

  /** Runs an op that has one input of its type `T` and one output. */
  executeSingleInput(op: string, input: TensorInfo): Tensor {
    return this.executeSingleOutput(op, [typeAttribute('T', input.dtype)], [input]);
  }

  executeMultipleOutputs(op: string, attributes: TFEOpAttr[], inputs: TensorInfo[], count: number): Tensor[] {
    if (this.recorder) return this.record(this.recorder, op, attributes, inputs, count);
    const handles = inputs.map(({ dataId }) => this.handle(dataId));
    return this.binding
      .executeOp(op, attributes, handles, count)
      .map((output) => this.adopt(output.id, output.shape, output.dtype));
  }

  /** Several ops, executed by `run`, that are recorded as one op with `count` outputs. */
  executeComposite(
    op: string,
    attributes: TFEOpAttr[],
    inputs: TensorInfo[],
    count: number,
    run: () => Tensor[],
  ): Tensor[] {
    return this.recorder ? this.record(this.recorder, op, attributes, inputs, count) : run();
  }

  private record(
    recorder: OpRecorder,
    op: string,
    attributes: TFEOpAttr[],
    inputs: TensorInfo[],
    count: number,
  ): Tensor[] {
    const outputs = recorder
      .execute(op, attributes, inputs, count)
      .map(({ dtype, shape }) => this.symbolic(shape, dtype));
    recorder.executed(outputs.map(({ dataId }) => dataId));
    return outputs;
  }

  /** A tensor without values, to record with. */
  symbolic(shape: number[], dtype: DataType): Tensor {
    const dataId = {};
    this.stored.set(dataId, { shape, dtype, refCount: 1 });
    return engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
  }

  createReductionOpAttrs(tensor: TensorInfo, keepDims = false): TFEOpAttr[] {
    return [boolAttribute('keep_dims', keepDims), typeAttribute('T', tensor.dtype), typeAttribute('Tidx', 'int32')];
  }

  getDTypeInteger(dtype: DataType): number {
    return dataTypeNumbers[dtype];
  }

  /** TensorFlow's handle of a tensor; values not yet handed over are now. */
  handle(dataId: DataId): number {
    const tensor = this.stored.get(dataId);
    if (tensor.handle === undefined) {
      if (tensor.values === undefined)
        throw new CaptureError('a tensor that was only recorded is used as if it had values');
      tensor.handle = this.binding.createTensor(tensor.shape, dataTypeNumbers[tensor.dtype], tensor.values);
      tensor.values = undefined;
    }
    return tensor.handle;
  }

  /** A TensorFlow handle as a tensor, which then owns it. */
  adopt(handle: number, shape: number[], type: number): Tensor {
    const dataId = {};
    const dtype = dataTypeOf(type);
    this.stored.set(dataId, { shape, dtype, refCount: 1, handle });
    return engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
  }

  override write(values: backend_util.BackendValues, shape: number[], dtype: DataType): DataId {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(
    dataId: DataId,
    values: backend_util.BackendValues,
    shape: number[],
    dtype: DataType,
    refCount: number,
  ): void {
    this.stored.set(dataId, { shape, dtype, values, refCount });
  }

  override readSync(dataId: DataId): backend_util.BackendValues {
    const { values, handle } = this.stored.get(dataId);
    if (values) return values;
    if (handle === undefined) throw new CaptureError('the values of a tensor are read while it is only recorded');
    return this.binding.tensorDataSync(handle);
  }

  override read(dataId: DataId): Promise<backend_util.BackendValues> {
    return Promise.resolve(this.readSync(dataId));
  }

  override disposeData(dataId: DataId, force = false): boolean {
    if (!this.stored.has(dataId)) return true;
    const tensor = this.stored.get(dataId);
    tensor.refCount--;
    if (!force && tensor.refCount > 0) return false;
    if (tensor.handle !== undefined) this.binding.deleteTensor(tensor.handle);
    this.stored.delete(dataId);
    return true;
  }

  override refCount(dataId: DataId): number {
    return this.stored.has(dataId) ? this.stored.get(dataId).refCount : 0;
  }

  override incRef(dataId: DataId): void {
    this.stored.get(dataId).refCount++;
  }

  override numDataIds(): number {
    return this.stored.numDataIds();
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override dispose(): void {}
}
