/** Every pixel as a block of `factor` × `factor`. @param pixels [size, size, 3] */
export function enlarge(pixels: Uint8Array, size: number, factor: number): Uint8Array {
  const side = size * factor;
  const result = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = (Math.floor(y / factor) * size + Math.floor(x / factor)) * 3;
      for (let channel = 0; channel < 3; channel++) result[(y * side + x) * 3 + channel] = pixels[from + channel];
    }
  }
  return result;
}
