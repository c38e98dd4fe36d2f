import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { UsageError } from '../../common/errors/usage-error';
import { makeFolders } from '../../common/files/make-folders';
import type { LossTerms } from '../../common/run/events';
import { datasetAt, readRecordedRun } from '../../common/run/recorded-run';
import { runPaths } from '../../common/run/run-folder';
import { parseBackend, startBackend } from '../backends/select';
import { splitIdentity } from '../data/data-identity';
import type { Dataset } from '../data/dataset';
import { openDataset } from '../data/open/open-dataset';
import { recordedClasses } from '../recorded/recorded-classes';
import { requireSameImages } from '../recorded/same-images';
import { drawsRecord } from '../training/draws';
import { type ReplayedStep, replayStep } from '../training/replay';
import type { Command, Invocation } from './command';
import { writeContactSheet } from './contact-sheet';
import { openData } from './open-data';
import { asOutput } from './write-output';

export const replayCommand: Command = {
  name: 'replay',
  summary: 'run a step of a run again: its batch, its draws, and the same loss to the bit',
  usage: `replay RUN --step K [--out DIR] [--data PATH] [--other-images] [--backend auto|tensorflow|wasm]

Begins at the nearest checkpoint before step K that has the momentum: with "record": {"draws": true} and "checkpoint":
{"every": n} there is one every n epochs. Exit status 1 where the losses are not those on record.

  --out           write the step's batches, as they entered the network, as PNG sheets
  --data          where the data set is now, if not where it was
  --other-images  run the step although the training images are not those of the run, as long as there are as many
  --backend       default: the one that the run was made on; on another the losses differ in their last digits`,
  options: { texts: ['step', 'out', 'data', 'backend'], flags: ['other-images'] },
  async run(invocation) {
    const problem = 'replay needs one run folder and a step: mixprop replay runs/NAME --step 120';
    const folder = resolve(invocation.single(problem));
    const step = invocation.integer('step', 1);
    if (step === undefined) throw new UsageError(problem);
    const run = readRecordedRun(folder);
    const { environment: recorded } = run;
    const settings = datasetAt(run.experiment.dataset, invocation.text('data'), run);
    const experiment = { ...run.experiment, dataset: settings };
    const last = join(runPaths(folder).checkpoints, 'last.safetensors');
    const backend = await startBackend(parseBackend(invocation.text('backend') ?? recorded.backend));
    const progress = invocation.progress();
    const networkClasses = recordedClasses(existsSync(last) ? last : undefined, run);
    const dataset = await openData(invocation, run, networkClasses, (options) => openDataset(settings, options));
    const { classes, training } = dataset;
    const present = { classes: [...classes], training: splitIdentity(training, classes, settings.type) };
    const areOthersMeant = invocation.flag('other-images');
    const warnings = requireSameImages(run, present, { doing: 'replay', areOthersMeant });
    const { signal } = invocation;
    const onStep = (done: number, total: number) => progress.update('replaying', done, total);
    const replayed = await replayStep({ folder, experiment, dataset, backend, step, onStep, signal });
    replayed.warnings.unshift(...warnings);
    if (backend.name !== recorded.backend || backend.device !== recorded.device) {
      replayed.warnings.push(
        `the run was made on ${recorded.backend}, ${recorded.device}; this is ${backend.name}, ${backend.device}`,
      );
    }
    const out = invocation.text('out');
    const sheets =
      out === undefined
        ? []
        : await asOutput(resolve(out), () =>
            writeSheets(resolve(out), step, replayed, experiment.dataset.normalization),
          );
    const isEqual = replayed.firstDifference === undefined;
    invocation.printJson({
      run: folder,
      step,
      epoch: replayed.recorded.epoch,
      learningRate: replayed.recorded.learningRate,
      checkpoint: replayed.checkpoint,
      drawsFrom: replayed.drawsFrom,
      draws: drawsRecord(step, replayed.draws),
      images: images(replayed, dataset),
      recorded: replayed.recorded.loss,
      replayed: replayed.loss,
      equal: isEqual,
      firstDifference: replayed.firstDifference ?? null,
      sheets,
      warnings: replayed.warnings,
    });
    print(invocation, folder, replayed, dataset);
    for (const sheet of sheets) invocation.print(sheet);
    return isEqual ? 0 : 1;
  },
};

