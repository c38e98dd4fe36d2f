// Levels of RGB pixels by table.

/** Sums of the three channels, as float64. */
export function channelSums(source: usize, pixels: i32, sums: usize): void {
  let red: i64 = 0;
  let green: i64 = 0;
  let blue: i64 = 0;
  const end = source + <usize>(3 * pixels);
  for (let at = source; at < end; at += 3) {
    red += load<u8>(at);
    green += load<u8>(at, 1);
    blue += load<u8>(at, 2);
  }
  store<f64>(sums, <f64>red);
  store<f64>(sums, <f64>green, 8);
  store<f64>(sums, <f64>blue, 16);
}

/** Every channel through its own table of 256 bytes, in place. */
export function mapChannels(rgb: usize, pixels: i32, tables: usize): void {
  const end = rgb + <usize>(3 * pixels);
  for (let at = rgb; at < end; at += 3) {
    store<u8>(at, load<u8>(tables + load<u8>(at)));
    store<u8>(at, load<u8>(tables + load<u8>(at, 1), 256), 1);
    store<u8>(at, load<u8>(tables + load<u8>(at, 2), 512), 2);
  }
}

/** The largest of `count` bytes. */
export function highestLevel(source: usize, count: i32): i32 {
  let highest: u8 = 0;
  for (let i: usize = 0; i < <usize>count; i++) highest = max(highest, load<u8>(source + i));
  return highest;
}

/** (level · scale + cloud · cloudScale) / 2¹⁶ for every channel, in place; clouds are float64, rows of `size`. */
export function addClouds(
  rgb: usize,
  width: i32,
  height: i32,
  clouds: usize,
  size: i32,
  scale: i32,
  cloudScale: f64,
): void {
  for (let y = 0; y < height; y++, clouds += (<usize>size) << 3) {
    for (let x: usize = 0; x < <usize>width; x++, rgb += 3) {
      const cloud = <i32>(load<f64>(clouds + (x << 3)) * cloudScale);
      store<u8>(rgb, (load<u8>(rgb) * scale + cloud) >> 16);
      store<u8>(rgb, (load<u8>(rgb, 1) * scale + cloud) >> 16, 1);
      store<u8>(rgb, (load<u8>(rgb, 2) * scale + cloud) >> 16, 2);
    }
  }
}
