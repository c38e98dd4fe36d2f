/**
 * Plays the extension host for the curves panel in an ordinary browser page: made-up runs, live. The address chooses:
 * `?theme=dark|light|high-contrast|high-contrast-light&runs=6&seeds=1&live=1&looks=1&case=loading|empty|starting|unreadable`.
 * With `seeds`, every three runs have one configuration; with `looks`, they have measures of the maps of chosen images. What
 * the panel posts is kept in `postedMessages`.
 */
import { experimentSchema } from '../../common/experiment/schema';
import type { FromCurves, ToCurves } from '../../common/panels/curves/curves-contract';
import { CurvesModel } from '../../common/panels/curves/curves-model';
import type { RunEvent } from '../../common/run/events';
import { runName } from '../run-name';
import { type FakeRun, fakeEvents, fakeRuns } from './fake-stream';
import { themes } from './themes';

const query = new URLSearchParams(location.search);
const theme = themes[(query.get('theme') ?? 'dark') as keyof typeof themes];
const scenario = query.get('case');
const runCount = scenario === 'empty' || scenario === 'loading' ? 0 : Number(query.get('runs') ?? 1);

for (const [name, value] of Object.entries(theme.variables)) {
  document.documentElement.style.setProperty(`--vscode-${name}`, value);
}
document.body.className = theme.bodyClass;

interface FollowedRun {
  fake: FakeRun;
  model: CurvesModel;
  events: Generator<RunEvent>;
}

/** Three seeds of a MixProp run, then three of a vanilla one. */
function seedRun(index: number): FakeRun {
  const original = fakeRuns[Math.floor(index / 3) % 2]!;
  const seed = (index % 3) + 1;
  const { resumedAt: _, ...run } = original;
  return {
    ...run,
    runKey: `${run.name}-seed-${seed}`,
    name: `${run.name}-seed-${seed}`,
    end: 'finished',
    steps: 3900,
    seed,
  };
}

const followed = Array.from({ length: runCount }, (_, index): FollowedRun => {
  const original = fakeRuns[index % fakeRuns.length]!;
  const copy = Math.floor(index / fakeRuns.length);
  const made = query.has('seeds')
    ? seedRun(index)
    : copy === 0
      ? original
      : { ...original, runKey: `${original.runKey}-${copy}`, seed: original.seed + copy * 10 };
  const fake = query.has('looks') ? { ...made, explainEvery: 2 } : made;
  const experiment = experimentSchema.parse({
    name: fake.name,
    dataset: { type: 'shapes' },
    model: { width: fake.width },
    seed: fake.seed,
    method: { type: fake.method },
    optimizer: { learningRate: fake.learningRate },
    training: { epochs: fake.epochs },
    checkpoint: { every: 10 },
  });
  const model = new CurvesModel(runName(fake.runKey), experiment);
  const events = fakeEvents(fake);
  const ahead = scenario === 'starting' ? 1 : Number.POSITIVE_INFINITY;
  for (let count = 0; count < ahead; count++) {
    const { value, done } = events.next();
    if (done) break;
    model.add(value);
    if (value.type === 'step' && value.step === fake.steps && fake.end === 'running') break;
  }
  return { fake, model, events };
});

const send = (message: ToCurves) => window.postMessage(JSON.parse(JSON.stringify(message)));

declare global {
  var postedMessages: FromCurves[];
}
globalThis.postedMessages = [];

function receive(message: FromCurves): void {
  postedMessages.push(message);
  if (message.type === 'saveFile') return;
  console.info('panel:', JSON.stringify(message));
  if (message.type !== 'ready' || scenario === 'loading') return;
  send({ type: 'hydrate', version: 1, runs: followed.map(({ model }) => model.hydrate()) });
  if (scenario === 'unreadable') {
    send({
      type: 'unreadable',
      runKey: 'mixprop-20250228-180211',
      label: 'mixprop-20250228-180211',
      message: 'events.jsonl: permission denied. Make the file readable and open the panel again.',
    });
  }
}

if (query.has('live')) {
  setInterval(() => {
    for (const { model, events, fake } of followed) {
      if (fake.end !== 'running') continue;
      const { value } = events.next();
      if (value !== undefined) model.add(value);
      const delta = model.take();
      if (delta !== undefined) send({ type: 'append', ...delta });
    }
  }, 20);
}

globalThis.acquireVsCodeApi = () => ({
  postMessage: (message) => receive(message as FromCurves),
  getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null'),
  setState: (state) => sessionStorage.setItem('state', JSON.stringify(state)),
});
