import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bindingName, bindingSources, compileBinding, isBindingHeader, libraryNames, prebuiltBinding } from './binding';
import { download, hashFile, remoteSize } from './download';
import { type Installation, requireFreeDisk, type StagedRuntime } from './installation';
import { RuntimeError, type RuntimeName, wheelVersion } from './installed-runtime';
import { downloadWithPip, findPip, findWheels, type Pip, requirementsOfExtra, type Wheel } from './pip';
import { probeRuntime } from './probe-runtime';
import { type UnpackedFile, unpackWheel } from './wheel';

/** For each runtime: the package, the extra that names the GPU's libraries, and measured sizes in bytes. */
const packages: Record<RuntimeName, { package: string; extra?: string; downloadBytes: number; diskBytes: number }> = {
  tensorflow: { package: 'tensorflow-cpu', downloadBytes: 274e6, diskBytes: 855e6 },
  'tensorflow-gpu': { package: 'tensorflow', extra: 'and-cuda', downloadBytes: 2.9e9, diskBytes: 6e9 },
};

/**
 * The libraries of TensorFlow's Python wheel, with tfjs's binding. No Python is run but pip.
 * @throws RuntimeError with the reason
 * @throws AbortError
 */
export async function installFromWheels(installation: Installation): Promise<StagedRuntime> {
  const { name, staging, signal, onProgress } = installation;
  if (prebuiltBinding() === undefined && bindingSources() === undefined)
    throw new RuntimeError(
      "this build of MixProp Studio holds neither tfjs's binding for this platform nor its sources",
    );
  onProgress('looking up packages', 0, 1);
  const pip = await findPip(signal);
  const wheels = await findRuntimeWheels(pip, name, signal);
  onProgress('looking up packages', 1, 1);
  const files = await downloadWheels(pip, wheels, installation);
  const unpacked = await unpackAll(files, installation);
  const { binding, file } = await addBinding(staging, wheelVersion, installation);
  rmSync(join(staging, 'tensorflow', 'include'), { recursive: true, force: true });
  const kept = unpacked.filter(({ path }) => !isBindingHeader(path));
  return { version: wheelVersion, origin: 'pip', binding, bindingFile: bindingName, files: [...kept, file] };
}

/** TensorFlow's wheel and, for GPUs, those of the libraries that its metadata names. */
async function findRuntimeWheels(pip: Pip, name: RuntimeName, signal: AbortSignal): Promise<Wheel[]> {
  const { package: packageName, extra } = packages[name];
  const [tensorflow] = await findWheels(pip, [`${packageName}==${wheelVersion}`], signal);
  if (extra === undefined) return [tensorflow];
  const libraries = requirementsOfExtra(tensorflow, extra);
  if (libraries.length === 0) throw new RuntimeError(`${tensorflow.fileName} names no libraries for GPUs`);
  return [tensorflow, ...(await findWheels(pip, libraries, signal))];
}

async function downloadWheels(pip: Pip, wheels: Wheel[], installation: Installation): Promise<string[]> {
  const { name, folder, downloads, signal, onPlan, onProgress } = installation;
  const sizes = await Promise.all(wheels.map(({ url }) => remoteSize(url, signal)));
  const known = sizes.every((size) => size !== undefined);
  const total = known ? sizes.reduce((sum, size) => sum + size, 0) : packages[name].downloadBytes;
  const { diskBytes } = packages[name];
  const source = `TensorFlow ${wheelVersion} and its libraries as Python wheels`;
  onPlan({ name, downloadBytes: total, diskBytes, folder, source });
  mkdirSync(downloads, { recursive: true });
  const there = wheels.reduce((sum, wheel) => sum + downloadedBytes(join(downloads, wheel.fileName)), 0);
  await requireFreeDisk(downloads, Math.max(0, total - there) + diskBytes);
  const phase = 'downloading';
  let before = 0;
  const files: string[] = [];
  for (const [index, wheel] of wheels.entries()) {
    onProgress(phase, before, total);
    const file = await downloadWheel(pip, wheel, installation, (bytes) => onProgress(phase, before + bytes, total));
    before += sizes[index] ?? statSync(file).size;
    files.push(file);
  }
  onProgress(phase, total, total);
  return files;
}

function downloadedBytes(file: string): number {
  return [file, `${file}.part`].reduce((sum, name) => sum + (statSync(name, { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** Downloads one wheel, by ourselves where possible (it can be resumed), otherwise by pip. Returns the file. */
async function downloadWheel(
  pip: Pip,
  wheel: Wheel,
  { downloads, signal, onProgress }: Installation,
  onBytes: (bytes: number) => void,
): Promise<string> {
  const { url, fileName, sha256 } = wheel;
  // A folder of wheels on this machine (pip's --find-links).
  if (url.startsWith('file:')) {
    const file = fileURLToPath(url);
    if (sha256 !== undefined && (await hashFile(file, signal)) !== sha256)
      throw new RuntimeError(`the sha256 checksum of ${file} differs from its index's`);
    return file;
  }
  const file = join(downloads, fileName);
  try {
    await download(url, file, { sha256, signal, onProgress: onBytes });
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    onProgress('downloading with pip', 0, 1);
    try {
      await downloadWithPip(pip, wheel, file, signal);
    } catch (second) {
      if (second instanceof RuntimeError) throw new RuntimeError(`${error.message}; ${second.message}`);
      throw second;
    }
    rmSync(`${file}.part`, { force: true });
  }
  return file;
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

/** What a runtime needs of the wheels: TensorFlow's C libraries and, as a whole, the libraries for GPUs. */
function isRuntimeFile(path: string): boolean {
  if (path.startsWith('nvidia/')) return !/\/include\/|\.(a|h|hpp|py|pyi|cmake)$/.test(path);
  return libraryNames.some((name) => path === `tensorflow/${name}`) || isBindingHeader(path);
}

/**
 * Adds tfjs's binding to a folder with the libraries, and tries it: the prebuilt one or, where that is missing or does not
 * load on this system, one compiled here.
 */
export async function addBinding(
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
      const file = { path: bindingName, size: statSync(target).size, sha256: await hashFile(target, signal) };
      return { binding, file };
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      failures.push(error.message);
    }
    if (existsSync(target)) rmSync(target);
  }
  throw new RuntimeError(failures.join('; '));
}

/**
 * Tries a runtime before it gets its name.
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
