/**
 * TensorBoard's smoothing: an exponential moving average, divided by the weight that its observations have so far, so that
 * it starts at the first value and not at 0. Values that are not finite pass through and leave the average alone. A constant
 * series stays as it is, without rounding errors.
 * @param weight in [0, 1): 0 leaves the series as it is
 */
export function smooth(values: ArrayLike<number>, weight: number): Float64Array {
  const result = Float64Array.from(values);
  if (weight === 0 || isConstant(result)) return result;
  let average = 0;
  /** What weight^n leaves for the starting value 0 after n observations. */
  let startWeight = 1;
  for (let index = 0; index < result.length; index++) {
    const value = result[index]!;
    if (!Number.isFinite(value)) continue;
    average = average * weight + (1 - weight) * value;
    startWeight *= weight;
    result[index] = average / (1 - startWeight);
  }
  return result;
}

function isConstant(values: Float64Array): boolean {
  return values.every((value) => value === values[0]);
}
