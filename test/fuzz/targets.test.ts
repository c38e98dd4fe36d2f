import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mutationsOf } from './mutations';
import { fuzzTargets } from './targets';

/** The same files each time; `npm run fuzz` goes on from there. */
const seed = 20_261;

describe('files with errors put in', () => {
  test.each(Object.keys(fuzzTargets))('%s: are read as the format promises, or refused', async (name) => {
    const { files, check } = fuzzTargets[name]();
    await fc.assert(
      fc.asyncProperty(files, async (bytes) => check(bytes)),
      { seed, numRuns: 400 },
    );
  });

  test('differ from the sound ones, in their length too', () => {
    const sound = Buffer.from('0123456789'.repeat(100));
    const made = fc.sample(mutationsOf([sound]), { seed, numRuns: 200 });
    expect(made.filter((bytes) => !bytes.equals(sound)).length).toBeGreaterThan(180);
    expect(new Set(made.map(({ length }) => length)).size).toBeGreaterThan(50);
  });
});
