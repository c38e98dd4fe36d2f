import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { branchesOf } from '../../common/experiment/methods/methods';
import { epochsOfFiles, runPaths } from '../../common/run/run-folder';
import { readRunInfo } from '../../common/run/run-info';
import type { MixpropCli } from '../process/mixprop-cli';
import { failureReason } from '../process/mixprop-command';
import { backendFor } from '../process/settings';
import { commandIds } from '../shared/command-ids';
import { withNotification } from '../shared/notification-progress';
import { offer } from '../shared/offer';
import {
  type EvaluatedImages,
  type EvaluationPlan,
  evaluateArguments,
  parseEvaluationProgress,
} from './evaluation-plan';
import type { KnownRun } from './run-description';

const title = 'Evaluate Run';

type Choice<T> = vscode.QuickPickItem & { value: T };

const pick = async <T>(items: Choice<T>[], placeHolder: string): Promise<Choice<T> | undefined> =>
  vscode.window.showQuickPick(items, { title, placeHolder });

/** Evaluates runs, each once at a time. */
export class RunEvaluator {
  private readonly busyWith = new Set<string>();

  constructor(private readonly cli: MixpropCli) {}

  /**
   * Asks what to evaluate, does so and offers to show it. What was cancelled goes on with the same choices.
   * @param others evaluated runs that mCE may be normalised by
   */
  async evaluate({ summary, label }: KnownRun, others: readonly KnownRun[]): Promise<void> {
    const { folder } = summary;
    if (this.busyWith.has(folder)) {
      void vscode.window.showInformationMessage(
        `${label} is being evaluated; its progress is among the notifications.`,
      );
      return;
    }
    const checkpoints = checkpointsOf(folder);
    if (checkpoints.length === 0) {
      void vscode.window.showInformationMessage(
        `${label} has no checkpoint yet: it is written at the end of an epoch.`,
      );
      return;
    }
    const images = await chooseImages();
    if (images === undefined) return;
    const hasAux = hasTwoBranches(folder);
    const plan = await completePlan(
      {
        folder,
        checkpoint: checkpoints[0]!,
        branch: 'both',
        images,
        limit: undefined,
        baseline: 'none',
        backend: backendFor(vscode.Uri.file(folder)),
      },
      { checkpoints, hasAux, others: others.filter((run) => run.summary.folder !== folder) },
    );
    if (plan === undefined || this.busyWith.has(folder)) return;
    this.busyWith.add(folder);
    try {
      await this.carryOut(plan, label, hasAux);
    } finally {
      this.busyWith.delete(folder);
    }
  }

  private async carryOut(plan: EvaluationPlan, label: string, hasAux: boolean): Promise<void> {
    const end = await withNotification(`Evaluating ${label}`, async (progress, signal) => {
      let percent = 0;
      const onMessage = (line: string) => {
        const said = parseEvaluationProgress(line);
        if (said === undefined) return;
        const reached = said.phase === 'evaluating' ? said.share * 100 : percent;
        const left = said.remaining === undefined ? '' : `, ${said.remaining} left`;
        progress.report({
          message: `${said.phase} ${Math.round(said.share * 100)} %${left}`,
          increment: Math.max(0, reached - percent),
        });
        percent = Math.max(percent, reached);
      };
      return this.cli.run(evaluateArguments(plan, hasAux), { signal, onMessage });
    });
    if (end === undefined) return;
    const show = () => vscode.commands.executeCommand(commandIds.showRobustness, [plan.folder]);
    if (end.status === 0) void offer('information', `${label} is evaluated.`, { 'Show Robustness': show });
    else if (end.isCancelled) {
      void vscode.window.showInformationMessage(
        `Evaluating ${label} was stopped. Evaluated again with the same choices, it goes on from there.`,
      );
    } else void this.cli.reportFailure(`Evaluating ${label}`, failureReason(end), true);
  }
}

/** The checkpoints of a run as `mixprop evaluate` names them, the likeliest first. */
function checkpointsOf(folder: string): string[] {
  const { checkpoints } = runPaths(folder);
  const named = ['best', 'last'].filter((name) => existsSync(join(checkpoints, `${name}.safetensors`)));
  return [...named, ...epochsOfFiles(checkpoints).reverse().map(String)];
}

/** Whether a network of the run's method has dual batch normalisation. */
function hasTwoBranches(folder: string): boolean {
  const method = readRunInfo(folder).experiment?.method.type;
  return method !== undefined && branchesOf(method).includes('aux');
}

