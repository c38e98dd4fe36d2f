import type { RunEvent, RunEventBody } from '../../common/run/events';

/** A made-up run for working on the panels. */
export interface FakeRun {
  runKey: string;
  name: string;
  method: 'vanilla' | 'mixprop';
  width: number;
  epochs: number;
  stepsPerEpoch: number;
  learningRate: number;
  /** Finished epochs after which the learning rate falls to a tenth. */
  milestones: number[];
  /** Steps that were done when somebody looks. */
  steps: number;
  end: 'running' | 'finished' | 'failed' | 'stopped';
  /** Step at which it was stopped and resumed. */
  resumedAt?: number;
  /** Epochs after which chosen images are looked at: multiples of it. */
  explainEvery?: number;
  seed: number;
}

export const fakeRuns: readonly FakeRun[] = [
  run('mixprop-cifar10', 'mixprop', { steps: 2900, end: 'running', seed: 1, resumedAt: 1500 }),
  run('vanilla-cifar10', 'vanilla', { steps: 3900, end: 'finished', seed: 2 }),
  run('mixprop-alpha-0.2', 'mixprop', { steps: 2210, end: 'stopped', seed: 3 }),
  run('mixprop-width-32', 'mixprop', { steps: 3900, end: 'finished', seed: 4, width: 32 }),
  run('vanilla-high-learning-rate', 'vanilla', { steps: 820, end: 'failed', seed: 5, learningRate: 0.4 }),
  run('vanilla-no-decay', 'vanilla', { steps: 3300, end: 'running', seed: 6 }),
];

function run(
  name: string,
  method: FakeRun['method'],
  rest: Pick<FakeRun, 'steps' | 'end' | 'seed'> & Partial<FakeRun>,
): FakeRun {
  return {
    runKey: `${name}-20250301-${101500 + rest.seed}`,
    name,
    method,
    width: 16,
    epochs: 25,
    stepsPerEpoch: 156,
    learningRate: 0.1,
    milestones: [15, 21],
    ...rest,
  };
}

/** The records of a made-up run, one after the other, without an end if it is still running. */
export function* fakeEvents(fake: FakeRun): Generator<RunEvent> {
  const random = randomNumbers(fake.seed);
  const noise = () => random() + random() + random() - 1.5;
  const looks = randomNumbers(fake.seed + 100);
  const totalSteps = fake.epochs * fake.stepsPerEpoch;
  let seq = 0;
  let time = 1_740_820_000_000;
  const record = (body: RunEventBody): RunEvent => {
    seq++;
    time += 250;
    return { seq, time, ...body } as RunEvent;
  };
  yield record({ type: 'status', state: 'running', totalSteps, totalEpochs: fake.epochs });
  for (let step = 1; step <= totalSteps; step++) {
    if (step === fake.resumedAt) {
      yield record({ type: 'status', state: 'stopped', reason: 'stopped on request' });
      yield record({ type: 'status', state: 'running', fromStep: step, totalSteps, totalEpochs: fake.epochs });
    }
    const epoch = Math.ceil(step / fake.stepsPerEpoch);
    const falls = fake.milestones.filter((milestone) => epoch > milestone).length;
    const progress = step / totalSteps;
    const skill = (1 - Math.exp(-6 * progress)) * 0.7 + falls * 0.12;
    const main = Math.max(0.02, 2.3 * (1 - skill) + 0.05 + noise() * 0.22 * (1.1 - skill) + fake.seed * 0.02);
    const aux = Math.max(0.5, 2.3 * (1 - skill * 0.62) + 0.1 + noise() * 0.3);
    const loss = fake.method === 'vanilla' ? { total: main, main } : { total: main + aux, main, aux };
    const learningRate = fake.learningRate * 0.1 ** falls;
    yield record({ type: 'step', step, epoch, learningRate, loss, imagesPerSecond: 60 + noise() * 4 });
    if (step % fake.stepsPerEpoch === 0) {
      const branch = (handicap: number) => {
        const top1 = Math.min(0.97, 0.12 + skill * 0.78 - handicap - fake.seed * 0.008 + noise() * 0.025);
        return {
          loss: Math.max(0.2, 2.3 * (1 - skill * 0.85) + handicap * 3 + fake.seed * 0.02 + noise() * 0.05),
          top1,
          top5: Math.min(1, top1 + 0.3),
        };
      };
      yield record({
        type: 'epoch',
        epoch,
        step,
        learningRate,
        train: { loss },
        validation: fake.method === 'vanilla' ? { main: branch(0) } : { main: branch(0), aux: branch(0.06) },
        seconds: { training: 40, validation: 6 },
      });
      if (fake.explainEvery !== undefined && epoch % fake.explainEvery === 0) {
        yield record({ type: 'localisation', epoch, step, ...fakeLocalisation(fake, progress, looks) });
      }
    }
    if (step === fake.steps && fake.end === 'failed') {
      const reason = 'the loss is not finite since step 820: lower optimizer.learningRate';
      yield record({ type: 'status', state: 'failed', reason });
      return;
    }
    if (step === fake.steps && fake.end === 'stopped') {
      yield record({ type: 'status', state: 'stopped', reason: 'stopped on request' });
      return;
    }
  }
  yield record({ type: 'status', state: 'finished' });
}

/** Measures of eight images, six of them with a known object: their maps draw together while the run learns. */
function fakeLocalisation({ method }: FakeRun, progress: number, random: () => number) {
  const spread = (width: number) => (random() - 0.5) * width;
  const branch = (tightness: number) => ({
    pointing: Math.min(6, Math.round(1 + 4 * progress + tightness + spread(2))) / 6,
    energy: 0.2 + 0.12 * progress + 0.02 * tightness + spread(0.02),
    area: 0.45 - 0.1 * progress - 0.03 * tightness + spread(0.03),
    regions: 1 + Math.round(8 * (0.4 - 0.3 * progress + spread(0.3))) / 8,
  });
  const counts = { images: 8, withRegion: 6 };
  if (method === 'vanilla') return { ...counts, main: branch(0) };
  return { ...counts, main: branch(1), aux: branch(0.4), agreement: 0.97 - 0.3 * progress + spread(0.05) };
}

/** Numbers in [0, 1) from a seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
