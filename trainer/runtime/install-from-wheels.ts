import { chmodSync, copyFileSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from '../../common/files/make-folders';
import { bindingName, bindingSources, compileBinding, isBindingHeader, libraryNames, prebuiltBinding } from './binding';
import { DownloadError, download, remoteSize } from './download';
import { type Installation, listFile, requireFreeDisk, type StagedRuntime } from './installation';
import { RuntimeError, type RuntimeName, wheelVersion } from './installed-runtime';
import { fetchMetadata, findWheel, requirementsOfExtra, type Wheel } from './package-index';
import { downloadWithPip, findPip, indexOf, type Pip } from './pip';
import { probeRuntime } from './probe-runtime';
import { readMetadata, type UnpackedFile, unpackWheel } from './wheel';

/** For each runtime: the package, the extra that names the GPU's libraries, and measured sizes in bytes. */
const packages: Record<RuntimeName, { package: string; extra?: string; downloadBytes: number; diskBytes: number }> = {
  tensorflow: { package: 'tensorflow-cpu', downloadBytes: 274e6, diskBytes: 855e6 },
  'tensorflow-gpu': { package: 'tensorflow', extra: 'and-cuda', downloadBytes: 3.4e9, diskBytes: 5.7e9 },
};

/**
 * The libraries of TensorFlow's Python wheel, with tfjs's binding. Of Python only pip is run.
 * @throws RuntimeError with the reason
 * @throws AbortError
 */
export async function installFromWheels(installation: Installation): Promise<StagedRuntime> {
  const { staging } = installation;
  if (prebuiltBinding() === undefined && bindingSources() === undefined)
    throw new RuntimeError(
      "this build of MixProp Studio holds neither tfjs's binding for this platform nor its sources",
    );
  const unpacked = await unpackAll(await downloadWheels(installation), installation);
  const { binding, file } = await addBinding(staging, wheelVersion, installation);
  rmSync(join(staging, 'tensorflow', 'include'), { recursive: true, force: true });
  const kept = unpacked.filter(({ path }) => !isBindingHeader(path));
  return { version: wheelVersion, origin: 'pip', binding, bindingFile: bindingName, files: [...kept, file] };
}

/** A requirement and its wheel, where that could be found without pip. */
interface Source {
  requirement: string;
  wheel?: Wheel;
  /** Why it could not. */
  reason?: string;
}

/** Downloads TensorFlow's wheel and, for GPUs, those of the libraries that its metadata names. @returns the files */
async function downloadWheels(installation: Installation): Promise<string[]> {
  const { name, folder, downloads, signal, onPlan, onProgress } = installation;
  const { package: packageName, extra, diskBytes } = packages[name];
  onProgress('looking up packages', 0, 1);
  const pip = await findPip(signal);
  const index = await indexOf(pip, signal);
  const locate = (requirement: string) => locateWheel(index, requirement, signal);
  const locateLibraries = async (metadata: string) => {
    const requirements = extra === undefined ? [] : requirementsOfExtra(metadata, extra);
    if (requirements.length === 0) throw new RuntimeError(`the package ${packageName} lists no libraries for GPUs`);
    return Promise.all(requirements.map(locate));
  };
  const tensorflow = await locate(`${packageName}==${wheelVersion}`);
  let libraries: Source[] | undefined = extra === undefined ? [] : undefined;
  if (libraries === undefined && tensorflow.wheel !== undefined) {
    const metadata = await fetchMetadata(tensorflow.wheel, signal);
    if (metadata !== undefined) libraries = await locateLibraries(metadata);
  }
  const total = (libraries && (await totalSize([tensorflow, ...libraries], signal))) ?? packages[name].downloadBytes;
  onProgress('looking up packages', 1, 1);
  const source = `TensorFlow ${wheelVersion} and its libraries as Python wheels`;
  onPlan({ name, downloadBytes: total, diskBytes, folder, source });
  makeFolders(downloads);
  const there = readdirSync(downloads).reduce((sum, entry) => sum + statSync(join(downloads, entry)).size, 0);
  await requireFreeDisk(downloads, Math.max(0, total - there) + diskBytes);

  let before = 0;
  const get = async (wanted: Source) => {
    const onBytes = (bytes: number) => onProgress('downloading', Math.min(total, before + bytes), total);
    const file = await downloadWheel(pip, wanted, installation, onBytes);
    before += statSync(file).size;
    onBytes(0);
    return file;
  };
  const files = [await get(tensorflow)];
  libraries ??= await locateLibraries(await readMetadata(files[0]));
  for (const library of libraries) files.push(await get(library));
  onProgress('downloading', total, total);
  return files;
}

async function locateWheel(index: string | undefined, requirement: string, signal: AbortSignal): Promise<Source> {
  if (index === undefined) return { requirement, reason: 'pip does not say which index it uses' };
  try {
    return { requirement, wheel: await findWheel(index, requirement, signal) };
  } catch (error) {
    if (error instanceof RuntimeError) return { requirement, reason: error.message };
    throw error;
  }
}

/** The bytes to download in total; undefined where a server does not say. */
async function totalSize(sources: Source[], signal: AbortSignal): Promise<number | undefined> {
  const sizes = await Promise.all(sources.map(({ wheel }) => wheel && remoteSize(wheel.url, signal)));
  return sizes.every((size) => size !== undefined) ? sizes.reduce((sum, size) => sum + size, 0) : undefined;
}

/** Downloads a wheel, where possible directly, which can be resumed, else with pip. @returns the file */
async function downloadWheel(
  pip: Pip,
  { requirement, wheel, reason }: Source,
  { downloads, signal, onProgress }: Installation,
  onBytes: (bytes: number) => void,
): Promise<string> {
  let why = reason;
  if (wheel !== undefined) {
    const file = join(downloads, wheel.fileName);
    try {
      onBytes(0);
      await download(wheel.url, file, { sha256: wheel.sha256, signal, onProgress: onBytes });
      return file;
    } catch (error) {
      if (!(error instanceof DownloadError)) throw error;
      why = error.message;
    }
  }
  onProgress('downloading with pip', 0, 1);
  try {
    return await downloadWithPip(pip, requirement, downloads, signal);
  } catch (error) {
    if (error instanceof RuntimeError && why !== undefined) throw new RuntimeError(`${why}; ${error.message}`);
    throw error;
  }
}

async function unpackAll(wheels: string[], { staging, signal, onProgress }: Installation): Promise<UnpackedFile[]> {
  const phase = 'unpacking';
  const unpacked: UnpackedFile[] = [];
  const sizes = wheels.map((wheel) => statSync(wheel).size);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let before = 0;
  for (const [index, wheel] of wheels.entries()) {
    const size = sizes[index];
    const onPart = (done: number, all: number) => onProgress(phase, before + Math.round((size * done) / all), total);
    unpacked.push(...(await unpackWheel(wheel, staging, isRuntimeFile, { signal, onProgress: onPart })));
    before += size;
  }
  for (const library of libraryNames) {
    if (!unpacked.some(({ path }) => path === `tensorflow/${library}`))
      throw new RuntimeError(`TensorFlow's wheel has no tensorflow/${library}: it is not the expected build`);
  }
  return unpacked;
}

/** What a runtime needs of the wheels: TensorFlow's C libraries, and the libraries for GPUs completely. */
function isRuntimeFile(path: string): boolean {
  if (path.startsWith('nvidia/')) return !/\/include\/|\.(a|h|hpp|py|pyi|cmake)$/.test(path);
  return libraryNames.some((name) => path === `tensorflow/${name}`) || isBindingHeader(path);
}

/**
 * Adds tfjs's binding to a folder with the libraries and tests it: the prebuilt one or, where that is missing or does not
 * load on this system, one compiled here.
 */
async function addBinding(
  staging: string,
  version: string,
  { signal, onProgress }: Pick<Installation, 'signal' | 'onProgress'>,
): Promise<{ binding: 'prebuilt' | 'compiled'; file: UnpackedFile }> {
  const target = join(staging, bindingName);
  const failures: string[] = [];
  const prebuilt = prebuiltBinding();
  const sources = bindingSources();
  for (const binding of ['prebuilt', 'compiled'] as const) {
    try {
      if (binding === 'prebuilt') {
        if (prebuilt === undefined) continue;
        copyFileSync(prebuilt, target);
        chmodSync(target, 0o755);
      } else {
        if (sources === undefined) continue;
        onProgress('compiling the binding', 0, 1);
        await compileBinding(staging, sources, signal);
        onProgress('compiling the binding', 1, 1);
      }
      await requireWorking(target, version, signal, onProgress);
      return { binding, file: await listFile(staging, bindingName, signal) };
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      failures.push(error.message);
    }
    if (existsSync(target)) rmSync(target);
  }
  throw new RuntimeError(failures.join('; '));
}

/**
 * Tests a runtime before it gets its name.
 * @throws RuntimeError when it does not load, does not compute, or is of another version
 */
export async function requireWorking(
  bindingFile: string,
  version: string | undefined,
  signal: AbortSignal,
  onProgress: Installation['onProgress'],
): Promise<string> {
  onProgress('testing', 0, 1);
  const result = await probeRuntime(bindingFile, signal);
  if (!result.works) throw new RuntimeError(`the installed TensorFlow does not work: ${result.problem}`);
  if (version !== undefined && result.version !== version)
    throw new RuntimeError(`the installed TensorFlow says it is ${result.version} instead of ${version}`);
  onProgress('testing', 1, 1);
  return result.version;
}
