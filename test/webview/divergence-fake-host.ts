/**
 * Plays the extension host for the divergence panel in an ordinary browser page: made-up runs. The address chooses:
 * `?theme=dark|light|high-contrast|high-contrast-light&runs=one|pair|three|resnet50|twenty|alarms|steps|long|huge|vanilla`
 * `&case=loading|empty|starting|unreadable|damaged&live=1&select=LAYER,EPOCH&measure=meanShift&view=difference`.
 */
import { experimentSchema } from '../../common/experiment/schema';
import type { DivergenceState, FromDivergence, ToDivergence } from '../../common/panels/divergence/divergence-contract';
import { DivergenceModel } from '../../common/panels/divergence/divergence-model';
import type { RunEvent } from '../../common/run/events';
import { runName } from '../run-name';
import { type FakeDivergence, fakeChannels, fakeDivergence, fakeDivergenceEvents } from './divergence-stream';
import { themes } from './themes';

const query = new URLSearchParams(location.search);
const theme = themes[(query.get('theme') ?? 'dark') as keyof typeof themes];
const scenario = query.get('case');

for (const [name, value] of Object.entries(theme.variables)) {
  document.documentElement.style.setProperty(`--vscode-${name}`, value);
}
document.body.className = theme.bodyClass;

const mixprop = fakeDivergence('mixprop-cifar10');
const advprop = fakeDivergence('advprop-cifar10', { method: 'advprop', strength: 2.6, seed: 2 });
const vanilla = fakeDivergence('vanilla-cifar10', { method: 'vanilla', seed: 3 });
const resnet50 = (name: string, change: Partial<FakeDivergence>) =>
  fakeDivergence(name, { network: 'resnet50', epochs: 90, totalEpochs: 90, ...change });
const sets: Record<string, FakeDivergence[]> = {
  one: [mixprop],
  pair: [mixprop, advprop],
  three: [mixprop, advprop, vanilla],
  vanilla: [vanilla],
  resnet50: [
    resnet50('resnet50-mixprop', {}),
    resnet50('resnet50-advprop', { method: 'advprop', strength: 3, seed: 5 }),
  ],
  twenty: Array.from({ length: 20 }, (_, index) =>
    fakeDivergence(`sweep-${index + 1}`, {
      seed: index,
      strength: 0.4 + index * 0.15,
      method: index % 2 ? 'advprop' : 'mixprop',
    }),
  ),
  alarms: [
    fakeDivergence('learning-rate-0.4', { explodesAt: 12, end: 'failed', epochs: 14 }),
    fakeDivergence('same-batch-twice', { equal: true }),
  ],
  steps: [fakeDivergence('mixprop-steps', { recordsWithin: 4, epochs: 8 })],
  huge: Array.from({ length: 20 }, (_, index) =>
    resnet50(`huge-${index + 1}`, { epochs: 320, totalEpochs: 320, seed: index }),
  ),
  long: [fakeDivergence('mixprop-long', { epochs: 320, totalEpochs: 320 })],
};
const empty = scenario === 'empty' || scenario === 'loading';
const starting = [fakeDivergence('mixprop-cifar10', { epochs: 0, end: 'running' })];
const fakes = empty ? [] : scenario === 'starting' ? starting : sets[query.get('runs') ?? 'one']!;

interface Followed {
  fake: FakeDivergence;
  model: DivergenceModel;
  events: Iterator<RunEvent>;
}

const followed = fakes.map((fake): Followed => {
  const experiment = experimentSchema.parse({
    name: fake.name,
    dataset: { type: 'shapes' },
    model: { architecture: fake.network, width: 16 },
    method: { type: fake.method },
    training: { epochs: fake.totalEpochs },
  });
  const model = new DivergenceModel(runName(fake.runKey), experiment);
  const events = fakeDivergenceEvents(fake);
  if (!query.has('live')) for (const event of events) model.add(event);
  return { fake, model, events };
});

const send = (message: ToDivergence) => window.postMessage(JSON.parse(JSON.stringify(message)));

function receive(message: FromDivergence): void {
  console.info('panel:', JSON.stringify(message));
  if (message.type === 'request') {
    const { id, request } = message;
    const { runKey, layer, epoch } = request;
    const fake = fakes.find((one) => one.runKey === runKey);
    if (scenario === 'damaged' || fake === undefined) {
      const text =
        'The channels of epoch 7 cannot be read: bn/epoch-0007.safetensors is not a safetensors file, or is cut short: its header claims 4200 of 512 bytes. Epochs with one: 1 to 20.';
      send({ type: 'failure', id, message: text });
    } else send({ type: 'reply', id, name: 'channels', reply: fakeChannels(fake, layer, epoch) });
  }
  if (message.type !== 'ready' || scenario === 'loading') return;
  send({ type: 'hydrate', version: 1, runs: followed.map(({ model }) => model.hydrate()) });
  if (scenario === 'unreadable') {
    const text = 'events.jsonl: permission denied. Make the file readable and open the panel again.';
    send({ type: 'unreadable', runKey: 'mixprop-20250228-180211', label: 'mixprop-20250228-180211', message: text });
  }
}

if (query.has('live')) {
  setInterval(() => {
    for (const { model, events } of followed) {
      const { value, done } = events.next();
      if (done) continue;
      model.add(value);
      const delta = model.take();
      if (delta !== undefined) send({ type: 'append', ...delta });
    }
  }, 20);
}

const [layer, epoch] = query.get('select')?.split(',') ?? [];
const initial: Partial<DivergenceState> = {
  version: 1,
  ...(query.has('measure') ? { measure: query.get('measure') as DivergenceState['measure'] } : {}),
  ...(query.has('view') ? { view: query.get('view') as DivergenceState['view'] } : {}),
  ...(query.has('columns') ? { columns: query.get('columns') as DivergenceState['columns'] } : {}),
  ...(query.has('scale') ? { scale: query.get('scale') as DivergenceState['scale'] } : {}),
  ...(layer === undefined || fakes[0] === undefined
    ? {}
    : { selection: { runKey: fakes[0].runKey, layer, epoch: Number(epoch) } }),
};
let state: unknown = initial;

globalThis.acquireVsCodeApi = () => ({
  postMessage: (message) => receive(message as FromDivergence),
  getState: () => state,
  setState: (next) => {
    state = next;
  },
});
