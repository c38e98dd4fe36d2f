import * as z from 'zod';
import { formatBytes } from '../../common/files/byte-size';
import { parseJson } from '../../common/files/parse-json';

/** A runtime on the disk, as `mixprop runtime list --json` has it. */
const listedRuntime = z.lazy(() =>
  z.object({
    name: z.string(),
    folder: z.string(),
    version: z.string().optional(),
    diskBytes: z.number().optional(),
    /** What is wrong with it, and the remedy. */
    problem: z.string().optional(),
  }),
);

export type ListedRuntime = z.infer<typeof listedRuntime>;

/** A native runtime that can be installed, and how that stands on this machine. */
export interface RuntimeChoice {
  name: string;
  label: string;
  description: string;
  detail: string;
  state: 'absent' | 'sound' | 'damaged';
}

const known = [
  {
    name: 'tensorflow',
    label: 'TensorFlow for the CPU',
    detail: 'About 270 MB to download, 0.9 GB on disk.',
  },
  {
    name: 'tensorflow-gpu',
    label: 'TensorFlow for an NVIDIA GPU',
    detail: 'With CUDA 12: about 3.4 GB to download, 5.7 GB on disk. Needs NVIDIA’s driver.',
  },
] as const;

/** What `mixprop runtime list --json` printed; undefined where that is no list. */
export function parseRuntimeList(lines: readonly string[]): ListedRuntime[] | undefined {
  return z.array(listedRuntime).safeParse(parseJson(lines.join('\n'))).data;
}

/** The runtimes to choose from, given those that were found on the disk. */
export function runtimeChoices(listed: readonly ListedRuntime[]): RuntimeChoice[] {
  return known.map(({ name, label, detail }) => {
    const found = listed.find((runtime) => runtime.name === name);
    if (found === undefined) return { name, label, description: name, detail, state: 'absent' };
    const { folder, version, diskBytes, problem } = found;
    if (problem !== undefined)
      return { name, label, description: `${name} · damaged`, detail: problem, state: 'damaged' };
    const size = diskBytes === undefined ? '' : `${formatBytes(diskBytes)} `;
    const description = `${name}${version === undefined ? '' : ` ${version}`} · installed`;
    return { name, label, description, detail: `${size}in ${folder}`, state: 'sound' };
  });
}
