import { absent, type Check, ok, warning } from './check';
import { runCommand } from './child-process';
import { type Host, usesMusl } from './host';
import type { FoundRuntime } from './installed-runtime';
import type { NvidiaDriver } from './nvidia';
import { type ProbeResult, probeRuntime } from './probe-runtime';

/** An installed runtime and, where its files are complete, the result of a trial. */
export interface TriedRuntime extends FoundRuntime {
  trial?: ProbeResult;
}

export async function tryRuntime(found: FoundRuntime, signal?: AbortSignal): Promise<TriedRuntime> {
  if (found.runtime === undefined) return found;
  return { ...found, trial: await probeRuntime(found.runtime.bindingFile, signal) };
}

/** One runtime: whether it loads, which device it computes on, and what is missing. */
export async function checkRuntime(tried: TriedRuntime, driver: NvidiaDriver | undefined): Promise<Check> {
  const { name, folder, manifest, runtime, problem, trial } = tried;
  if (manifest === undefined || runtime === undefined || trial === undefined)
    return warning(name, problem ?? `${folder} cannot be used`);
  const { version, origin, binding } = manifest;
  const title = `TensorFlow ${version} (origin ${origin}, binding ${binding})`;
  const reinstall = `run "mixprop runtime remove ${name}" and "mixprop runtime install ${name}"`;
  if (!trial.works) {
    const missing = await missingLibraries(runtime.bindingFile);
    const libraries = missing.length > 0 ? `; missing libraries: ${missing.join(', ')}` : '';
    return warning(name, `${title} does not work: ${trial.problem}${libraries}`, remedyFor(trial.problem) ?? reinstall);
  }
  if (trial.version !== version) return warning(name, `${title} says it is ${trial.version}`, reinstall);
  if (name === 'tensorflow') return ok(name, `${title} computes on the processor, in ${folder}`);
  if (trial.usesGpu) return ok(name, `${title} computes on the GPU, in ${folder}`);
  const reasons = gpuMessages(trial.log);
  const why = reasons.length > 0 ? `: ${reasons.join('; ')}` : '';
  if ((driver?.gpus.length ?? 0) === 0)
    return warning(name, `${title} finds no GPU and computes on the processor${why}`);
  const remedy = 'see the GPU and its libraries in this list; CUDA_VISIBLE_DEVICES must not hide the GPU';
  return warning(name, `${title} does not use the GPU of this machine${why}`, remedy);
}

/** Where no runtime is installed. */
export function checkNoRuntime(host: Host, driver: NvidiaDriver | undefined): Check {
  const name = 'native runtime';
  if (usesMusl(host)) return absent(name, 'none, and there is none for musl: runs compute with the embedded backend');
  const hasGpu = (driver?.gpus.length ?? 0) > 0 && host.platform !== 'darwin';
  const wanted = hasGpu ? 'tensorflow-gpu' : 'tensorflow';
  const gain = hasGpu ? 'to compute on the GPU' : 'to compute several times faster';
  return warning(
    name,
    'none installed: runs compute with the embedded backend',
    `run "mixprop runtime install ${wanted}" ${gain}`,
  );
}

/** Which libraries the loader misses, on Linux. */
async function missingLibraries(file: string): Promise<string[]> {
  if (process.platform !== 'linux') return [];
  const { stdout } = await runCommand('ldd', [file], { timeoutMs: 20_000 });
  return [...new Set([...stdout.matchAll(/^\s*(\S+) => not found/gm)].map(([, library]) => library))];
}

/** The remedy for failures that the loader's message identifies. */
function remedyFor(said: string): string | undefined {
  if (/GLIBC(XX)?_[\d.]+.*not found/.test(said))
    return 'this distribution is too old for the runtime: use a newer one, or the embedded backend';
  if (/wrong ELF class|Exec format|not a valid Win32/i.test(said))
    return 'the runtime is for another kind of machine: name a folder of this machine in the environment variable MIXPROP_RUNTIMES';
  if (/SIGILL/.test(said)) return 'the processor lacks instructions that TensorFlow needs: use the embedded backend';
  if (/SIGKILL/.test(said)) return 'the system ended it, probably for want of memory: end other programs';
  return undefined;
}

/** TensorFlow's messages about GPUs, drivers and libraries that it could not use. */
function gpuMessages(log: string): string[] {
  const lines = log
    .split('\n')
    .filter((line) =>
      /could not find cuda|could not load dynamic library|cannot dlopen|failed call to cuInit|driver version|compute capability/i.test(
        line,
      ),
    );
  // "2026-01-01 00:00:00.0: W file.cc:12] message"
  return [...new Set(lines.map((line) => line.replace(/^.*?\S+\.cc:\d+\] /, '').trim()))].slice(0, 4);
}
