import type { Generator } from '../../random/generator';
import { shapeOutlines } from './shape-outlines';

/** Red, green and blue, 0 to 255. */
type Colour = readonly [number, number, number];

type TextureKind = 'plain' | 'stripes' | 'checks' | 'dots' | 'speckles';

/** Two colours and how they alternate. Lengths in units of half the image's side. */
interface Texture {
  kind: TextureKind;
  colours: readonly [Colour, Colour];
  period: number;
  cos: number;
  sin: number;
  salt: number;
}

/** A straight stroke with round ends. */
interface Stroke {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  radius: number;
  texture: Texture;
}

/**
 * One picture of the built-in data set, without its size in pixels: coordinates run from −1 to 1 over the image, y down, so
 * the same scene can be drawn at any size.
 */
export interface ShapeScene {
  outline: string;
  x: number;
  y: number;
  /** Radius of the circle around the shape. */
  radius: number;
  cos: number;
  sin: number;
  fill: Texture;
  /** Colours of the background's corners: top left, top right, bottom left, bottom right. */
  corners: readonly Colour[];
  backdrop: Texture;
  /** How strongly the backdrop's texture shows, 0 to 1. */
  backdropShare: number;
  /** Clutter behind the shape. */
  behind: Stroke[];
  /** Strokes that cover part of the shape. */
  before: Stroke[];
  /** Largest deviation of a pixel by noise, in grey levels. */
  noise: number;
}

const textureKinds: readonly TextureKind[] = ['plain', 'stripes', 'checks', 'dots', 'speckles'];

/**
 * Draws a scene in which nothing but the outline depends on the class. Scenes differ in how hard they are: most are clear, and
 * a few are turned far, faint, noisy and covered, so that a network learns soon but is not soon perfect.
 */
export function drawScene(generator: Generator, outline: string): ShapeScene {
  const hardness = generator.uniform() ** 3;
  const angle = between(generator, -1, 1) * (0.25 + hardness);
  const base = drawColour(generator);
  const corners = Array.from({ length: 4 }, () =>
    blend(base, drawColour(generator), between(generator, 0, 0.15 + 0.35 * hardness)),
  );
  const backdrop = drawTexture(generator, base, drawColour(generator));
  const contrast = 110 - 70 * hardness;
  const first = drawContrastingColour(generator, base, contrast);
  const other = drawContrastingColour(generator, base, contrast);
  const second = blend(first, other, between(generator, 0.1, 0.5 + 0.5 * hardness));
  const offset = 0.12 + 0.25 * hardness;
  const x = between(generator, -offset, offset);
  const y = between(generator, -offset, offset);
  const radius = between(generator, 0.6 - 0.2 * hardness, 0.8 - 0.2 * hardness);
  const behind = Array.from({ length: Math.round(between(generator, 0, 2 + 6 * hardness)) }, () =>
    drawStroke(generator, between(generator, -1, 1), between(generator, -1, 1), 0.3 + 0.3 * hardness),
  );
  const before = Array.from({ length: Math.round(between(generator, 0, 0.8 + 2 * hardness)) }, () => {
    const direction = between(generator, 0, 2 * Math.PI);
    const distance = radius * between(generator, 0.3, 1);
    return drawStroke(generator, x + distance * Math.cos(direction), y + distance * Math.sin(direction), 0.3);
  });
  return {
    outline,
    x,
    y,
    radius,
    cos: Math.cos(angle),
    sin: Math.sin(angle),
    fill: drawTexture(generator, first, second),
    corners,
    backdrop,
    backdropShare: between(generator, 0, 0.15 + 0.35 * hardness),
    behind,
    before,
    noise: between(generator, 2, 10 + 30 * hardness),
  };
}

/**
 * Paints a scene with soft edges.
 *
 * @param generator draws the noise of the pixels
 * @param out [size, size, 3], overwritten
 */
