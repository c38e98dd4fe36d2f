/**
 * A map in colours.
 * @param map values in [0, 1]
 * @param table [256, 3], from `colourTable`
 * @returns [map.length, 3], RGB
 */
export function colourMapPixels(map: ArrayLike<number>, table: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(map.length * 3);
  for (let i = 0; i < map.length; i++) {
    // Rounded down, as in Zhou's code.
    const level = Math.floor(255 * map[i]) * 3;
    for (let channel = 0; channel < 3; channel++) pixels[3 * i + channel] = table[level + channel];
  }
  return pixels;
}

/**
 * Colours over an image: opacity·colours + (1 − opacity)·image, rounded.
 * @param image and colours [height, width, 3], RGB
 * @param opacity 0: the image alone, 1: the colours alone
 */
export function blend(image: Uint8Array, colours: Uint8Array, opacity: number): Uint8Array {
  return image.map((level, i) => Math.round(opacity * colours[i] + (1 - opacity) * level));
}