function print(invocation: Invocation, folder: string, replayed: ReplayedStep, dataset: Dataset): void {
  const { checkpoint, draws, drawsFrom, recorded, loss, firstDifference, observed, warnings } = replayed;
  const { step, epoch, learningRate } = recorded;
  const replayedSteps = step - checkpoint.step;
  invocation.print(
    `${basename(folder)}, step ${step} (epoch ${epoch}, learning rate ${learningRate}), from ${basename(checkpoint.file)}: ` +
      `${replayedSteps} ${replayedSteps === 1 ? 'step' : 'steps'} run again`,
  );
  for (const warning of warnings) invocation.print(`warning: ${warning}`);
  const { permutation, ...others } = draws.method;
  const values = Object.entries(others).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  invocation.print(`draws, from the ${drawsFrom}: ${values.join(', ') || 'none besides the images'}`);
  const partner = permutation ? '  mixed with' : '';
  const hasSizes = draws.crops !== null && 'height' in draws.crops;
  invocation.print(`\n    i   index  top left${hasSizes ? ' high wide' : ''} flip  class            image${partner}`);
  for (const [i, { index, label, path, crop }] of images(replayed, dataset).entries()) {
    const place = crop
      ? Object.values(crop)
          .map((value) => String(value).padStart(5))
          .join('')
      : '    –    –    –';
    const other = permutation?.[i] === undefined ? '' : `  ${permutation[i]}`;
    invocation.print(
      `${String(i).padStart(5)}${String(index).padStart(8)}${place}  ${label.padEnd(16)} ${path}${other}`,
    );
  }
  invocation.print('\nbatches, as they entered the network:');
  for (const { pass, name, branch, count } of observed.batches) {
    invocation.print(
      `  ${name} (${count} images) through ${branch}${pass === 'attack' ? ', for the gradient of the images' : ''}`,
    );
  }
  invocation.print(`\nloss on record  ${terms(recorded.loss)}`);
  invocation.print(`loss replayed   ${terms(loss)}`);
  if (!firstDifference) invocation.print('equal to the bit, as in every step before it');
  else {
    invocation.print(
      `not equal: first in step ${firstDifference.step}, ${terms(firstDifference.recorded)} on record, ${terms(firstDifference.loss)} replayed`,
    );
  }
}

const terms = (loss: LossTerms): string =>
  Object.entries(loss)
    .map(([term, value]) => `${term} ${value}`)
    .join(', ');

function images({ draws, batch }: ReplayedStep, { classes, training }: Dataset) {
  const { indices, crops } = draws;
  return Array.from(indices, (index, i) => ({
    index,
    label: classes[batch.labels[i]],
    path: training.path(index),
    ...(crops && {
      crop: {
        top: crops.top[i],
        left: crops.left[i],
        ...('height' in crops && { height: crops.height[i], width: crops.width[i] }),
        flip: crops.flip[i],
      },
    }),
  }));
}

/** One sheet for each batch that entered the network. @returns the files */
async function writeSheets(
  folder: string,
  step: number,
  { observed, batch }: ReplayedStep,
  normalization: Parameters<typeof writeContactSheet>[3],
): Promise<string[]> {
  makeFolders(folder);
  const files: string[] = [];
  for (const [i, { name, branch, pixels }] of observed.batches.entries()) {
    const file = join(folder, `step-${step}-${i + 1}-${branch}-${name.replaceAll(' ', '-')}.png`);
    await writeContactSheet(file, pixels, batch.imageSize, normalization);
    files.push(file);
  }
  return files;
}
