import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { UsageError } from '../../common/errors/usage-error';
import { readSafetensors, type SafetensorsFile, writeSafetensors } from '../../common/weights/safetensors';
import { misfitText } from '../../common/weights/weight-misfits';
import { prepareNetwork } from '../execution/prepare-network';
import { buildNetwork } from '../models/build-network';
import { classMetadata } from '../models/checkpoint';
import { recordedClasses } from '../recorded/recorded-classes';
import type { Command } from './command';
import { type LocatedCheckpoint, runCheckpoint, usableCheckpoint } from './run-checkpoint';
import { asOutput, requireFolder } from './write-output';

export const exportCommand: Command = {
  name: 'export',
  summary: 'write the weights of a run for other programs',
  usage: `export RUN --format safetensors [--strip-aux] [--checkpoint best|last|EPOCH] --out FILE.safetensors

  --format      safetensors: parameters and running statistics under PyTorch's names and in its layouts
  --strip-aux   without the aux branch: what is left of a resnet loads into torchvision's with strict=True
  --checkpoint  which checkpoint of the run (default: best)
  --out         the file to write; one that exists is never overwritten`,
  options: { texts: ['format', 'checkpoint', 'out'], flags: ['strip-aux'] },
  async run(invocation) {
    const run = invocation.single('export needs one run folder, such as runs/my-run');
    refuseOtherFormats(invocation.text('format'));
    const out = invocation.text('out');
    if (out === undefined) throw new UsageError('export needs --out FILE.safetensors');
    const located = runCheckpoint(run, invocation.text('checkpoint'));
    if (existsSync(out)) throw new UsageError(`${out} is there already: choose another --out, or delete it first`);
    requireFolder('out', out);

    const stripAux = invocation.flag('strip-aux');
    const { weights, epoch, hadAux } = weightsOf(located, stripAux);
    if (stripAux && !hadAux) {
      invocation.print(`${basename(resolve(run))} has one branch: there is no aux branch to strip`);
    }
    await asOutput(out, () => writeSafetensors(out, weights));
    const branches = hadAux && !stripAux ? ['main', 'aux'] : ['main'];
    const tensors = weights.tensors.size;
    invocation.print(`wrote ${out}: ${tensors} tensors, ${branches.join(' and ')}, of epoch ${epoch}`);
    invocation.printJson({ out: resolve(out), checkpoint: resolve(located.file), epoch, branches, tensors });
    return 0;
  },
};

function refuseOtherFormats(format: string | undefined): void {
  if (format === 'safetensors') return;
  if (format === undefined) throw new UsageError('export needs --format safetensors');
  if (format === 'tensorboard' || format === 'csv') {
    throw new UsageError(
      `this version cannot export ${format} yet: --format safetensors is there, and the curves are in events.jsonl`,
    );
  }
  throw new UsageError(`--format must be safetensors, not "${format}"`);
}

/** The network's own tensors of a checkpoint: no momentum, no position. */
function weightsOf(
  { experiment, file, run }: LocatedCheckpoint,
  stripAux: boolean,
): { weights: SafetensorsFile; epoch: number; hadAux: boolean } {
  // Names do not depend on the number of classes, which only the data set knows.
  const classes = 2;
  const { network, method } = prepareNetwork(experiment, classes);
  const { specs } = stripAux ? buildNetwork(experiment.model, classes, ['main']) : network;
  const own = new Set(specs.map(({ name }) => name));
  const { tensors, metadata } = usableCheckpoint(() => readSafetensors(file, (name) => own.has(name)));
  const missing = [...own].filter((name) => !tensors.has(name));
  if (missing.length > 0) {
    const misfits = missing.map((name) => ({ kind: 'missing' as const, name }));
    throw new UsageError(`${misfitText(file, misfits)}\nchoose another --checkpoint`);
  }
  return {
    weights: {
      tensors: new Map(specs.map(({ name }) => [name, tensors.get(name)!])),
      // The format is what readers of PyTorch's files look for.
      metadata: { format: 'pt', ...classMetadata(recordedClasses(file, run)) },
    },
    epoch: Number(metadata.epoch),
    hadAux: method.branches.includes('aux'),
  };
}
