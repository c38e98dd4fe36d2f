import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, resolve } from 'node:path';
import { ranksByName } from '../../common/dataset/class-names';
import { UsageError } from '../../common/errors/usage-error';
import { datasetFacts } from '../../common/experiment/datasets/datasets';
import type { Experiment } from '../../common/experiment/schema';
import type { Evaluation } from '../../common/run/evaluations';
import type { RecordedRun } from '../../common/run/recorded-run';
import type { Branch } from '../../common/weights/branch';
import { readSafetensorsHeader } from '../../common/weights/safetensors';
import type { StartedBackend } from '../backends/select';
import type { ValidationData } from '../data/dataset';
import type { ChannelNormalization } from '../data/loading/augment';
import { prepareNetwork } from '../execution/prepare-network';
import { chooseBaseline } from './choose-baseline';
import type { ChosenConditions, ImageSelection } from './choose-conditions';
import type { Baseline } from './corruption-error';
import { type Condition, conditionLabel } from './evaluate-conditions';
import { imageListDigest } from './evaluation-record';

/** An evaluation but for what is measured. */
export type EvaluationFacts = Omit<
  Evaluation,
  'format' | 'created' | 'seconds' | 'imagesPerSecond' | 'branches' | 'predictions'
>;

/** All that the numbers of an evaluation depend on. */
export interface EvaluationPlan {
  facts: EvaluationFacts;
  /** Clean first. */
  conditions: readonly Condition[];
  /** What images go through. */
  branches: readonly Branch[];
  /** Whether the policy `confidence`, of each image the more confident branch, is measured too. */
  hasPolicy: boolean;
  batchSize: number;
  normalization: ChannelNormalization;
  model: Experiment['model'];
}

/** Digest of everything that the numbers depend on: not of the names of run and checkpoint. */
export function planDigest(plan: EvaluationPlan): string {
  const { facts, conditions, branches, hasPolicy, batchSize, normalization, model } = plan;
  const { run: _, checkpoint: __, ...numbers } = facts;
  const all = [
    numbers,
    conditions.map((condition) => [conditionLabel(condition), imageListDigest(condition)]),
    hasPolicy ? [...branches, 'confidence'] : branches,
    batchSize,
    normalization,
    // How training began says nothing of a finished network; without the newer field earlier digests stay as they are.
    { ...model, head: undefined },
  ];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}

/** What images can be evaluated through: one branch, every branch, or of each image the more confident one. */
export const branchOptions = ['main', 'aux', 'both', 'confidence'] as const;

/**
 * The plan to evaluate a checkpoint under conditions, and what its errors are normalised by.
 *
 * @param experiment its precision is the one that is computed in
 * @param run that it is a checkpoint of, if any
 * @param branch undefined: every branch of the network
 * @param baseline as `chooseBaseline` reads it
 * @param checkpoint which of the run's it is; undefined: best
 * @throws UsageError
 */
export async function planEvaluation(
  { experiment, file, run }: { experiment: Experiment; file: string; run?: Pick<RecordedRun, 'folder'> },
  backend: StartedBackend,
  selection: ImageSelection,
  { classes, validation }: ValidationData,
  { conditions, source }: ChosenConditions,
  options: { branch?: (typeof branchOptions)[number]; baseline?: string; checkpoint?: string },
): Promise<{ plan: EvaluationPlan; baseline: Baseline | null }> {
  const [clean] = conditions;
  const imageList = imageListDigest(
    clean,
    datasetFacts(experiment.dataset.type).classCount === null ? ranksByName(classes) : undefined,
  );
  const baseline = chooseBaseline(options.baseline, conditions, { source, imageList });
  const { method } = prepareNetwork(experiment, classes.length);
  const { branch } = options;
  if (branch !== undefined && branch !== 'main' && !method.branches.includes('aux')) {
    throw new UsageError(
      `a network trained with ${experiment.method.type} has one branch: --branch ${branch} needs dual batch normalisation`,
    );
  }
  const stylized = conditions.find(({ name }) => name === 'stylized')?.indices.length;
  const { dataset: settings, validationFolder, limit } = selection;
  const facts: EvaluationFacts = {
    ...(await checkpointFacts(file, run && { folder: run.folder, checkpoint: options.checkpoint ?? 'best' })),
    backend: backend.name,
    device: backend.device,
    precision: experiment.training.precision,
    images: clean.indices.length,
    imageList,
    dataset: {
      type: settings.type,
      path: validationFolder ?? ('path' in settings ? settings.path : null),
      imageSize: validation.imageSize,
      classes: classes.length,
      limit,
    },
    source,
    ...(selection.stylized !== undefined &&
      stylized !== undefined && { stylized: { path: selection.stylized, images: stylized } }),
  };
  const plan = {
    facts,
    conditions,
    branches: branch === 'main' || branch === 'aux' ? [branch] : method.branches,
    hasPolicy: branch === 'confidence',
    batchSize: experiment.evaluation.batchSize,
    normalization: experiment.dataset.normalization,
    model: experiment.model,
  };
  return { plan, baseline };
}

/**
 * What an evaluation says of its checkpoint.
 * @param run its folder, and which of its checkpoints it is: best, last or an epoch; undefined for a bare file
 */
async function checkpointFacts(
  file: string,
  run: { folder: string; checkpoint: string } | undefined,
): Promise<Pick<EvaluationFacts, 'run' | 'checkpoint' | 'checkpointSha256' | 'epoch' | 'step'>> {
  const { metadata } = readSafetensorsHeader(file);
  const number = (text: string | undefined) => (/^\d+$/.test(text ?? '') ? Number(text) : null);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  const name = run?.checkpoint;
  return {
    run: run ? basename(resolve(run.folder)) : null,
    checkpoint: name === undefined ? null : name === 'best' || name === 'last' ? name : Number(name),
    checkpointSha256: hash.digest('hex'),
    epoch: number(metadata.epoch),
    step: number(metadata.step),
  };
}
