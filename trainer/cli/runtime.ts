import { formatBytes } from '../../common/files/byte-size';
import { installRuntime, removeRuntime } from '../runtime/install-runtime';
import {
  installedRuntimes,
  type RuntimeManifest,
  type RuntimeName,
  runtimeNames,
  runtimesFolder,
} from '../runtime/installed-runtime';
import { runAction } from './actions';
import type { Command, Invocation } from './command';
import { downloadProgress } from './download-progress';

const names = runtimeNames.toReversed();
const usage = `runtime install ${names.join('|')} | runtime list | runtime remove NAME [--json]`;

/** `mixprop runtime`: the native TensorFlow runtime, which is no part of the extension. */
export const runtimeCommand: Command = {
  name: 'runtime',
  summary: 'install, list or remove the native TensorFlow runtime',
  usage: `${usage}

Native TensorFlow computes several times faster than the embedded backend, and on NVIDIA GPUs (tensorflow-gpu). It is
installed for the user, once for all workspaces: $MIXPROP_RUNTIMES or the user's data folder. An interrupted download goes
on at the next try.`,
  options: {},
  run: (invocation) => {
    const takes = `one name: ${names.join(' or ')}`;
    const problemOf = (name: string) =>
      (runtimeNames as readonly string[]).includes(name)
        ? undefined
        : `there is no runtime "${name}": ${names.join(' or ')}`;
    return runAction(invocation, 'runtime', 'the runtime', usage, {
      install: { takes, problemOf, run: (_, name) => install(invocation, name as RuntimeName) },
      list: { run: list },
      remove: { takes, problemOf, run: (_, name) => remove(invocation, name as RuntimeName) },
    });
  },
};

async function install(invocation: Invocation, name: RuntimeName): Promise<number> {
  try {
    return await report(invocation, name);
  } catch (error) {
    if (!invocation.signal.aborted) throw error;
    invocation.printError(`the installation of ${name} was cancelled; the next one goes on with what was downloaded`);
    return 1;
  }
}

/** Installs, with the plan, the progress and the end on stdout. */
async function report(invocation: Invocation, name: RuntimeName): Promise<number> {
  const outcome = await installRuntime(name, {
    signal: invocation.signal,
    onPlan: ({ source, downloadBytes, diskBytes, folder }) => {
      invocation.print(`${source}: ${formatBytes(downloadBytes)} to download, ${formatBytes(diskBytes)} on the disk`);
      invocation.print(`into ${folder}`);
      invocation.printJson({ type: 'plan', name, downloadBytes, diskBytes, folder });
    },
    onProgress: downloadProgress(invocation),
  });
  const { folder, manifest, wasThere } = outcome;
  invocation.print(`${name} ${wasThere ? 'is already there' : 'is installed'}: ${describe(manifest)}, in ${folder}`);
  const { version, origin, binding } = manifest;
  invocation.printJson({ type: 'installed', name, folder, version, origin, binding });
  return 0;
}

function list(invocation: Invocation): number {
  const found = installedRuntimes();
  for (const { name, folder, manifest, problem } of found) {
    invocation.print(`${name.padEnd(14)} ${problem ?? (manifest ? describe(manifest) : '')}`);
    invocation.print(`${' '.repeat(14)} ${folder}`);
  }
  if (found.length === 0) {
    invocation.print(`no native runtime in ${runtimesFolder()}: "mixprop runtime install tensorflow" gets one`);
  }
  invocation.printJson(
    found.map(({ name, folder, manifest, problem }) => ({
      name,
      folder,
      isSound: problem === undefined,
      ...(manifest ? { version: manifest.version, origin: manifest.origin, binding: manifest.binding } : {}),
      ...(manifest ? { diskBytes: totalBytes(manifest) } : {}),
      ...(problem === undefined ? {} : { problem }),
    })),
  );
  return 0;
}

function remove(invocation: Invocation, name: RuntimeName): number {
  const wasThere = removeRuntime(name);
  invocation.print(wasThere ? `${name} is removed` : `there is no ${name} in ${runtimesFolder()}`);
  invocation.printJson({ type: 'removed', name, wasThere });
  return 0;
}

const totalBytes = ({ files }: RuntimeManifest) => files.reduce((sum, { size }) => sum + size, 0);

function describe(manifest: RuntimeManifest): string {
  const { version, origin, binding } = manifest;
  const source = origin === 'pip' ? 'a Python wheel' : "tfjs's own download";
  const how = binding === 'npm' ? '' : `, binding ${binding}`;
  return `TensorFlow ${version} from ${source}${how}, ${formatBytes(totalBytes(manifest))}`;
}
