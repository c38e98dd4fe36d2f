import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

/** The properties of a processor that matter for speed. */
export interface Processor {
  model: string;
  /** Available to this process. */
  cores: number;
  /** Vector and matrix units; undefined where the system does not list them. */
  features?: string[];
  /** Whether it computes in bfloat16; undefined where the system does not say. */
  bfloat16?: boolean;
  hasAvx512?: boolean;
  /** Whether it lacks AVX, without which TensorFlow's builds for x86-64 do not run. */
  lacksAvx?: boolean;
}

const processorModel = () => cpus()[0]?.model.trim() || process.arch;

/** "AMD EPYC 9B14, 8 threads" */
export const processorText = (threads: number): string =>
  `${processorModel()}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;

export function thisProcessor(): Processor {
  const processor: Processor = { model: processorModel(), cores: availableParallelism() };
  if (process.platform !== 'linux') return processor;
  try {
    return { ...processor, ...parseCpuInfo(readFileSync('/proc/cpuinfo', 'utf8')) };
  } catch {
    return processor;
  }
}

/** Features in Linux's list of processors: `flags` on x86, `Features` on Arm. */
export function parseCpuInfo(text: string): Partial<Processor> {
  const x86 = words(/^flags\s*:(.*)$/m.exec(text)?.[1]);
  if (x86.size > 0) {
    return {
      features: ['avx2', 'fma', 'avx512f', 'avx512_bf16', 'amx_bf16'].filter((feature) => x86.has(feature)),
      bfloat16: x86.has('amx_bf16') || x86.has('avx512_bf16'),
      hasAvx512: x86.has('avx512f'),
      lacksAvx: !x86.has('avx'),
    };
  }
  const arm = words(/^Features\s*:(.*)$/m.exec(text)?.[1]);
  if (arm.size === 0) return {};
  return {
    features: ['asimd', 'sve', 'sve2', 'bf16'].filter((feature) => arm.has(feature)),
    bfloat16: arm.has('bf16'),
  };
}

const words = (text = ''): Set<string> => new Set(text.trim().split(/\s+/).filter(Boolean));
