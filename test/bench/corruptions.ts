import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { corruptionNames } from '../../common/experiment/corruption-names';
import { corruptImage } from '../../trainer/data/corruptions/corrupt-image';
import { decodeImage } from '../../trainer/data/images/decode';
import { fitImage } from '../../trainer/data/images/resize';
import { thisProcessor } from '../../trainer/runtime/processor';
import { endWith, median } from './measuring';

// Corruptions at severity 3, one process of ours against one of imagecorruptions 1.1.2, array to array in memory, on the same
// photos of 224 px, alternating. Needs MIXPROP_TEST_DATA (imagenet100-sample/) and Python with imagecorruptions
// (MIXPROP_BENCH_PYTHON names the interpreter, default python3). MIXPROP_BENCH_CORRUPTIONS: a list, default all.
const python = process.env.MIXPROP_BENCH_PYTHON ?? 'python3';
const dataFolder = process.env.MIXPROP_TEST_DATA ?? join(__dirname, '..', '..', 'shared', 'data');
const chosen = process.env.MIXPROP_BENCH_CORRUPTIONS?.split(',') ?? corruptionNames;
const rounds = Number(process.env.MIXPROP_BENCH_ROUNDS ?? 5);
const photoCount = 6;
const side = 224;
const severity = 3;

async function photos(): Promise<Uint8Array[]> {
  const root = join(dataFolder, 'imagenet100-sample', 'val');
  if (!existsSync(root)) throw new Error(`there are no photos in ${root}: set MIXPROP_TEST_DATA`);
  const files = readdirSync(root)
    .sort()
    .slice(0, photoCount)
    .map((name) => join(root, name, readdirSync(join(root, name))[0]));
  const images: Uint8Array[] = [];
  for (const file of files) images.push(fitImage(await decodeImage(file), side, 'validation'));
  return images;
}

/** The Python process: answers a corruption's name with the milliseconds that each photo took. */
class Original {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  constructor(pixelFile: string) {
    const script = join(__dirname, '..', 'test', 'bench', 'corruptions_original.py');
    this.child = spawn(python, [script, pixelFile, `${side}`, `${severity}`], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]();
  }

  async line<T>(): Promise<T> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${python} ended without an answer: does it have imagecorruptions 1.1.2?`);
    return JSON.parse(value) as T;
  }

  time(name: string, count: number): Promise<number[]> {
    this.child.stdin!.write(`${JSON.stringify({ name, count })}\n`);
    return this.line();
  }

  end(): void {
    this.child.stdin!.end();
    this.child.kill();
  }
}

function timeOurs(name: (typeof corruptionNames)[number], images: Uint8Array[]): number[] {
  const times: number[] = [];
  for (const [seed, pixels] of images.entries()) {
    const start = performance.now();
    corruptImage(pixels, side, side, { name, severity, strength: 'imagenet', seed });
    times.push(performance.now() - start);
  }
  return times;
}

async function run(): Promise<void> {
  const write = (line: string) => process.stdout.write(`${line}\n`);
  const images = await photos();
  const folder = mkdtempSync(join(tmpdir(), 'mixprop-bench-'));
  const pixelFile = join(folder, 'photos.rgb');
  writeFileSync(pixelFile, Buffer.concat(images));
  const original = new Original(pixelFile);
  try {
    const versions = await original.line<string>();
    const processor = thisProcessor();
    write(`${processor.model}, ${processor.cores} cores; Node ${process.version}; ${versions}`);
    write('corruption | ours, ms | original, ms | ratio');
    for (const name of corruptionNames.filter((candidate) => chosen.includes(candidate))) {
      // A single photo of glass blur takes the original as long as hundreds of the others.
      const count = name === 'glass_blur' ? 1 : images.length;
      for (let i = 0; i < 5; i++) timeOurs(name, images);
      if (name !== 'glass_blur') await original.time(name, count);
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let round = 0; round < (name === 'glass_blur' ? 2 : rounds); round++) {
        ours.push(...timeOurs(name, images));
        theirs.push(...(await original.time(name, count)));
      }
      const [mine, other] = [median(ours), median(theirs)];
      write(`${name} | ${mine.toFixed(2)} | ${other.toFixed(2)} | ${(other / mine).toFixed(1)}`);
    }
  } finally {
    original.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

endWith(run());
