import { type Check, guarded, ok, problem, warning } from './check';
import { checkGpuLibraries, checkGpus } from './gpu-checks';
import { thisHost } from './host';
import { checkDisk, checkMemory, checkNode, checkPlatform, checkProcessor, embeddedDamage } from './host-checks';
import { installedRuntimes, runtimesFolder } from './installed-runtime';
import { askNvidiaDriver } from './nvidia';
import { thisProcessor } from './processor';
import { checkNoRuntime, checkRuntime, type TriedRuntime, tryRuntime } from './runtime-checks';

/**
 * Checks everything that training needs. Never fails: what cannot be checked becomes a warning.
 * @param runsFolder where runs go
 * @throws AbortError
 */
export async function examine(runsFolder: string, signal?: AbortSignal): Promise<Check[]> {
  const host = thisHost();
  const driver = await askNvidiaDriver(signal);
  const damage = embeddedDamage();
  // One at a time: each takes the memory of a whole TensorFlow.
  const tried: TriedRuntime[] = [];
  for (const found of installedRuntimes()) tried.push(await tryRuntime(found, signal));
  const gpuRuntime = tried.find(({ name }) => name === 'tensorflow-gpu');
  const groups = [
    guarded('node', () => [checkNode()]),
    guarded('platform', () => [checkPlatform(host)]),
    guarded('processor', () => [checkProcessor(thisProcessor())]),
    guarded('memory', () => [checkMemory()]),
    guarded('disk', async () => [await checkDisk('runtimes', runtimesFolder())]),
    guarded('disk', async () => [await checkDisk('runs', runsFolder)]),
    guarded('embedded backend', () => [checkEmbedded(damage)]),
    guarded('native runtime', () =>
      tried.length === 0 ? [checkNoRuntime(host, driver)] : Promise.all(tried.map((one) => checkRuntime(one, driver))),
    ),
    guarded('gpu', () => checkGpus(driver, gpuRuntime)),
    guarded('gpu libraries', () => (gpuRuntime?.manifest ? [checkGpuLibraries(gpuRuntime.manifest)] : [])),
    guarded('backend', () => [checkBackend(tried, damage)]),
  ];
  return (await Promise.all(groups)).flat();
}

const reinstall = 'reinstall MixProp Studio (in a checkout: npm run build)';

function checkEmbedded(damage: string | undefined): Check {
  const name = 'embedded backend';
  return damage === undefined ? ok(name, 'complete') : warning(name, damage, reinstall);
}

/** What `--backend auto` takes, and whether that works. */
function checkBackend(tried: TriedRuntime[], damage: string | undefined): Check {
  const name = 'backend';
  const sound = tried.filter(({ runtime }) => runtime !== undefined);
  // A library that the loader refuses is skipped; one that crashes takes the trainer with it.
  const taken = sound.find(({ trial }) => !trial || trial.works || !trial.isRefused) ?? sound[0];
  const embedded = 'wasm (embedded)';
  if (taken?.trial?.works === false) {
    const remedy = `run "mixprop runtime remove ${taken.name}" and "mixprop runtime install ${taken.name}", or choose --backend wasm`;
    if (taken.trial.isRefused && damage === undefined)
      return warning(name, `${embedded}, because ${taken.name} does not load`, remedy);
    return problem(name, `auto takes ${taken.name}, which does not work`, remedy);
  }
  if (taken?.trial?.works) {
    const device = taken.trial.usesGpu ? 'GPU' : 'CPU';
    return ok(name, `tensorflow (TensorFlow ${taken.trial.version}, ${device})`);
  }
  if (damage === undefined) return ok(name, embedded);
  return problem(name, 'neither the embedded backend nor a native runtime can be used', reinstall);
}
