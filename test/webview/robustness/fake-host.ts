/**
 * Plays the extension host for the robustness panel in an ordinary browser page: made-up runs. The address chooses:
 * `?theme=dark|light|high-contrast|high-contrast-light&runs=one|pair|stylized|held-out|few|twenty|mixed`
 * `&case=loading|empty|unevaluated|unreadable|failed|no-pictures&view=difference&measure=loss&select=CORRUPTION,SEVERITY`.
 */

import { corruptionNames } from '../../../common/experiment/corruption-names';
import type { RequestMessage } from '../../../common/panels/requests';
import type {
  FromRobustness,
  RobustnessRequests,
  RobustnessRun,
  RobustnessState,
  ToRobustness,
} from '../../../common/panels/robustness/robustness-contract';
import { themes } from '../themes';
import { fakeFlips, fakeRobustness } from './robustness-fixture';

const query = new URLSearchParams(location.search);
const theme = themes[(query.get('theme') ?? 'dark') as keyof typeof themes];
const scenario = query.get('case');

for (const [name, value] of Object.entries(theme.variables)) {
  document.documentElement.style.setProperty(`--vscode-${name}`, value);
}
document.body.className = theme.bodyClass;

const vanilla = { runKey: 'vanilla-tiny', branches: ['main'], cleanError: 0.38, slope: 0.13 };
const mixprop = { runKey: 'mixprop-tiny', cleanError: 0.33, slope: 0.1 };
const all: readonly string[] = corruptionNames;
const sets: Record<string, RobustnessRun[]> = {
  one: [fakeRobustness({ ...vanilla, evaluations: 2 })],
  pair: [fakeRobustness({ ...mixprop, baseline: 'alexnet' }), fakeRobustness({ ...vanilla, baseline: 'alexnet' })],
  stylized: [
    fakeRobustness({ ...mixprop, baseline: 'alexnet', stylizedError: 0.71 }),
    fakeRobustness({ ...vanilla, baseline: 'alexnet' }),
  ],
  'held-out': [fakeRobustness({ ...mixprop, corruptions: all, branches: ['main', 'aux', 'confidence'] })],
  few: [fakeRobustness({ ...mixprop, corruptions: ['gaussian_noise', 'fog'], severities: [3] })],
  mixed: [
    fakeRobustness(mixprop),
    fakeRobustness({ ...vanilla, imageList: 'list-2', corruptions: ['gaussian_noise', 'fog', 'contrast'] }),
  ],
  twenty: Array.from({ length: 20 }, (_, index) =>
    fakeRobustness({ runKey: `sweep-${index + 1}`, slope: 0.05 + index * 0.005 }),
  ),
};
let runs = scenario === 'empty' || scenario === 'loading' ? [] : sets[query.get('runs') ?? 'pair']!;
if (scenario === 'unevaluated') runs = runs.map((run) => ({ ...run, evaluations: [] }));

const send = (message: ToRobustness) => window.postMessage(JSON.parse(JSON.stringify(message)));

/** A picture of coloured noise, since there are no photos here. */
function picture(seed: number): string {
  const canvas = document.createElement('canvas');
  canvas.width = 32;
  canvas.height = 32;
  const pen = canvas.getContext('2d')!;
  for (let y = 0; y < 32; y += 4) {
    for (let x = 0; x < 32; x += 4) {
      pen.fillStyle = `hsl(${(seed * 40 + x * 3 + y * 5) % 360} 60% ${30 + ((x * y + seed) % 40)}%)`;
      pen.fillRect(x, y, 4, 4);
    }
  }
  return canvas.toDataURL('image/png').split(',')[1]!;
}

function receive(message: FromRobustness): void {
  console.info('panel:', JSON.stringify(message));
  if (message.type === 'request') answer(message);
  if (message.type !== 'ready' || scenario === 'loading') return;
  send({ type: 'hydrate', version: 1, runs });
  if (scenario === 'unreadable') {
    const text = 'runs/other/experiment.json cannot be read: permission denied';
    send({ type: 'unreadable', runKey: 'other', label: 'other', message: text });
  }
}

function answer({ id, name, request }: RequestMessage<RobustnessRequests>): void {
  const { count, ...cell } = request;
  const flips = fakeFlips(cell, count);
  if (scenario === 'failed') {
    const text =
      'The evaluation best-1 of run mixprop-tiny holds no predictions: evaluate the run again to see which images are lost.';
    send({ type: 'failure', id, message: text });
  } else if (name === 'flips') send({ type: 'reply', id, name, reply: flips });
  else if (scenario === 'no-pictures') {
    const text = 'data/tiny-imagenet is not there. Put the data set back where the experiment says.';
    send({ type: 'failure', id, message: text });
  } else {
    const pictures = flips.shown.map(({ path }, index) => {
      return { path, clean: picture(index), corrupted: picture(index + 7) };
    });
    send({ type: 'reply', id, name, reply: { pictures } });
  }
}

const [corruption, severity] = query.get('select')?.split(',') ?? [];
const first = runs[0];
const initial: Partial<RobustnessState> = {
  version: 1,
  ...(query.has('measure') ? { measure: query.get('measure') as RobustnessState['measure'] } : {}),
  ...(query.has('view') ? { view: query.get('view') as RobustnessState['view'] } : {}),
  ...(corruption === undefined || first === undefined
    ? {}
    : {
        selection: {
          runKey: first.header.runKey,
          evaluation: first.evaluations[0]!.name,
          branch: 'main',
          corruption,
          severity: Number(severity),
        },
      }),
};
let state: unknown = initial;

globalThis.acquireVsCodeApi = () => ({
  postMessage: (message) => receive(message as FromRobustness),
  getState: () => state,
  setState: (next) => {
    state = next;
  },
});
