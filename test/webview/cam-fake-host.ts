/**
 * Plays the extension host for the CAM panel in an ordinary browser page: made-up runs. The address chooses:
 * `?theme=dark|light|high-contrast|high-contrast-light&runs=one|pair|three|many|fine`
 * `&case=loading|empty|starting|unreadable|damaged|missing|uncomputed|unchosen|training|named&live=1&moved=1&state={"difference":true}`.
 */
import { corruptionNames } from '../../common/experiment/corruption-names';
import type {
  CamBranch,
  CamInput,
  CamMaps,
  CamPictures,
  CamRequests,
  CamState,
  FromCam,
  ToCam,
} from '../../common/panels/cam/cam-contract';
import type { RequestMessage } from '../../common/panels/requests';
import { type FakeCam, fakeCam, fakeCamRun, fakeMaps } from './cam-stream';
import { themes } from './themes';

const query = new URLSearchParams(location.search);
const theme = themes[(query.get('theme') ?? 'dark') as keyof typeof themes];
const scenario = query.get('case');

for (const [name, value] of Object.entries(theme.variables)) {
  document.documentElement.style.setProperty(`--vscode-${name}`, value);
}
document.body.className = theme.bodyClass;

const vanilla = fakeCam('vanilla', { method: 'vanilla', seed: 3 });
const mixprop = fakeCam('mixprop-cifar10', { every: scenario === 'uncomputed' ? 4 : 1 });
const advprop = fakeCam('advprop-cifar10', { method: 'advprop', seed: 2 });
const sets: Record<string, FakeCam[]> = {
  one: [mixprop],
  pair: [vanilla, mixprop],
  three: [vanilla, mixprop, advprop],
  many: [1, 2, 3].map((seed) => fakeCam(`mixprop-seed-${seed}`, { seed, images: 200, positions: 7 })),
  fine: [fakeCam('mixprop-tiny', { positions: 8, images: 8 })],
};
const empty = scenario === 'empty' || scenario === 'loading';
const starting = [fakeCam('mixprop-cifar10', { epochs: 0, images: 0, state: 'running' })];
const fakes = empty ? [] : scenario === 'starting' ? starting : sets[query.get('runs') ?? 'pair']!;
// Finished, with checkpoints, and without a chosen image.
if (scenario === 'unchosen') for (const fake of fakes) Object.assign(fake, { images: 0, every: fake.epochs + 1 });

const send = (message: ToCam) => window.postMessage(JSON.parse(JSON.stringify(message)));

/** A made-up photo: a ball on a ground, in the colours of its class. */
function drawnPicture(image: number, input: CamInput | undefined): string {
  const size = 32;
  const canvas = document.createElement('canvas');
  canvas.width = size;
  canvas.height = size;
  const pen = canvas.getContext('2d')!;
  const sky = pen.createLinearGradient(0, 0, 0, size);
  sky.addColorStop(0, `hsl(${(image * 47) % 360} 45% 65%)`);
  sky.addColorStop(1, `hsl(${(image * 83) % 360} 35% 35%)`);
  pen.fillStyle = sky;
  pen.fillRect(0, 0, size, size);
  pen.fillStyle = `hsl(${(image * 137) % 360} 70% 50%)`;
  pen.beginPath();
  pen.arc(10 + ((image * 5) % 12), 12 + ((image * 7) % 9), 6 + (image % 4), 0, 2 * Math.PI);
  pen.fill();
  if (input !== undefined) {
    pen.fillStyle = `rgb(255 255 255 / ${0.12 * input.severity})`;
    pen.fillRect(0, 0, size, size);
  }
  return canvas.toDataURL('image/png').slice('data:image/png;base64,'.length);
}

function picturesOf(fake: FakeCam, input?: CamInput): CamPictures {
  const paths = fakeCamRun(fake).images.map(({ path }) => path);
  const present = scenario === 'missing' ? paths.slice(2) : paths;
  return {
    runKey: fake.runKey,
    ...(input && { input }),
    imageSize: 32,
    ...(scenario === 'named' && { readableNames: { anchovy: 'small silver fish', elephant: 'tusker' } }),
    pictures: present.map((path) => ({ path, png: drawnPicture(paths.indexOf(path), input) })),
    problems:
      scenario === 'missing'
        ? [{ image: paths[0]!, message: 'is no image of the data set, and there is no such file' }]
        : [],
  };
}

let looks = 0;
let computations = 0;

