import { scalar } from '@tensorflow/tfjs-core';
import type { Kernel } from '../../../ops/kernels';
import { intAttribute, typeAttribute } from '../op-attributes';
import type { NativeContext } from './native-context';

/** tfjs-node's reads the indices back to check them; ours are permutations. */
export const gather: Kernel<'GatherV2', NativeContext> = ({ x, indices }, { axis, batchDims }, { backend }) => {
  const axisTensor = scalar(axis, 'int32');
  const attributes = [
    intAttribute('batch_dims', batchDims),
    typeAttribute('Tparams', x.dtype),
    typeAttribute('Tindices', indices.dtype),
    typeAttribute('Taxis', 'int32'),
  ];
  const gathered = backend.executeSingleOutput('GatherV2', attributes, [x, indices, axisTensor]);
  axisTensor.dispose();
  return gathered;
};
