import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ImageSource } from '../../trainer/data/image-source';
import { decodeImage } from '../../trainer/data/images/decode';
import { drawResizedCrop } from '../../trainer/data/images/resized-crop';
import { batchesAhead, startReaders } from '../../trainer/data/loading/batch-loader';
import { prefetch } from '../../trainer/data/workers/batch-pool';
import { Generator } from '../../trainer/random/generator';
import { thisProcessor } from '../../trainer/runtime/processor';
import { endWith, median } from './measuring';

// Decoding, random resized crop to 224 pixels, flip and normalisation: ours against a PyTorch DataLoader with Pillow, two workers
// each, on the same JPEG photos in a random order, alternating. MIXPROP_BENCH_PHOTOS names a folder of class folders of photos
// (default: imagenet100-sample/val in MIXPROP_TEST_DATA), MIXPROP_BENCH_PYTHON the interpreter, default python3.
const photos =
  process.env.MIXPROP_BENCH_PHOTOS ??
  join(process.env.MIXPROP_TEST_DATA ?? '../shared/data', 'imagenet100-sample', 'val');
const python = process.env.MIXPROP_BENCH_PYTHON ?? 'python3';
const rounds = Number(process.env.MIXPROP_BENCH_ROUNDS ?? 7);
const workers = Number(process.env.MIXPROP_BENCH_WORKERS ?? 2);
const batches = Number(process.env.MIXPROP_BENCH_BATCHES ?? 12);
const batchSize = 128;
const imageSize = 224;
const normalization = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/** Says how many images a second a pass over the batches reads. */
interface Contestant {
  name: string;
  pass(round: number): Promise<number>;
  end(): void;
}

async function ours(files: string[]): Promise<Contestant> {
  const sizes = new Uint32Array(new SharedArrayBuffer(8 * files.length));
  for (const [i, file] of files.entries()) {
    const { width, height } = await decodeImage(join(photos, file));
    sizes.set([width, height], 2 * i);
  }
  const source: ImageSource = { root: photos, files, fit: null, sizes };
  const pool = await startReaders(source, imageSize, normalization, { workers });
  function* requests(round: number) {
    for (let step = 0; step < batches; step++) {
      const generator = new Generator(round, 'bench', step);
      const indices = Int32Array.from({ length: batchSize }, () => generator.integer(files.length));
      const sizeOf = (i: number) => ({ width: sizes[2 * indices[i]], height: sizes[2 * indices[i] + 1] });
      yield { indices, crops: drawResizedCrop(generator, batchSize, sizeOf) };
    }
  }
  return {
    name: 'ours',
    async pass(round) {
      const start = performance.now();
      for await (const { pixels } of prefetch(pool, requests(round), batchesAhead)) {
        if (Number.isNaN(pixels[pixels.length - 1])) throw new Error('an image is missing');
      }
      return (1000 * batches * batchSize) / (performance.now() - start);
    },
    end: () => void pool.end(),
  };
}

async function pytorch(): Promise<Contestant> {
  const script = join(__dirname, '..', 'test', 'bench', 'loading_pytorch.py');
  const settings = [
    '--photos',
    photos,
    '--workers',
    `${workers}`,
    '--batches',
    `${batches}`,
    '--batch',
    `${batchSize}`,
  ];
  const child: ChildProcess = spawn(python, [script, ...settings], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const line = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the PyTorch process ended without an answer');
    return JSON.parse(value);
  };
  return {
    name: (await line()).versions,
    async pass() {
      child.stdin!.write('\n');
      return (await line()).imagesPerSecond;
    },
    end: () => child.stdin!.end(),
  };
}

async function run(): Promise<void> {
  const files = readdirSync(photos).flatMap((name) => readdirSync(join(photos, name)).map((file) => `${name}/${file}`));
  const write = (line: string) => process.stdout.write(`${line}\n`);
  const { model, cores } = thisProcessor();
  write(
    `${model}, ${cores} cores; ${files.length} photos, ${workers} workers, ${batches} batches of ${batchSize} a pass`,
  );
  const contestants = [await ours(files), await pytorch()];
  const speeds = contestants.map(() => [] as number[]);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, contestant] of contestants.entries()) {
      const speed = await contestant.pass(round);
      if (round > 0) speeds[i].push(speed);
    }
  }
  for (const [i, { name }] of contestants.entries()) {
    const all = speeds[i].map((speed) => speed.toFixed(0)).join(', ');
    write(`${name}: median ${median(speeds[i]).toFixed(0)} images/s (${all})`);
  }
  const ratios = speeds[0].map((speed, round) => speed / speeds[1][round]);
  write(
    `ratio: median ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`,
  );
  for (const contestant of contestants) contestant.end();
}

endWith(run());
