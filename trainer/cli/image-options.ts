import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../../common/errors/usage-error';
import { strengthNames } from '../../common/experiment/corruption-names';
import { datasetAt } from '../../common/run/recorded-run';
import { recogniseLayout } from '../data/open/dataset-layout';
import type { ImageSelection } from '../evaluation/choose-conditions';
import type { Invocation } from './command';
import { commaList, corruptionList, frostFolder, severityList } from './corruption-options';
import { usableData } from './open-data';
import type { LocatedCheckpoint } from './run-checkpoint';

/** Options of `evaluate` that choose images. */
export const imageOptions = [
  'data',
  'corruptions',
  'severities',
  'strength',
  'seed',
  'frost',
  'corrupted',
  'stylized',
  'images',
] as const;

/** Reads the options. @throws UsageError */
export function readSelection(invocation: Invocation, { experiment, run }: LocatedCheckpoint): ImageSelection {
  let corrupted = existingFolder(invocation, 'corrupted');
  const stylized = existingFolder(invocation, 'stylized');
  const data = readData(invocation.text('data'), experiment.dataset);
  if (data.corrupted !== undefined) {
    if (corrupted !== undefined)
      throw new UsageError('--data and --corrupted both name corrupted images: --data may name the clean ones');
    ({ corrupted } = data);
  }
  const corruptions = readCorruptions(invocation.text('corruptions'), corrupted !== undefined);
  const isMade = corruptions !== 'none' && corrupted === undefined;
  for (const option of ['strength', 'seed', 'frost'] as const) {
    if (invocation.text(option) !== undefined && !isMade) {
      const why =
        corruptions === 'none' ? 'no --corruptions are asked for' : 'the corrupted images are read from files';
      throw new UsageError(`--${option} says how images are corrupted, but ${why}`);
    }
  }
  const severities = invocation.text('severities') ?? 'all';
  if (invocation.text('severities') !== undefined && corruptions === 'none')
    throw new UsageError('--severities says how strongly images are corrupted, but no --corruptions are asked for');
  // Without another place the data set must be where the run says.
  if (data.dataset === experiment.dataset && data.validationFolder === undefined)
    datasetAt(data.dataset, undefined, run);
  return {
    ...data,
    corrupted,
    stylized,
    corruptions,
    severities: severities === 'all' ? 'all' : [...severityList('severities', severities)].sort((a, b) => a - b),
    strength: invocation.oneOf('strength', strengthNames),
    seed: invocation.integer('seed', 0, 2 ** 32 - 1) ?? 0,
    frost: frostFolder(invocation.text('frost')),
    limit: invocation.integer('images', 1) ?? null,
  };
}

function existingFolder(invocation: Invocation, option: 'corrupted' | 'stylized'): string | undefined {
  const text = invocation.text(option);
  if (text === undefined) return undefined;
  if (!statSync(resolve(text), { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`--${option} ${text}: there is no such folder`);
  return resolve(text);
}

function readData(
  text: string | undefined,
  settings: ImageSelection['dataset'],
): Pick<ImageSelection, 'dataset' | 'validationFolder' | 'recognised' | 'corrupted'> {
  if (text === undefined) return { dataset: settings };
  const path = resolve(text);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new UsageError(`--data ${text}: there is no such folder or file`);
  const layout = stats.isDirectory() ? usableData(() => recogniseLayout(path)) : undefined;
  const recognised = (what: string) => `${path}: ${what}, for ${layout?.reason}`;
  if (layout?.type === 'imagenet-c' || layout?.type === 'cifar-c')
    return { dataset: settings, corrupted: path, recognised: recognised(`corrupted images (${layout.type})`) };
  if (!('path' in settings))
    throw new UsageError(`--data: the experiment draws its data set (${settings.type}), which has no path`);
  if (!layout) return { dataset: { ...settings, path } };
  if (settings.type === 'image-folder' && layout.type !== 'image-folder')
    throw new UsageError(
      `--data ${text}: it is ${layout.type}, for ${layout.reason}; the experiment needs an image folder`,
    );
  if (layout.type === 'image-folder' && (settings.type !== 'image-folder' || !layout.hasTraining))
    return { dataset: settings, validationFolder: path, recognised: recognised('validation images alone') };
  return { dataset: { ...settings, path }, recognised: recognised(layout.type) };
}

function readCorruptions(text: string | undefined, fromFiles: boolean): ImageSelection['corruptions'] {
  if (text === undefined) return fromFiles ? 'all' : 'none';
  if (text === 'none') {
    if (fromFiles) throw new UsageError('--corruptions none, but a folder of corrupted images is named: leave out one');
    return 'none';
  }
  if (text === 'all') return 'all';
  // A folder may hold corruptions that we do not make.
  return fromFiles && text !== 'common' ? commaList(text) : corruptionList('corruptions', text);
}