export function paintScene(scene: ShapeScene, size: number, generator: Generator, out: Uint8Array): void {
  const canvas = new Float32Array(size * size * 3);
  paintBackdrop(scene, size, canvas);
  for (const stroke of scene.behind) paintStroke(stroke, size, canvas);
  forPixelsAround(scene.x, scene.y, scene.radius, size, (x, y, pixel) => {
    const share = coverage(outlineDistance(scene, x, y), size);
    if (share > 0) paint(canvas, pixel, scene.fill, textureShare(scene.fill, x, y), share);
  });
  for (const stroke of scene.before) paintStroke(stroke, size, canvas);
  const scale = (2 * scene.noise) / 1023;
  for (let pixel = 0; pixel < size * size; pixel++) {
    const bits = generator.uint32();
    for (let channel = 0; channel < 3; channel++) {
      const noise = ((bits >>> (10 * channel)) & 1023) * scale - scene.noise;
      out[pixel * 3 + channel] = Math.max(0, Math.min(255, canvas[pixel * 3 + channel] + noise + 0.5));
    }
  }
}

/** Where the shape is seen: [size, size], 1 on its pixels that no stroke covers, else 0. */
export function sceneMask(scene: ShapeScene, size: number): Uint8Array {
  const mask = new Uint8Array(size * size);
  forPixelsAround(scene.x, scene.y, scene.radius, size, (x, y, pixel) => {
    const visible = (stroke: Stroke) => coverage(strokeDistance(stroke, x, y), size) < 0.5;
    if (coverage(outlineDistance(scene, x, y), size) >= 0.5 && scene.before.every(visible)) mask[pixel] = 1;
  });
  return mask;
}

function between(generator: Generator, low: number, high: number): number {
  return low + (high - low) * generator.uniform();
}

function drawColour(generator: Generator): Colour {
  return [generator.integer(256), generator.integer(256), generator.integer(256)];
}

/** @param minContrast of the two colours' brightness, in grey levels; up to 127 there always is such a colour */
function drawContrastingColour(generator: Generator, other: Colour, minContrast: number): Colour {
  for (;;) {
    const colour = drawColour(generator);
    if (Math.abs(brightness(colour) - brightness(other)) >= minContrast) return colour;
  }
}

/** Rec. 601 luma. */
function brightness([red, green, blue]: Colour): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

function blend(a: Colour, b: Colour, share: number): Colour {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

function drawTexture(generator: Generator, first: Colour, second: Colour): Texture {
  const angle = between(generator, 0, Math.PI);
  return {
    kind: textureKinds[generator.integer(textureKinds.length)],
    colours: [first, second],
    period: between(generator, 0.2, 0.5),
    cos: Math.cos(angle),
    sin: Math.sin(angle),
    salt: generator.uint32(),
  };
}

function drawStroke(generator: Generator, x: number, y: number, maxReach: number): Stroke {
  const angle = between(generator, 0, Math.PI);
  const reach = between(generator, 0, maxReach);
  const [dx, dy] = [reach * Math.cos(angle), reach * Math.sin(angle)];
  const texture = drawTexture(generator, drawColour(generator), drawColour(generator));
  return { x1: x - dx, y1: y - dy, x2: x + dx, y2: y + dy, radius: between(generator, 0.04, 0.1), texture };
}

function outlineDistance(scene: ShapeScene, x: number, y: number): number {
  const dx = (x - scene.x) / scene.radius;
  const dy = (y - scene.y) / scene.radius;
  const distance = shapeOutlines[scene.outline](dx * scene.cos + dy * scene.sin, dy * scene.cos - dx * scene.sin);
  return distance * scene.radius;
}

function strokeDistance({ x1, y1, x2, y2, radius }: Stroke, x: number, y: number): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const along = ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy + 1e-9);
  const nearest = Math.max(0, Math.min(1, along));
  return Math.hypot(x - x1 - nearest * dx, y - y1 - nearest * dy) - radius;
}

