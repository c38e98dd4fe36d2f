/** sfc32: fills `target` with `count` uniform int32. `state` are a, b, c and the counter, int32, and goes on. */
export function randomWords(state: usize, target: usize, count: i32): void {
  let a = load<i32>(state);
  let b = load<i32>(state, 4);
  let c = load<i32>(state, 8);
  let counter = load<i32>(state, 12);
  for (let at = target, end = target + (<usize>count << 2); at < end; at += 4) {
    const word = a + b + counter;
    counter++;
    a = b ^ (b >>> 9);
    b = c + (c << 3);
    c = rotl<i32>(c, 21) + word;
    store<i32>(at, word);
  }
  store<i32>(state, a);
  store<i32>(state, b, 4);
  store<i32>(state, c, 8);
  store<i32>(state, counter, 12);
}

/**
 * Normals by the ziggurat, float32, one a word: 7 bits choose a layer, 25 the place in it, which `scales` (float64) bring to size.
 * @param insideBelow int32: which places lie inside the layer for sure
 * @param outside where the indices of the others are put, int32
 * @returns how many others there are
 */
export function innerNormals(words: usize, count: i32, scales: usize, insideBelow: usize, values: usize, outside: usize): i32 {
  let next = outside;
  for (let i = 0; i < count; i++) {
    const at = <usize>i << 2;
    const word = load<i32>(words + at);
    const layer = <usize>(word & 127);
    const place = word >> 7;
    store<f32>(values + at, <f32>(<f64>place * load<f64>(scales + (layer << 3))));
    store<i32>(next, i);
    next += <usize>(abs(place) >= load<i32>(insideBelow + (layer << 2))) << 2;
  }
  return <i32>(next - outside) >> 2;
}

/** value · scale + offset for every float32, in place. */
export function scaleAndShift(values: usize, count: i32, scale: f64, offset: f64): void {
  for (let at = values, end = values + (<usize>count << 2); at < end; at += 4)
    store<f32>(at, <f32>(offset + scale * <f64>load<f32>(at)));
}
