import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { thisProcessor } from '../../trainer/runtime/processor';
import { endWith, median } from './measuring';

// Native backend against PyTorch, on the same cores, alternating: preact-resnet18, 32 px, 100 classes. PyTorch runs in both
// of its memory layouts; ratios are to the faster one in the same precision. Needs the native runtime and Python with torch
// (MIXPROP_BENCH_PYTHON names the interpreter, default python3). MIXPROP_BENCH_WIDTHS, _BATCHES: lists, default 64,16.
const list = (name: string, otherwise: string) => (process.env[name] ?? otherwise).split(',').map(Number);
const widths = list('MIXPROP_BENCH_WIDTHS', '64,16');
const batches = list('MIXPROP_BENCH_BATCHES', '64,128');
const rounds = Number(process.env.MIXPROP_BENCH_ROUNDS ?? 4);
const python = process.env.MIXPROP_BENCH_PYTHON ?? 'python3';
const sources = join(__dirname, '..', 'test', 'bench');

interface Answer {
  milliseconds: number[];
  peakMemoryMiB: number;
  data?: number[];
  host?: number[];
  events?: number[];
}

/** A process that times steps when asked. */
class Contestant {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  readonly times: number[] = [];
  readonly shares = { data: [] as number[], host: [] as number[], events: [] as number[] };
  peakMemoryMiB = 0;

  constructor(
    readonly name: string,
    command: string,
    args: string[],
  ) {
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    const reader: Interface = createInterface({ input: this.child.stdout! });
    this.lines = reader[Symbol.asyncIterator]();
  }

  private async line<T>(): Promise<T> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.name} ended without an answer`);
    return JSON.parse(value) as T;
  }

  ready(): Promise<Record<string, unknown>> {
    return this.line();
  }

  async run(steps: number, counts: boolean): Promise<void> {
    this.child.stdin!.write(`${JSON.stringify({ steps })}\n`);
    const answer = await this.line<Answer>();
    this.peakMemoryMiB = answer.peakMemoryMiB;
    if (!counts) return;
    this.times.push(...answer.milliseconds);
    for (const part of ['data', 'host', 'events'] as const) this.shares[part].push(...(answer[part] ?? []));
  }

  end(): void {
    this.child.stdin!.end();
    this.child.kill();
  }
}

async function compare(width: number, batch: number, method: string, precision: string): Promise<string> {
  const settings = ['--width', `${width}`, '--batch', `${batch}`, '--method', method, '--precision', precision];
  const contestants = [
    new Contestant('ours', process.execPath, [
      join(__dirname, 'bench-native-step.js'),
      `${width}`,
      `${batch}`,
      method,
      precision,
    ]),
    ...['nhwc', 'nchw'].map(
      (layout) => new Contestant(layout, python, [join(sources, 'pytorch_step.py'), ...settings, '--layout', layout]),
    ),
  ];
  try {
    const [{ captureMs }] = await Promise.all(contestants.map((contestant) => contestant.ready()));
    for (const contestant of contestants) await contestant.run(2, false);
    for (let round = 0; round < rounds; round++) {
      for (const contestant of contestants) await contestant.run(2, true);
    }
    const [ours, ...others] = contestants.map((contestant) => ({ ...contestant, median: median(contestant.times) }));
    const best = others.reduce((a, b) => (a.median <= b.median ? a : b));
    const speed = (ms: number) => ((1000 * batch) / ms).toFixed(1);
    const share = (part: number[]) => `${((100 * median(part)) / ours.median).toFixed(2)} %`;
    return [
      `×${width}`,
      batch,
      method,
      precision,
      speed(ours.median),
      `${speed(best.median)} (${best.name})`,
      (best.median / ours.median).toFixed(2),
      ours.peakMemoryMiB,
      best.peakMemoryMiB,
      captureMs,
      share(ours.shares.data),
      share(ours.shares.host),
      share(ours.shares.events),
    ].join(' | ');
  } finally {
    for (const contestant of contestants) contestant.end();
  }
}

async function run(): Promise<void> {
  const processor = thisProcessor();
  const precisions = processor.bfloat16 ? ['float32', 'bfloat16'] : ['float32'];
  const write = (line: string) => process.stdout.write(`${line}\n`);
  write(`${processor.model}, ${processor.cores} cores, ${processor.features?.join(' ') ?? 'features not known'}`);
  if (!processor.bfloat16) write('bfloat16 left out: this processor does not compute in it');
  write('width | batch | method | precision | ours, images/s | PyTorch, images/s | ratio | ours, MiB | PyTorch, MiB |');
  write('  capture, ms | data | host | events (shares of a step)');
  for (const width of widths) {
    for (const batch of batches) {
      for (const precision of precisions) {
        for (const method of ['vanilla', 'mixprop']) write(await compare(width, batch, method, precision));
      }
    }
  }
}

endWith(run());
