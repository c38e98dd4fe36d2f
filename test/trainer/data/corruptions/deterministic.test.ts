import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CorruptionName, severities, strengthForSize } from '../../../../common/experiment/corruption-names';
import { corruptImage } from '../../../../trainer/data/corruptions/corrupt-image';
import { elasticTransformOf } from '../../../../trainer/data/corruptions/elastic-transform';
import { motionBlurAt } from '../../../../trainer/data/corruptions/motion-blur';
import { snowOf } from '../../../../trainer/data/corruptions/snow';
import { spatterOf } from '../../../../trainer/data/corruptions/spatter';
import { strengths } from '../../../../trainer/data/corruptions/strengths';
import { decodeImage } from '../../../../trainer/data/images/decode';
import { NumpyRandom } from './numpy-random';
import { formulaImage, goldenFolder, hasReferences, meanDifference, reference, stripPart } from './reference-images';

// Bounds are what rounding explains, far below the one grey level that counts as equal.
const bounds = {
  defocus_blur: 0.3,
  zoom_blur: 0.02,
  brightness: 0.001,
  contrast: 0.2,
  pixelate: 0,
  jpeg_compression: 0,
  gaussian_blur: 0.05,
  saturate: 0.001,
} as const satisfies Partial<Record<CorruptionName, number>>;
const names = Object.keys(bounds) as (keyof typeof bounds)[];

test.each(names)('%s of 64 px equals the original libraries', async (name) => {
  const { data, width, height } = formulaImage(64);
  const strip = await decodeImage(join(goldenFolder, 'deterministic-64', `${name}.png`));
  for (const severity of severities) {
    const made = corruptImage(data, height, width, { name, severity, strength: 'tiny', seed: 0 });
    expect(meanDifference(made, stripPart(strip, severity, 64))).toBeLessThanOrEqual(bounds[name]);
    expect(meanDifference(made, data)).toBeGreaterThan(0);
  }
});

describe.skipIf(!hasReferences)('the references of MIXPROP_TEST_DATA', () => {
  const sizes = [224, 32];

  test.each(sizes.flatMap((size) => names.map((name) => [size, name] as const)))('%i px: %s', async (size, name) => {
    const { data, width, height } = await reference(size, 'clean');
    for (const severity of severities) {
      const corruption = { name, severity, strength: strengthForSize(size), seed: 0 };
      const made = corruptImage(data, height, width, corruption);
      const expected = await reference(size, `${name}-${severity}`);
      expect(meanDifference(made, expected.data)).toBeLessThanOrEqual(bounds[name]);
    }
  });

  describe.each(sizes)('with the draws of the original, %i px:', (size) => {
    const table = strengths[strengthForSize(size)];
    const normals = (random: NumpyRandom) => Float32Array.from({ length: size * size }, () => random.normal());
    const compare = async (name: CorruptionName, make: (random: NumpyRandom, index: number) => Promise<Uint8Array>) => {
      for (const severity of severities) {
        const made = await make(new NumpyRandom(1000 + severity), severity - 1);
        const expected = await reference(size, `${name}-${severity}`);
        expect(meanDifference(made, expected.data)).toBeLessThan(0.15);
      }
    };

    test('motion blur', () =>
      compare('motion_blur', async (random, index) =>
        motionBlurAt(await reference(size, 'clean'), table.motion_blur[index], random.between(-45, 45)),
      ));

    test('snow', () =>
      compare('snow', async (random, index) => {
        const layer = normals(random);
        return snowOf(await reference(size, 'clean'), table.snow[index], layer, random.between(-135, -45));
      }));

    test('spatter', () =>
      compare('spatter', async (random, index) =>
        spatterOf(await reference(size, 'clean'), table.spatter[index], normals(random)),
      ));

    test('elastic transform', () =>
      compare('elastic_transform', async (random, index) => {
        const affine = table.elastic_transform[index][2];
        const field = () => Float32Array.from({ length: size * size }, () => random.between(-1, 1));
        const pointShifts = Float64Array.from({ length: 6 }, () => random.between(-affine, affine));
        const draws = { pointShifts, across: field(), down: field() };
        return elasticTransformOf(await reference(size, 'clean'), table.elastic_transform[index], draws);
      }));
  });
});