async function chooseImages(): Promise<EvaluatedImages | undefined> {
  const items: Choice<EvaluatedImages['kind']>[] = [
    {
      label: 'Clean images and the 15 common corruptions',
      description: '5 severities, made from the validation images',
      value: 'common',
    },
    { label: 'Clean images alone', value: 'clean' },
    { label: 'Clean images and all 19 corruptions', description: 'with the 4 that are held out', value: 'all' },
    { label: 'A corrupted data set…', description: 'a folder with ImageNet-C or CIFAR-C', value: 'corrupted' },
    { label: 'A stylized data set…', description: 'a folder with Stylized-ImageNet', value: 'stylized' },
  ];
  const picked = await pick(items, 'On what?');
  if (picked === undefined) return undefined;
  if (picked.value !== 'corrupted' && picked.value !== 'stylized') return { kind: picked.value };
  const [folder] =
    (await vscode.window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      title: picked.label.replace('…', ''),
      openLabel: 'Evaluate',
    })) ?? [];
  return folder === undefined ? undefined : { kind: picked.value, folder: folder.fsPath };
}

interface PlanChoices {
  checkpoints: readonly string[];
  hasAux: boolean;
  others: readonly KnownRun[];
}

/** Shows the plan; Enter starts it, its lines change it. Undefined when the person wants nothing. */
async function completePlan(plan: EvaluationPlan, choices: PlanChoices): Promise<EvaluationPlan | undefined> {
  for (let current = plan; ; ) {
    const { checkpoint, branch, limit, baseline, images } = current;
    const items: Choice<'start' | 'checkpoint' | 'branch' | 'limit' | 'baseline'>[] = [
      { label: '$(play) Start', description: imagesInWords(images), value: 'start' },
      { label: '$(history) Checkpoint', description: checkpointLabel(checkpoint), value: 'checkpoint' },
    ];
    if (choices.hasAux)
      items.push({ label: '$(git-branch) Branches', description: branchLabels[branch], value: 'branch' });
    items.push({ label: '$(list-ordered) Images', description: limitLabel(limit), value: 'limit' });
    if (images.kind !== 'clean' && images.kind !== 'stylized') {
      items.push({ label: '$(law) mCE', description: baselineLabel(baseline), value: 'baseline' });
    }
    const picked = await pick(items, 'Start, or change how');
    if (picked === undefined) return undefined;
    if (picked.value === 'start') return current;
    const change = await changeOf(picked.value, current, choices);
    current = { ...current, ...change };
  }
}

async function changeOf(
  what: 'checkpoint' | 'branch' | 'limit' | 'baseline',
  plan: EvaluationPlan,
  { checkpoints, others }: PlanChoices,
): Promise<Partial<EvaluationPlan>> {
  switch (what) {
    case 'checkpoint': {
      const items = checkpoints.map((name) => ({ label: checkpointLabel(name), value: name }));
      const picked = await pick(items, 'Which checkpoint?');
      return picked === undefined ? {} : { checkpoint: picked.value };
    }
    case 'branch': {
      const items = (['both', 'main', 'aux', 'confidence'] as const).map((value) => ({
        label: branchLabels[value],
        value,
      }));
      const picked = await pick(items, 'Through which branches?');
      return picked === undefined ? {} : { branch: picked.value };
    }
    case 'limit': {
      const text = await vscode.window.showInputBox({
        title,
        prompt: 'How many validation images, spread evenly over the classes? Empty: all of them.',
        value: plan.limit === undefined ? '' : String(plan.limit),
        validateInput: (value) => (/^\s*([1-9]\d{0,6})?\s*$/.test(value) ? undefined : 'A whole number, or nothing.'),
      });
      if (text === undefined) return {};
      return { limit: text.trim() === '' ? undefined : Number(text) };
    }
    case 'baseline': {
      const items = [
        { label: baselineLabel('none'), value: 'none' },
        { label: baselineLabel('alexnet'), description: 'needs all five severities', value: 'alexnet' },
        ...others.map(({ summary, label }) => ({
          label: `normalised by run ${label}`,
          description: 'needs an evaluation of the same images',
          value: summary.folder,
        })),
      ];
      const picked = await pick(items, 'What are errors normalised by?');
      return picked === undefined ? {} : { baseline: picked.value };
    }
  }
}

const branchLabels: Record<EvaluationPlan['branch'], string> = {
  both: 'main and aux',
  main: 'main',
  aux: 'aux',
  confidence: 'main, aux, and of each image the more confident branch',
};

function checkpointLabel(name: string): string {
  return /^\d+$/.test(name) ? `epoch ${name}` : name;
}

function limitLabel(limit: number | undefined): string {
  return limit === undefined ? 'all validation images' : `${limit} validation images`;
}

function baselineLabel(baseline: string): string {
  if (baseline === 'none') return 'mean error, not normalised';
  return baseline === 'alexnet' ? 'normalised by AlexNet on ImageNet-C' : `normalised by run ${basename(baseline)}`;
}

function imagesInWords(images: EvaluatedImages): string {
  switch (images.kind) {
    case 'clean':
      return 'clean images';
    case 'common':
      return 'clean images, 15 corruptions, 5 severities';
    case 'all':
      return 'clean images, 19 corruptions, 5 severities';
    case 'corrupted':
      return `clean images, and those in ${images.folder}`;
    case 'stylized':
      return `clean images, and the stylized ones in ${images.folder}`;
  }
}
