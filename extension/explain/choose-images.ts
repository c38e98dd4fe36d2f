import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { parseExperiment } from '../../common/experiment/parse';
import { pathInExperiment } from '../../common/experiment/written-path';
import { readableEndings } from '../../common/files/image-endings';
import { type EvaluationPredictions, readEvaluationPredictions } from '../../common/run/evaluation-predictions';
import { runPaths } from '../../common/run/run-folder';
import { setExperimentField } from '../experiments/edit-experiment';
import { chooseExperimentFile, experimentFileLabel, experimentFileOf } from '../experiments/experiment-files';
import type { MixpropCli } from '../process/mixprop-cli';
import { failureReason } from '../process/mixprop-command';
import type { RunRegistry } from '../runs/run-registry';
import { withNotification } from '../shared/notification-progress';
import { offer } from '../shared/offer';
import { requireTrust } from '../shared/trust';
import { disagreements, hardestImages, type ListedImage, parseListedImages, randomOfEachClass } from './image-choices';
import { recordInRun } from './record-in-run';

/** At most this number of images get a thumbnail in the list. */
const maxThumbnails = 400;
/** The number of the hardest that are ticked at first. */
const proposedHardest = 12;

/** A path or the index of a validation image. */
type ImageReference = string | number;

/** Where the images come from that are proposed. */
type Source = 'list' | 'random' | 'hardest' | 'disagree' | 'files';

/** Images that a person chose for an experiment. */
export interface ImageChoice {
  /** The experiment's. */
  file: vscode.Uri;
  images: ImageReference[];
}

/**
 * "MixProp: Choose Validation Images": as below. Then asks whether runs of the experiment that are in training shall record them too.
 * @param target what the command was called on, if anything
 * @param compute shows maps of images that a run has not recorded, from its last checkpoint
 */
export async function chooseValidationImages(
  target: unknown,
  cli: MixpropCli,
  registry: RunRegistry,
  compute: (folder: string, images: readonly ImageReference[]) => Promise<void>,
): Promise<void> {
  const choice = await chooseImages(target, cli, registry);
  if (choice !== undefined) await offerToRunningRuns(choice, registry, compute);
}

/**
 * Lets the person choose images and writes them into an experiment's `explain.images`.
 * Gives the choice; undefined when it was cancelled, or the person has been told why there is none.
 * @param target what the command was called on, if anything
 */
export async function chooseImages(
  target: unknown,
  cli: MixpropCli,
  registry: RunRegistry,
): Promise<ImageChoice | undefined> {
  if (!(await requireTrust('Reading a data set'))) return undefined;
  const file = await chooseExperimentFile(target, 'Choose Validation Images');
  if (!file) return undefined;
  const document = await vscode.workspace.openTextDocument(file);
  const { experiment, problems } = parseExperiment(document.getText(), dirname(file.fsPath));
  if (!experiment) {
    const first = problems.find(({ severity }) => severity === 'error');
    throw new Error(`${file.fsPath}:${first?.line ?? 1}: ${first?.message ?? 'the experiment cannot be read'}`);
  }
  if (document.isDirty && !(await document.save())) throw new Error(`${file.fsPath} could not be saved`);
  const images = await listImages(cli, file.fsPath);
  if (images === undefined) return undefined;
  const current = experiment.explain.images;
  const title = `Images of ${experimentFileLabel(file)}`;
  const source = await chooseSource(title, registry);
  if (source === undefined) return undefined;
  const chosen =
    source === 'files'
      ? await chooseFiles(file.fsPath, current)
      : await pickImages(title, images, current, await proposals(source, images, registry));
  if (chosen === undefined) return undefined;
  await writeChoice(document, chosen);
  return { file, images: chosen };
}

async function offerToRunningRuns(
  { file, images }: ImageChoice,
  registry: RunRegistry,
  compute: (folder: string, images: readonly ImageReference[]) => Promise<void>,
): Promise<void> {
  await registry.refresh();
  const running = registry.runs.flatMap(({ summary, label, isActive }) =>
    isActive && summary.state === 'running' && experimentFileOf(summary.folder)?.fsPath === file.fsPath
      ? [{ folder: summary.folder, label }]
      : [],
  );
  if (running.length === 0) return;
  const names = running.map(({ label }) => label).join(', ');
  const question = `Also record them in the running run ${names}, from its next recorded epoch on?`;
  await offer('information', question, {
    'Record Them': async () => {
      for (const run of running) await recordInRun(run, images, () => compute(run.folder, images));
    },
  });
}

async function listImages(cli: MixpropCli, file: string): Promise<ListedImage[] | undefined> {
  const command = ['data', 'images', file, '--json', '--thumbnails', String(maxThumbnails)];
  const end = await withNotification('Reading the data set', (_, signal) => cli.run(command, { signal }));
  if (end === undefined || end.isCancelled) return undefined;
  const images = end.status === 0 ? parseListedImages(end.lines.at(-1) ?? '') : undefined;
  if (images === undefined) await cli.reportFailure('Reading the data set', failureReason(end), false);
  return images;
}

