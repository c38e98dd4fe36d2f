import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LinePaint, LineRaster } from '../../../../webview/curves/lines/line-raster';

const black: LinePaint = { colour: [0, 0, 0], opacity: 1, width: 2 };

function drawn(
  width: number,
  height: number,
  lines: readonly { corners: readonly (readonly [number, number])[]; paint?: Partial<LinePaint> }[],
): Uint8ClampedArray {
  const raster = new LineRaster();
  raster.begin(width, height);
  for (const { corners, paint } of lines) {
    raster.beginLine();
    for (let corner = 1; corner < corners.length; corner++)
      raster.connect(...corners[corner - 1]!, ...corners[corner]!);
    raster.endLine({ ...black, ...paint });
  }
  const image = new Uint8ClampedArray(width * height * 4);
  raster.toImage(image);
  return image;
}

const pixel = (image: Uint8ClampedArray, width: number, x: number, y: number) => [
  ...image.subarray((y * width + x) * 4, (y * width + x) * 4 + 4),
];

function distance(
  [px, py]: [number, number],
  [ax, ay]: readonly [number, number],
  [bx, by]: readonly [number, number],
) {
  const along = ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2 || 1);
  const at = Math.min(1, Math.max(0, along));
  return Math.hypot(px - ax - at * (bx - ax), py - ay - at * (by - ay));
}

describe('LineRaster', () => {
  test('pixels near a line are filled, pixels away from it are not', () => {
    const places = fc.array(fc.tuple(fc.double({ min: 0.05, max: 3, noNaN: true }), fc.integer({ min: 4, max: 36 })), {
      minLength: 2,
      maxLength: 12,
    });
    fc.assert(
      fc.property(places, (steps) => {
        let x = 3;
        const corners = steps.map(([by, y]): [number, number] => {
          x += by;
          return [x, y];
        });
        const image = drawn(45, 40, [{ corners }]);
        for (let row = 0; row < 40; row++) {
          for (let column = 0; column < 45; column++) {
            const centre: [number, number] = [column + 0.5, row + 0.5];
            const away = Math.min(
              ...corners.slice(1).map((corner, index) => distance(centre, corners[index]!, corner)),
            );
            const alpha = image[(row * 45 + column) * 4 + 3]!;
            if (away < 0.4) expect(alpha).toBeGreaterThan(100);
            if (away > 2.1) expect(alpha).toBe(0);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  test('borders are soft, colours exact', () => {
    const image = drawn(20, 10, [
      {
        corners: [
          [0, 5.25],
          [20, 5.25],
        ],
        paint: { colour: [10, 120, 250] },
      },
    ]);
    const [red, green, blue, alpha] = pixel(image, 20, 10, 4);
    expect(alpha).toBe(191);
    // Premultiplied colours have fewer digits.
    for (const [channel, exact] of [
      [red, 10],
      [green, 120],
      [blue, 250],
    ])
      expect(Math.abs(channel! - exact!)).toBeLessThan(2);
    expect(pixel(image, 20, 10, 5)).toEqual([10, 120, 250, 255]);
    expect(pixel(image, 20, 10, 6)[3]).toBe(64);
    expect(pixel(image, 20, 10, 7)[3]).toBe(0);
  });

  test('a later line lies above an earlier one, as far as it is opaque', () => {
    const corners = [
      [0, 5],
      [20, 5],
    ] as const;
    const red = { corners, paint: { colour: [255, 0, 0] as const, width: 6 } };
    const over = drawn(20, 10, [red, { corners, paint: { colour: [0, 0, 255] as const, width: 2 } }]);
    expect(pixel(over, 20, 10, 5)).toEqual([0, 0, 255, 255]);
    expect(pixel(over, 20, 10, 3)).toEqual([255, 0, 0, 255]);
    const veiled = drawn(20, 10, [red, { corners, paint: { colour: [0, 0, 255] as const, opacity: 0.5, width: 6 } }]);
    expect(pixel(veiled, 20, 10, 5)).toEqual([128, 0, 128, 255]);
    const alone = drawn(20, 10, [{ corners, paint: { colour: [0, 0, 255] as const, opacity: 0.5, width: 6 } }]);
    expect(pixel(alone, 20, 10, 5)).toEqual([0, 0, 255, 128]);
  });

  test('dashes have their lengths along x, a value that is not finite is a gap, and what is outside is cut off', () => {
    const image = drawn(40, 10, [
      {
        corners: [
          [-50, 5],
          [90, 5],
        ],
        paint: { dash: [6, 4] },
      },
    ]);
    const filled = Array.from({ length: 40 }, (_, x) => (pixel(image, 40, x, 5)[3]! > 0 ? '#' : '.')).join('');
    expect(filled).toBe('######....'.repeat(4));
    const gap = drawn(40, 10, [
      {
        corners: [
          [0, 5],
          [10, 5],
          [20, Number.NaN],
          [30, 5],
          [39, 500],
        ],
      },
    ]);
    const reached = (x: number) =>
      Array.from({ length: 10 }, (_, y) => pixel(gap, 40, x, y)[3]!).some((alpha) => alpha > 0);
    expect([5, 15, 25, 30, 35].map(reached)).toEqual([true, false, false, true, false]);
  });
});
