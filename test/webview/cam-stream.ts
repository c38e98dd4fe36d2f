import type { CamBranch, CamInput, CamMaps, CamRun } from '../../common/panels/cam/cam-contract';
import { runName } from '../run-name';

/** A made-up run for working on the CAM panel. */
export interface FakeCam {
  runKey: string;
  name: string;
  method: 'vanilla' | 'mixprop' | 'advprop';
  images: number;
  /** Epochs that are over; each has maps. */
  epochs: number;
  totalEpochs: number;
  /** Every so many epochs have maps; of the others there are checkpoints. */
  every: number;
  /** Height and width of a map. */
  positions: number;
  state: CamRun['header']['state'];
  seed: number;
}

export const fakeClasses = [
  'anchovy',
  'bicycle',
  'cellar door',
  'dragonfly',
  'elephant',
  'fig',
  'goose',
  'harbour seal',
];

export function fakeCam(name: string, change: Partial<FakeCam> = {}): FakeCam {
  return {
    runKey: `${name}-1`,
    name,
    method: 'mixprop',
    images: 8,
    epochs: 6,
    totalEpochs: 6,
    every: 1,
    positions: 4,
    state: 'finished',
    seed: 1,
    ...change,
  };
}

const classOf = (image: number) => (image * 3) % fakeClasses.length;
const pathOf = (image: number) =>
  `val/${fakeClasses[classOf(image)]!.replace(' ', '-')}/image_${String(image).padStart(4, '0')}.JPEG`;

export function fakeCamRun(fake: FakeCam): CamRun {
  const all = Array.from({ length: fake.epochs }, (_, index) => index + 1);
  return {
    header: {
      ...runName(fake.runKey),
      name: fake.name,
      description: `${fake.method} · preact-resnet18 ×16`,
      state: fake.state,
      epoch: fake.epochs,
      totalEpochs: fake.totalEpochs,
      step: 10 * fake.epochs,
      totalSteps: 10 * fake.totalEpochs,
    },
    branches: fake.method === 'vanilla' ? ['main'] : ['main', 'aux'],
    dataset: 'image-folder data',
    images: Array.from({ length: fake.images }, (_, image) => ({
      path: pathOf(image),
      index: image,
      label: fakeClasses[classOf(image)]!,
    })),
    epochs: all.filter((epoch) => epoch % fake.every === 0),
    checkpoints: all.filter((epoch) => epoch % fake.every !== 0),
    isLive: fake.state === 'running',
  };
}

/** Maps of an epoch, as a host answers: a bump that wanders and narrows. */
export function fakeMaps(fake: FakeCam, epoch: number, input?: CamInput): CamMaps {
  const run = fakeCamRun(fake);
  const side = fake.positions;
  const branch = (shift: number): CamBranch => {
    const logits: number[] = [];
    const maps: number[] = [];
    const kept: number[] = [];
    for (let image = 0; image < fake.images; image++) {
      const wave = (k: number) => Math.sin(12.9 * (image + 1) + 7.3 * k + 3.1 * fake.seed + shift);
      for (let k = 0; k < fakeClasses.length; k++) {
        const own = k === classOf(image) ? 0.5 * epoch + 1 : 0;
        logits.push(own + 1.6 * wave(k) - (input === undefined || own === 0 ? 0 : 0.4 * input.severity));
        kept.push(k);
        const x = (side - 1) * (0.5 + 0.4 * wave(k + 0.3)) + shift;
        const y = (side - 1) * (0.5 + 0.4 * wave(k + 0.7));
        const width = side * (0.5 - 0.03 * epoch);
        for (let row = 0; row < side; row++) {
          for (let column = 0; column < side; column++) {
            maps.push((logits.at(-1) ?? 0) * Math.exp(-((row - y) ** 2 + (column - x) ** 2) / width) - 0.2);
          }
        }
      }
    }
    return { logits, maps, kept };
  };
  return {
    runKey: fake.runKey,
    epoch,
    ...(input && { input }),
    classes: fakeClasses,
    images: run.images.map(({ path, index }, image) => ({
      path,
      ...(index !== undefined && { index }),
      label: classOf(image),
    })),
    height: side,
    width: side,
    branches: { main: branch(0), ...(run.branches.includes('aux') && { aux: branch(0.6) }) },
  };
}
