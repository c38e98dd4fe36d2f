import { absent, type Check, ok, warning } from './check';
import { compareVersions } from './host';
import type { FoundRuntime, RuntimeManifest } from './installed-runtime';
import type { NvidiaDriver, NvidiaGpu } from './nvidia';

const name = 'gpu';
/** The oldest Linux driver that runs CUDA 12, and the oldest GPUs that the wheel is built for. */
const minDriver = '525.60.13';
const minComputeCapability = '6.0';
/** tfjs's own download is built with CUDA 11.2, which came before these GPUs. */
const tooNewForCuda11 = '9.0';

/** GPUs and driver, also whether they suit an installed GPU runtime. */
export function checkGpus(driver: NvidiaDriver | undefined, gpuRuntime: FoundRuntime | undefined): Check[] {
  if (driver === undefined || driver.failure !== undefined || driver.gpus.length === 0) {
    const what =
      driver?.failure ?? (driver === undefined ? 'no NVIDIA driver (nvidia-smi was not found)' : 'no NVIDIA GPU');
    if (gpuRuntime === undefined && driver?.failure === undefined)
      return [absent(name, `${what}: runs compute on the processor`)];
    const remedy =
      'install or repair the NVIDIA driver (in a container: start it with its GPUs); until then runs compute on the processor';
    return [warning(name, what, remedy)];
  }
  return driver.gpus.map((gpu) => checkGpu(gpu, driver.cuda, gpuRuntime?.manifest));
}

function checkGpu(gpu: NvidiaGpu, cuda: string | undefined, manifest: RuntimeManifest | undefined): Check {
  const { driver, computeCapability, memoryMiB } = gpu;
  const message = [
    gpu.name,
    ...(memoryMiB === undefined ? [] : [`${(memoryMiB / 1024).toFixed(0)} GiB`]),
    ...(computeCapability === undefined ? [] : [`compute capability ${computeCapability}`]),
    `driver ${driver}`,
    ...(cuda === undefined ? [] : [`CUDA up to ${cuda}`]),
  ].join(', ');
  if (manifest === undefined) return ok(name, message);
  if (manifest.origin === 'npm') {
    if (computeCapability === undefined || compareVersions(computeCapability, tooNewForCuda11) < 0)
      return ok(name, message);
    const what = `${message}: the installed TensorFlow ${manifest.version} is built with CUDA 11.2, which does not know this GPU`;
    return warning(
      name,
      what,
      'on Linux install Python 3 with pip, run "mixprop runtime remove tensorflow-gpu" and "mixprop runtime install tensorflow-gpu", which then takes the build with CUDA 12',
    );
  }
  if (compareVersions(driver, minDriver) < 0)
    return warning(name, `${message}: too old for CUDA 12`, `update the NVIDIA driver to ${minDriver} or later`);
  if (computeCapability !== undefined && compareVersions(computeCapability, minComputeCapability) < 0)
    return warning(
      name,
      `${message}: TensorFlow needs compute capability ${minComputeCapability}`,
      'runs compute on the processor; run "mixprop runtime remove tensorflow-gpu" and "mixprop runtime install tensorflow"',
    );
  return ok(name, message);
}

/** What TensorFlow loads to compute on a GPU, by the beginning of the library's name. */
const gpuLibraries: Record<string, string> = {
  libcudart: 'CUDA',
  libcublas: 'cuBLAS',
  libcudnn: 'cuDNN',
  libcufft: 'cuFFT',
  libcusolver: 'cuSOLVER',
  libcusparse: 'cuSPARSE',
};

/** CUDA's and cuDNN's libraries inside a GPU runtime that came as wheels. */
export function checkGpuLibraries({ files, origin }: RuntimeManifest): Check {
  const label = 'gpu libraries';
  if (origin === 'npm') return ok(label, 'CUDA 11.2 and cuDNN 8.1 of this system are used: the runtime holds none');
  const found = Object.entries(gpuLibraries).map(([library, title]) => {
    const file = files.find(({ path }) => path.includes(`/lib/${library}.so.`));
    return { library, title, version: file?.path.split('.so.')[1] };
  });
  const missing = found.filter(({ version }) => version === undefined);
  const there = found.flatMap(({ title, version }) => (version === undefined ? [] : [`${title} ${version}`]));
  if (missing.length === 0) return ok(label, there.join(', '));
  const names = missing.map(({ library }) => `${library}.so`).join(', ');
  return warning(
    label,
    `missing: ${names}`,
    'run "mixprop runtime remove tensorflow-gpu" and "mixprop runtime install tensorflow-gpu"',
  );
}
