import type { RgbImage } from '../images/resize';
import { gaussianFilterField } from './gaussian-filter';
import { plasmaFractal } from './plasma-fractal';
import { cosineOfDegrees, sineOfDegrees } from './portable-math';
import { RandomDraws } from './random-draws';

/** Pixels of a side; a power of two, for the clouds. */
const side = 512;

/** How one texture is drawn. Means and deviations (RGB levels) are those of photos of frost on glass. */
interface IceStyle {
  mean: readonly [number, number, number];
  deviation: readonly [number, number, number];
  /** Share of the variance that is smooth light and dark. */
  clouds: number;
  crystals: (field: Float32Array, draws: RandomDraws) => void;
}

const white: Omit<IceStyle, 'crystals'> = { mean: [201, 205, 215], deviation: [21, 22, 23], clouds: 0.45 };

const styles: readonly IceStyle[] = [
  {
    mean: [78, 149, 166],
    deviation: [27, 17, 15],
    clouds: 0.6,
    crystals: (field, draws) => scatter(900, () => needle(field, draws, { length: [8, 50], width: 1.2 })),
  },
  {
    ...white,
    crystals: (field, draws) => scatter(1300, () => sheaf(field, draws, { length: [15, 60], width: 2.2 })),
  },
  {
    ...white,
    crystals: (field, draws) => scatter(700, () => sheaf(field, draws, { length: [30, 90], width: 3 })),
  },
  {
    mean: [138, 153, 165],
    deviation: [28, 28, 30],
    clouds: 0.4,
    crystals: (field, draws) => scatter(2600, () => sheaf(field, draws, { length: [5, 22], width: 2 })),
  },
  {
    mean: [112, 123, 135],
    deviation: [44, 43, 42],
    clouds: 0.45,
    crystals: (field, draws) => scatter(420, () => fern(field, draws, [30, 110])),
  },
];

let textures: readonly RgbImage[] | undefined;

/** Five pictures of frost, drawn by code: needles, sheaves and ferns of ice. Always the same ones. */
export function iceTextures(): readonly RgbImage[] {
  textures ??= styles.map((style, i) => drawIce(style, new RandomDraws(i, 'ice texture')));
  return textures;
}

function drawIce({ mean, deviation, clouds, crystals }: IceStyle, draws: RandomDraws): RgbImage {
  const light = Float32Array.from(plasmaFractal(side, 1.8, draws));
  const smooth = gaussianFilterField(light, side, side, 14, { border: 'reflect', truncate: 3 });
  const field = new Float32Array(side * side);
  crystals(field, draws);
  const relief = gaussianFilterField(field, side, side, 0.6, { border: 'reflect', truncate: 3 });
  standardize(smooth);
  standardize(relief);
  const [cloudShare, reliefShare] = [Math.sqrt(clouds), Math.sqrt(1 - clouds)];
  for (let i = 0; i < relief.length; i++) relief[i] = cloudShare * smooth[i] + reliefShare * relief[i];
  standardize(relief);
  const data = new Uint8Array(side * side * 3);
  for (let i = 0; i < data.length; i++) {
    const channel = i % 3;
    const level = mean[channel] + deviation[channel] * relief[(i - channel) / 3];
    data[i] = Math.min(255, Math.max(0, level + 0.5));
  }
  return { data, width: side, height: side };
}

/** To mean 0 and deviation 1, with extremes held to three deviations. */
function standardize(field: Float32Array): void {
  let sum = 0;
  let squares = 0;
  for (const value of field) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / field.length;
  const deviation = Math.sqrt(Math.max(1e-12, squares / field.length - mean * mean));
  for (let i = 0; i < field.length; i++) field[i] = Math.min(3, Math.max(-3, (field[i] - mean) / deviation));
}

function scatter(count: number, draw: () => void): void {
  for (let i = 0; i < count; i++) draw();
}

interface NeedleSize {
  length: readonly [number, number];
  /** Half width at the root. */
  width: number;
}

/** One crystal anywhere in any direction. */
function needle(field: Float32Array, draws: RandomDraws, { length, width }: NeedleSize): void {
  const [x, y] = [draws.between(0, side), draws.between(0, side)];
  stroke(field, x, y, draws.between(0, 360), draws.between(...length), width, draws.between(0.3, 1));
}

/** Crystals that grow from one root in nearly the same direction. */
function sheaf(field: Float32Array, draws: RandomDraws, { length, width }: NeedleSize): void {
  const [x, y] = [draws.between(0, side), draws.between(0, side)];
  const direction = draws.between(0, 360);
  const count = 3 + draws.integer(5);
  for (let i = 0; i < count; i++) {
    const angle = (direction + draws.between(-28, 28) + 360) % 360;
    stroke(field, x, y, angle, draws.between(...length), width * draws.between(0.4, 1), draws.between(0.2, 1));
  }
}

/** A bent stem with barbs at 60° that shorten towards its tip. */
function fern(field: Float32Array, draws: RandomDraws, length: readonly [number, number]): void {
  let [x, y] = [draws.between(0, side), draws.between(0, side)];
  let direction = draws.between(0, 360);
  const bend = draws.between(-1.2, 1.2);
  const whole = draws.between(...length);
  const height = draws.between(0.4, 1);
  const step = 3;
  for (let done = 0; done < whole; done += step) {
    stroke(field, x, y, direction, step + 1, 1.3, height);
    const barb = (whole - done) * 0.28;
    for (const turn of [-60, 60])
      stroke(field, x, y, (direction + turn + 360) % 360, barb * draws.between(0.7, 1.1), 1, height * 0.8);
    x += step * cosineOfDegrees(direction);
    y += step * sineOfDegrees(direction);
    direction = (direction + bend + 360) % 360;
  }
}

/** A tapering ridge: bright on one flank, dark on the other. What leaves the picture comes back on the other side. */
function stroke(
  field: Float32Array,
  x: number,
  y: number,
  angle: number,
  length: number,
  width: number,
  height: number,
): void {
  const [along, down] = [cosineOfDegrees(angle), sineOfDegrees(angle)];
  const reach = Math.ceil(width) + 1;
  for (let done = 0; done < length; done++) {
    const taper = width * (1 - done / length) + 0.5;
    for (let off = -reach; off <= reach; off++) {
      const distance = Math.abs(off) / taper;
      if (distance >= 1) continue;
      const px = Math.floor(x + done * along - off * down) & (side - 1);
      const py = Math.floor(y + done * down + off * along) & (side - 1);
      field[py * side + px] += height * (off > 0 ? -0.7 : 1) * (1 - distance);
    }
  }
}