/** Share of a pixel that lies inside, from the signed distance of its centre. */
function coverage(distance: number, size: number): number {
  return Math.max(0, Math.min(1, 0.5 - (distance * size) / 2));
}

/** Visits the pixels whose centre is at most `reach` and a pixel from (x, y) along each axis. */
function forPixelsAround(
  x: number,
  y: number,
  reach: number,
  size: number,
  visit: (x: number, y: number, pixel: number) => void,
): void {
  const toPixel = (value: number) => ((value + 1) * size) / 2;
  const range = (centre: number) => [
    Math.max(0, Math.floor(toPixel(centre - reach)) - 1),
    Math.min(size - 1, Math.ceil(toPixel(centre + reach)) + 1),
  ];
  const [left, right] = range(x);
  const [top, bottom] = range(y);
  for (let row = top; row <= bottom; row++)
    for (let column = left; column <= right; column++)
      visit(((column + 0.5) * 2) / size - 1, ((row + 0.5) * 2) / size - 1, row * size + column);
}

function paintStroke(stroke: Stroke, size: number, canvas: Float32Array): void {
  const { x1, y1, x2, y2, radius, texture } = stroke;
  const reach = Math.max(Math.abs(x2 - x1), Math.abs(y2 - y1)) / 2 + radius;
  forPixelsAround((x1 + x2) / 2, (y1 + y2) / 2, reach, size, (x, y, pixel) => {
    const share = coverage(strokeDistance(stroke, x, y), size);
    if (share > 0) paint(canvas, pixel, texture, textureShare(texture, x, y), share);
  });
}

/** A gradient between four corners, with some of the backdrop's texture. */
function paintBackdrop({ corners, backdrop, backdropShare }: ShapeScene, size: number, canvas: Float32Array): void {
  for (let row = 0; row < size; row++) {
    const down = (row + 0.5) / size;
    for (let column = 0; column < size; column++) {
      const across = (column + 0.5) / size;
      const pixel = row * size + column;
      for (let channel = 0; channel < 3; channel++) {
        const top = corners[0][channel] + (corners[1][channel] - corners[0][channel]) * across;
        const bottom = corners[2][channel] + (corners[3][channel] - corners[2][channel]) * across;
        canvas[pixel * 3 + channel] = top + (bottom - top) * down;
      }
      const share = textureShare(backdrop, 2 * across - 1, 2 * down - 1);
      if (share > 0) paint(canvas, pixel, backdrop, share, backdropShare * share);
    }
  }
}

/** Lays a texture's colour over a pixel; `share` is how much of the pixel it covers. */
function paint(canvas: Float32Array, pixel: number, texture: Texture, second: number, share: number): void {
  const [a, b] = texture.colours;
  for (let channel = 0; channel < 3; channel++) {
    const at = pixel * 3 + channel;
    canvas[at] += (a[channel] + (b[channel] - a[channel]) * second - canvas[at]) * share;
  }
}

/** Share of the second colour at a point, 0 to 1. */
function textureShare({ kind, period, cos, sin, salt }: Texture, x: number, y: number): number {
  if (kind === 'plain') return 0;
  const u = (x * cos + y * sin) / period + 8;
  const v = (y * cos - x * sin) / period + 8;
  switch (kind) {
    case 'stripes':
      return u % 1 < 0.5 ? 0 : 1;
    case 'checks':
      return u % 1 < 0.5 === v % 1 < 0.5 ? 0 : 1;
    case 'dots':
      return Math.hypot((u % 1) - 0.5, (v % 1) - 0.5) < 0.3 ? 1 : 0;
    case 'speckles': {
      const cell = Math.imul(Math.floor(u * 2), 73_856_093) ^ Math.imul(Math.floor(v * 2), 19_349_663) ^ salt;
      return (Math.imul(cell ^ (cell >>> 15), 0x2c1b3c6d) >>> 24) / 255;
    }
  }
}
