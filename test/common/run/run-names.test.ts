import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nameRuns } from '../../../common/run/run-names';

const labels = (...folders: string[]) => nameRuns(folders).map(({ label }) => label);

describe('what runs go by', () => {
  test.each([
    [
      ['/w/runs/small-1', '/w/runs/small-2'],
      ['small-1', 'small-2'],
    ],
    [
      ['/w/a/runs/small-1', '/w/b/runs/small-1', '/w/b/runs/big-1'],
      ['small-1 (a)', 'small-1 (b)', 'big-1'],
    ],
    [
      ['/w/a/runs/s', '/w/a/results/s', '/w/b/runs/s'],
      ['s (a/runs)', 's (results)', 's (b/runs)'],
    ],
    [
      ['/x/runs/s', '/y/x/runs/s'],
      ['s (/x)', 's (y/x)'],
    ],
    [
      ['/s', '/runs/s'],
      ['s (/)', 's (runs)'],
    ],
    [
      ['C:\\a\\runs\\s', 'C:\\b\\runs\\s'],
      ['s (a)', 's (b)'],
    ],
    [
      ['/a/s', '/b/s', '/c/s (a)'],
      ['/a/s', 's (b)', 's (a)'],
    ],
    [
      ['/w/a/s', '/w/a/s'],
      ['s', 's'],
    ],
  ])('%j', (folders, expected) => {
    expect(labels(...folders)).toEqual(expected);
    expect(labels(...folders.toReversed())).toEqual(expected.toReversed());
  });

  const part = fc.constantFrom('a', 'b', 'runs', 'a b', 's', 's (a)');
  const folder = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`);

  test('tells all of them apart, names the place only where ids repeat, and no more of it than is needed', () => {
    fc.assert(
      fc.property(fc.uniqueArray(folder, { minLength: 1, maxLength: 8 }), (folders) => {
        const names = nameRuns(folders);
        expect(names.map(({ runKey }) => runKey)).toEqual(folders);
        expect(new Set(names.map(({ label }) => label)).size).toBe(folders.length);
        for (const { runKey, runId, label } of names) {
          expect(runKey.endsWith(`/${runId}`)).toBe(true);
          const others = names.filter((other) => other.runId === runId && other.runKey !== runKey);
          if (others.length === 0) expect(label).toBe(runId);
          if (others.length === 0 || label === runKey) continue;
          const place = label.slice(runId.length + 2, -1);
          expect(label).toBe(`${runId} (${place})`);
          // With one part less it would be another's, too: what follows the place in this folder follows it there.
          const shorter = place.slice(place.indexOf('/') + 1);
          if (shorter === place || shorter === '') continue;
          const ways = others.map((other) => other.runKey.split('/').slice(0, -1));
          const end = shorter.split('/');
          const isOthers = ways.some((way) => way.some((_, at) => end.every((word, i) => way[at + i] === word)));
          expect(isOthers).toBe(true);
        }
      }),
    );
  });

  test('goes by the name that was given, and still tells all of them apart', () => {
    const given = fc.constantFrom('', 'Baseline', 'a', 'Baseline (a)', 'a (b)');
    fc.assert(
      fc.property(
        fc.uniqueArray(folder, { minLength: 1, maxLength: 6 }),
        fc.infiniteStream(given),
        (folders, stream) => {
          const wishes = new Map(folders.map((one) => [one, stream.next().value as string]));
          const names = nameRuns(folders, (one) => wishes.get(one)!);
          expect(new Set(names.map(({ label }) => label)).size).toBe(folders.length);
          for (const { runKey, label } of names) {
            const wish = wishes.get(runKey)!;
            const isAlone = [...wishes.values()].filter((other) => other === wish).length === 1;
            if (wish !== '' && label !== runKey) expect(label.startsWith(wish)).toBe(true);
            if (wish === 'Baseline' && isAlone) expect(label).toBe(wish);
          }
        },
      ),
    );
    expect(nameRuns(['/r/a-1', '/r/a-2'], () => 'Same').map(({ label }) => label)).toEqual([
      'Same (a-1)',
      'Same (a-2)',
    ]);
  });
});
