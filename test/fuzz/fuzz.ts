import fc from 'fast-check';
import { fuzzTargets } from './targets';

const casesPerRound = 2000;

/** Gives a reader file after file for a time; false if it does wrong. */
async function fuzz(name: string, seconds: number, firstSeed: number): Promise<boolean> {
  const { files, check } = fuzzTargets[name]();
  const end = performance.now() + 1000 * seconds;
  let cases = 0;
  let slowestMs = 0;
  const property = fc.asyncProperty(files, async (bytes) => {
    const startedAt = performance.now();
    await check(bytes);
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
  });
  for (let seed = firstSeed; performance.now() < end; seed++) {
    const result = await fc.check(property, { seed, numRuns: casesPerRound });
    cases += result.numRuns;
    if (!result.failed) continue;
    process.stdout.write(`${name}: seed ${seed}, after ${cases} cases: ${fc.defaultReportMessage(result)}\n`);
    return false;
  }
  const memory = Math.round(process.memoryUsage().rss / 2 ** 20);
  process.stdout.write(
    `${name}: ${cases} cases in ${seconds} s from seed ${firstSeed}, no failure; slowest case ${slowestMs.toFixed(0)} ms, ${memory} MiB in use\n`,
  );
  return true;
}

const [target, seconds = '60', seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
const names = target === undefined ? Object.keys(fuzzTargets) : [target];
if (names.some((name) => !(name in fuzzTargets))) {
  process.stderr.write(`there is no fuzzer "${target}": ${Object.keys(fuzzTargets).join(', ')}\n`);
  process.exit(2);
}
(async () => {
  for (const name of names) if (!(await fuzz(name, Number(seconds), Number(seed)))) process.exit(1);
  process.exit(0);
})();
