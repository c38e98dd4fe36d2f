import { copyFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolders } from '../../common/files/make-folders';
import { installRuntime } from './install-runtime';
import { installedRuntimes } from './installed-runtime';

/**
 * Makes the binding that is packaged with the extension: that of an installed runtime which was compiled here or, without one,
 * of a runtime installed for this and removed again. For scripts/build-binding.mjs.
 * @param sourcesTime when the binding's sources were last changed, in ms since 1970
 * @throws RuntimeError with what is missing
 */
export async function prebuildBinding(
  target: string,
  work: string,
  sourcesTime: number,
  onPhase: (phase: string) => void,
): Promise<void> {
  makeFolders(dirname(target));
  const installed = installedRuntimes().find(
    ({ manifest, runtime }) =>
      runtime && manifest?.binding === 'compiled' && Date.parse(manifest.installed) > sourcesTime,
  );
  if (installed?.runtime) {
    copyFileSync(installed.runtime.bindingFile, target);
    return;
  }
  process.env.MIXPROP_RUNTIMES = work;
  let last = '';
  const { folder, manifest } = await installRuntime('tensorflow', {
    signal: new AbortController().signal,
    onPlan: () => undefined,
    onProgress: (phase) => {
      if (phase !== last) onPhase(phase);
      last = phase;
    },
  });
  if (manifest.binding !== 'compiled') throw new Error(`the binding is ${manifest.binding}, not compiled here`);
  copyFileSync(join(folder, manifest.bindingFile), target);
  rmSync(work, { recursive: true, force: true });
}