/** Without the first image, where it was moved and nobody put it back yet. */
function withoutMoved(maps: CamMaps): CamMaps {
  const { classes, height, width, images } = maps;
  const rest = ({ logits, maps: own, kept }: CamBranch): CamBranch => ({
    logits: Array.from(logits).slice(classes.length),
    maps: Array.from(own).slice(classes.length * height * width),
    kept: Array.from(kept).slice(classes.length),
  });
  const { main } = maps.branches;
  // The checkpoint that was stripped of aux.
  return { ...maps, images: images.slice(1), branches: { ...(main && { main: rest(main) }) } };
}

const movedProblem = (image: string) => ({ image, message: 'is no image of the data set: put it back' });

function receive(message: FromCam): void {
  console.info('panel:', JSON.stringify(message).slice(0, 400));
  if (message.type === 'request') answer(message);
  if (message.type === 'chooseImages') {
    for (const each of fakes) {
      Object.assign(each, { images: 8, every: each.epochs });
      send({ type: 'pictures', ...picturesOf(each) });
      send({ type: 'append', run: fakeCamRun(each) });
    }
  }
  if (message.type !== 'ready' || scenario === 'loading') return;
  send({ type: 'hydrate', version: 1, runs: fakes.map(fakeCamRun), corruptions: [...corruptionNames] });
  for (const each of fakes) send({ type: 'pictures', ...picturesOf(each) });
  if (scenario === 'unreadable') {
    const text = 'events.jsonl: permission denied. Make the file readable and open the panel again.';
    send({ type: 'unreadable', runKey: 'mixprop-20250228-180211', label: 'mixprop-20250228-180211', message: text });
  }
}

function answer({ id, name, request }: RequestMessage<CamRequests>): void {
  const fake = fakes.find(({ runKey }) => runKey === request.runKey);
  const reply = (maps: CamMaps) => send({ type: 'reply', id, name, reply: [maps] });
  const fail = (text: string) => send({ type: 'failure', id, message: text });
  if (fake === undefined) {
    fail('The run is no longer in this panel.');
    return;
  }
  if (name === 'look') {
    // Between two epochs, and each time another step.
    const maps = { ...fakeMaps(fake, fake.epochs + 0.5), epoch: fake.epochs, step: 10 * fake.epochs + ++looks };
    const isMoved = query.has('moved') && looks === 1;
    const problems = isMoved ? [movedProblem(maps.images[0]!.path)] : [];
    const shown = isMoved ? withoutMoved(maps) : maps;
    setTimeout(() => reply({ ...shown, problems }), 50);
    return;
  }
  const { epoch, input } = request;
  if (name === 'maps') {
    const isStored = fakeCamRun(fake).epochs.includes(epoch) && input === undefined;
    if (scenario === 'damaged') {
      const header = 'its header claims 4200 of 512 bytes';
      fail(`explain/epoch-000${epoch}.safetensors is not a safetensors file, or is cut short: ${header}`);
    } else if (isStored) reply(fakeMaps(fake, epoch));
    else fail(`${fake.runKey} has no maps after epoch ${epoch}.`);
    return;
  }
  send({ type: 'progress', id, progress: 'reading the data set' });
  const isMoved = query.has('moved') && ++computations === 1;
  setTimeout(() => {
    const maps = fakeMaps(fake, epoch, input);
    const pictures = picturesOf(fake, input);
    const [{ path }] = maps.images as [{ path: string }];
    if (isMoved) {
      const rest = pictures.pictures.filter((picture) => picture.path !== path);
      send({ type: 'pictures', ...pictures, pictures: rest, problems: [movedProblem(path)] });
    } else if (input !== undefined) send({ type: 'pictures', ...pictures });
    reply(isMoved ? withoutMoved(maps) : maps);
  }, 150);
}

if (query.has('live')) {
  for (const fake of fakes) Object.assign(fake, { epochs: 1, state: 'running' });
  setInterval(() => {
    for (const fake of fakes) {
      if (fake.epochs === fake.totalEpochs) continue;
      fake.epochs++;
      if (fake.epochs === fake.totalEpochs && scenario !== 'training') fake.state = 'finished';
      send({ type: 'append', run: fakeCamRun(fake) });
    }
  }, 200);
}

let state: unknown = { version: 1, ...(JSON.parse(query.get('state') ?? '{}') as Partial<CamState>) };

globalThis.acquireVsCodeApi = () => ({
  postMessage: (message) => receive(message as FromCam),
  getState: () => state,
  setState: (next) => {
    state = next;
  },
});
