import { lastLines, runCommand } from './child-process';

export interface NvidiaGpu {
  name: string;
  driver: string;
  /** "9.0"; undefined where the driver is too old to report it. */
  computeCapability?: string;
  memoryMiB?: number;
}

/** What the NVIDIA driver reports. */
export interface NvidiaDriver {
  gpus: NvidiaGpu[];
  /** The newest CUDA that the driver runs. */
  cuda?: string;
  /** Why the driver reported nothing. */
  failure?: string;
}

const timeoutMs = 30_000;

/** Asks nvidia-smi; undefined where there is no driver. */
export async function askNvidiaDriver(signal?: AbortSignal): Promise<NvidiaDriver | undefined> {
  const fields = 'name,driver_version,compute_cap,memory.total';
  const query = ['--format=csv,noheader,nounits', `--query-gpu=${fields}`];
  const gpus = await runCommand('nvidia-smi', query, { signal, timeoutMs });
  if (gpus.status === null && gpus.failure?.endsWith('was not found')) return undefined;
  if (gpus.status !== 0) {
    const said = lastLines(`${gpus.stdout}\n${gpus.stderr}`, 2);
    return { gpus: [], failure: gpus.failure ?? (said || `nvidia-smi ended with status ${gpus.status}`) };
  }
  const overview = await runCommand('nvidia-smi', [], { signal, timeoutMs });
  const cuda = /CUDA(?: UMD)? Version\s*:\s*([\d.]+)/.exec(overview.stdout)?.[1];
  return { gpus: parseGpus(gpus.stdout), ...(cuda !== undefined && { cuda }) };
}

/** Lines "NVIDIA H100 80GB HBM3, 550.54.15, 9.0, 81559"; an unknown field reads "[N/A]". */
export function parseGpus(text: string): NvidiaGpu[] {
  return text.split('\n').flatMap((line) => {
    const [name, driver, capability = '', memory = ''] = line.split(',').map((field) => field.trim());
    if (!name || !driver) return [];
    return {
      name,
      driver,
      ...(/^\d+\.\d+$/.test(capability) ? { computeCapability: capability } : {}),
      ...(/^\d+$/.test(memory) ? { memoryMiB: Number(memory) } : {}),
    };
  });
}
