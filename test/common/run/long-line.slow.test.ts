import { closeSync, ftruncateSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { runPaths } from '../../../common/run/run-folder';
import { until } from '../../until';
import { follow, steps, text } from '../panels/curves/curve-following';
import { temporaryFolders } from '../temporary-folder';

const temporaryFolder = temporaryFolders();

test('a line of 2 GB is passed over in slices, in bounded memory, and other runs do not wait for it', async () => {
  const folder = temporaryFolder();
  const file = openSync(runPaths(folder).events, 'w');
  const garbage = Buffer.alloc(4 * 1024 * 1024, 'x');
  writeSync(file, garbage, 0, garbage.length, 0);
  ftruncateSync(file, 2 * 1024 ** 3);
  const other = temporaryFolder();
  writeFileSync(runPaths(other).events, text(steps(1, 3000)));

  const late = monitorEventLoopDelay({ resolution: 1 });
  const before = process.memoryUsage().rss;
  late.enable();
  const { follower: gigantic } = follow(folder);
  const { follower: fine } = follow(other);
  await fine.replayed;
  expect(gigantic.hasReplayed).toBe(false);
  await gigantic.replayed;
  late.disable();
  expect(gigantic.problem).toContain('longer than any record');
  expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 ** 2);
  // Far from the seconds that all of it takes.
  expect(late.max / 1e6).toBeLessThan(1000);

  writeSync(file, `\n${text(steps(1, 3))}`, 2 * 1024 ** 3);
  closeSync(file);
  await until(() => gigantic.problem === undefined && gigantic.model.header.step === 3);
  rmSync(folder, { recursive: true });
});