async function chooseSource(title: string, registry: RunRegistry): Promise<Source | undefined> {
  const evaluated = evaluatedRuns(registry).length;
  const items: (vscode.QuickPickItem & { source: Source; evaluations?: number })[] = [
    { source: 'list', label: '$(list-selection) From the list', description: 'by class, path or number' },
    { source: 'random', label: '$(symbol-numeric) At random', description: 'the same number of each class' },
    {
      source: 'hardest',
      label: '$(flame) The hardest',
      description: 'most confident mistakes of a run',
      evaluations: 1,
    },
    {
      source: 'disagree',
      label: '$(git-compare) Where two runs disagree',
      description: 'of two evaluations',
      evaluations: 2,
    },
    { source: 'files', label: '$(file-media) Files of your own…', description: 'added to those chosen' },
  ];
  const usable = items.filter(({ evaluations = 0 }) => evaluations <= evaluated);
  const options = { title, placeHolder: 'How to choose?', ignoreFocusOut: true };
  return (await vscode.window.showQuickPick(usable, options))?.source;
}

/** What is ticked beside the images that were chosen before. */
async function proposals(source: Source, images: readonly ListedImage[], registry: RunRegistry): Promise<string[]> {
  switch (source) {
    case 'random': {
      const text = await vscode.window.showInputBox({
        title: 'Images of each class',
        value: '1',
        ignoreFocusOut: true,
        validateInput: (value) => (/^[1-9]\d{0,2}$/.test(value) ? undefined : 'A number from 1 to 999.'),
      });
      return text === undefined ? [] : randomOfEachClass(images, Number(text), Math.random);
    }
    case 'hardest': {
      const predictions = await pickPredictions('Whose mistakes?', registry);
      return predictions === undefined ? [] : hardestImages(predictions).slice(0, proposedHardest);
    }
    case 'disagree': {
      const first = await pickPredictions('The first run', registry);
      const second = first && (await pickPredictions('The second run', registry));
      return second === undefined ? [] : disagreements(first!, second).slice(0, proposedHardest);
    }
    default:
      return [];
  }
}

/** Runs with the predictions of an evaluation: the file of the last one. */
function evaluatedRuns(registry: RunRegistry): { label: string; file: string }[] {
  return registry.runs.flatMap(({ label, summary: { folder } }) => {
    const { evaluations } = runPaths(folder);
    const names = existsSync(evaluations) ? readdirSync(evaluations) : [];
    const last = names
      .filter((name) => name.endsWith('.predictions.bin'))
      .sort()
      .at(-1);
    return last === undefined ? [] : [{ label, file: join(evaluations, last) }];
  });
}

async function pickPredictions(title: string, registry: RunRegistry): Promise<EvaluationPredictions | undefined> {
  const items = evaluatedRuns(registry);
  const picked = items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { title });
  return picked && readEvaluationPredictions(picked.file);
}

async function pickImages(
  title: string,
  images: readonly ListedImage[],
  current: readonly ImageReference[],
  proposed: readonly string[],
): Promise<ImageReference[] | undefined> {
  const ticked = new Set<ImageReference>([...current, ...proposed]);
  const listed = new Set<ImageReference>(images.flatMap(({ index, path }) => [index, path]));
  const items: (vscode.QuickPickItem & { choice: ImageReference })[] = images.map(
    ({ index, path, class: name, readable, thumbnail }) => ({
      label: readable ?? name,
      description: `${path} · ${index}`,
      picked: ticked.has(path) || ticked.has(index),
      choice: path,
      ...(thumbnail !== undefined && { iconPath: vscode.Uri.parse(`data:image/png;base64,${thumbnail}`) }),
    }),
  );
  // Files from elsewhere stay in the list, to be taken out of it.
  for (const choice of current) {
    if (!listed.has(choice)) items.push({ label: 'file', description: String(choice), picked: true, choice });
  }
  items.sort((a, b) => Number(b.picked) - Number(a.picked));
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: 'Images whose class activation maps are recorded; type a class, path or number to search',
    canPickMany: true,
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  return picked?.map(({ choice }) => choice);
}

/** Paths of files are kept relative to the experiment where they lie beside or below it. */
async function chooseFiles(file: string, current: readonly ImageReference[]): Promise<ImageReference[] | undefined> {
  const uris = await vscode.window.showOpenDialog({
    title: 'Images to Explain',
    canSelectMany: true,
    // Dialogs of Linux tell capital letters from small ones.
    filters: { Images: readableEndings.flatMap((ending) => [ending, ending.toUpperCase()]) },
  });
  if (uris === undefined) return undefined;
  return [...new Set([...current, ...uris.map(({ fsPath }) => pathInExperiment(fsPath, dirname(file)))])];
}

async function writeChoice(document: vscode.TextDocument, images: readonly ImageReference[]): Promise<void> {
  await setExperimentField(document, ['explain', 'images'], images);
  const count = images.length === 1 ? 'one image' : `${images.length} images`;
  void vscode.window.showInformationMessage(`The next run of this experiment records the maps of ${count}.`);
}
