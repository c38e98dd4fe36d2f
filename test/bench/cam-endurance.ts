/**
 * The CAM panel in the real workbench for an hour: a run in training records maps after every epoch, two finished runs stand
 * beside it, and a loop scrubs, chooses, magnifies, scrolls and has corrupted inputs computed. Every half minute the memory of the
 * extension host, of the browser's renderers and of the trainer: `npm run bench -- cam-endurance`. Linux only: reads /proc.
 * Needs Chromium; installs VS Code's server (in MIXPROP_E2E_CACHE, default .cache/).
 *
 * MIXPROP_BENCH_MINUTES (default 60) and MIXPROP_BENCH_OUT (a folder, default test-results/bench): there cam-endurance.csv has a
 * line a sample, written as it is taken, and cam-endurance.json the trends.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { constants, setPriority, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, CDPSession, Frame, Page } from 'playwright-core';
import { installEditorServer, startEditorServer } from '../../scripts/editor-server.mjs';
import { recordedMemory, residentMiB, type Sample, sampleFields, type Trend, trendOf } from './cam-endurance-samples';
import { askProbe, writeProbeExtension } from './curves-panel-probe';
import { panelFrame } from './panel-frame';

const root = resolve('.');
const require = createRequire(join(root, 'package.json'));
const { chromium } = require('playwright-core') as typeof import('playwright-core');

const minutes = Number(process.env.MIXPROP_BENCH_MINUTES ?? 60);
const output = resolve(process.env.MIXPROP_BENCH_OUT ?? join('test-results', 'bench'));
const sampleEveryMs = 30_000;
/** The browser draws without a graphics card: between two actions there is time for the picture. */
const betweenActionsMs = 150;
const actionTimeoutMs = 20_000;
/** Once in so many rounds of the loop a corrupted input is asked for. */
const roundsPerCorruption = 3;
/** Which: a few, so that they come again, as with a person. Positions in the panel's list, and severities from 0. */
const [visitedCorruptions, visitedSeverities] = [
  [1, 5, 8, 12],
  [0, 2],
];

const liveRun = 'cam-live';
const finished = [
  { runId: 'cam-mixprop', method: 'mixprop' },
  { runId: 'cam-vanilla', method: 'vanilla' },
] as const;
const runIds = [finished[0].runId, liveRun, finished[1].runId];
const images = 64;
const finishedEpochs = 60;
const checkpointEvery = 10;

const work = mkdtempSync(join(tmpdir(), 'mixprop-bench-'));
const workspace = join(work, 'workspace');
const runsFolder = join(workspace, 'runs');

async function main(): Promise<void> {
  mkdirSync(output, { recursive: true });
  mkdirSync(workspace, { recursive: true });
  for (const { runId, method } of finished) {
    console.log(`training ${runId}: ${finishedEpochs} epochs with maps of ${images} images`);
    const { status } = spawnSync(...trainCommand(runId, method, finishedEpochs), { stdio: 'ignore' });
    if (status !== 0) throw new Error(`mixprop train ended with ${status}`);
  }
  // It ends when the loop does. The panel has what it leaves of the processor's time.
  const trainer = spawn(...trainCommand(liveRun, 'mixprop', 100_000), { stdio: 'ignore' });
  setPriority(trainer.pid!, constants.priority.PRIORITY_LOW);
  const browser = await chromium.launch({
    executablePath: process.env.MIXPROP_E2E_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-dev-shm-usage'],
  });
  try {
    await until(() => epochsOf(liveRun) > 0, 'the first maps of the run in training', 300_000);
    await measure(browser, trainer);
  } finally {
    trainer.kill('SIGKILL');
    await browser.close();
  }
}

/** @returns program and arguments */
function trainCommand(runId: string, method: string, epochs: number): [string, string[]] {
  const experiment = {
    name: runId,
    dataset: { type: 'shapes', imageSize: 32, trainingImages: 32, validationImages: images },
    model: { width: 4 },
    method: { type: method },
    optimizer: { learningRate: 0.01 },
    training: { epochs, batchSize: 16 },
    explain: { images: Array.from({ length: images }, (_, index) => index), every: 1 },
    checkpoint: { every: epochs === finishedEpochs ? checkpointEvery : null },
  };
  const file = join(workspace, `${runId}.mixprop.json`);
  writeFileSync(file, `${JSON.stringify(experiment, null, 2)}\n`);
  const program = join(root, 'dist', 'mixprop.js');
  return [process.execPath, [program, 'train', file, '--runs', runsFolder, '--name', runId, '--backend', 'wasm']];
}

async function measure(browser: Browser, trainer: ChildProcess): Promise<void> {
  const profile = join(work, 'profile');
  const portFile = join(work, 'probe-port');
  // Extensions that lie unpacked in the editor's folder are as good as installed.
  const extensions = join(profile, 'extensions');
  writeProbeExtension(join(extensions, 'mixprop-bench.mixprop-probe-0.0.1'), [
    { key: 'ctrl+alt+9', command: 'mixprop.showCamOverlays', args: runIds },
  ]);
  const extension = join(extensions, 'mixprop.mixprop-studio-0.0.1');
  for (const name of ['package.json', 'media', 'dist']) {
    cpSync(join(root, name), join(extension, name), {
      recursive: true,
      filter: (source) => !/[\\/]bench-[^\\/]*\.js$/.test(source),
    });
  }
  // The package carries what decodes images; here it is this folder's.
  symlinkSync(join(root, 'node_modules'), join(extension, 'node_modules'));
  const server = await startEditorServer({
    installation: installEditorServer(resolve(process.env.MIXPROP_E2E_CACHE ?? '.cache')),
    profile,
    settings: { 'editor.accessibilitySupport': 'off' },
    environment: { MIXPROP_BENCH_PORT: portFile },
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(server.url(workspace), { waitUntil: 'domcontentloaded' });
    await page.locator('.monaco-workbench .pane-body, .monaco-workbench .editor-group-container').first().waitFor();
    await until(() => existsSync(portFile), 'the probe', 60_000);
    await delay(4000);
    await page.keyboard.press('Control+Alt+9');
    const frame = await panelFrame(page, 'cam', join(output, 'failed.png'));
    await frame.locator('.grid-cell[data-minimum]').first().waitFor({ timeout: 60_000 });
    const readings = await MemoryReadings.start(browser, page, frame, Number(readFileSync(portFile, 'utf8')), trainer);
    await run(page, frame, readings);
  } finally {
    server.stop();
  }
}

/** Acts until the time is over, takes samples, and says what they come to. */
async function run(page: Page, frame: Frame, readings: MemoryReadings): Promise<void> {
  const csv = join(output, 'cam-endurance.csv');
  writeFileSync(csv, `${sampleFields.join(',')}\n`);
  const samples: Sample[] = [];
  const person = new Person(page, frame);
  const start = Date.now();
  for (let next = start; ; ) {
    if (Date.now() >= next) {
      const sample = await readings.take((Date.now() - start) / 60_000, person.done);
      samples.push(sample);
      appendFileSync(csv, `${sampleFields.map((field) => round(sample[field])).join(',')}\n`);
      if (Date.now() - start >= minutes * 60_000) break;
      next += sampleEveryMs;
    }
    await person.act();
  }
  await page.screenshot({ path: join(output, 'cam-endurance.png') });
  const behind = await person.isBehind();
  await report(samples, person, behind);
}

async function report(samples: readonly Sample[], person: Person, behind: string | undefined): Promise<void> {
  const trends: Record<string, Trend> = {};
  for (const field of sampleFields.slice(1)) {
    trends[field] = trendOf(samples.map((sample) => [sample.minute, sample[field]] as const));
  }
  const recorded = await recordedMemory(join(runsFolder, liveRun, 'events.jsonl'));
  trends.trainerRecordedMiB = trendOf(recorded);
  const result = {
    minutes: samples.at(-1)?.minute,
    samples: samples.length,
    liveEpochs: epochsOf(liveRun),
    actions: Object.fromEntries(person.counts),
    failures: person.failures,
    behind: behind ?? null,
    trends,
  };
  writeFileSync(join(output, 'cam-endurance.json'), `${JSON.stringify(result, null, 2)}\n`);
  const counts = [...person.counts].map(([name, count]) => `${count} ${name}`).join(', ');
  console.log(`${round(result.minutes ?? 0)} minutes, ${result.liveEpochs} live epochs; ${counts}`);
  for (const failure of person.failures) console.log(`failed: ${failure}`);
  console.log(behind === undefined ? 'at the end the panel shows the newest epoch' : `at the end: ${behind}`);
  const columns = ['first', 'last', 'least', 'most', 'perHour', 'perHourLate'] as const;
  console.log(['measure'.padEnd(22), ...columns.map((name) => name.padStart(12))].join(''));
  for (const [name, trend] of Object.entries(trends)) {
    console.log([name.padEnd(22), ...columns.map((column) => trend[column].toFixed(1).padStart(12))].join(''));
  }
}

/** Reads the memory of all processes. */
class MemoryReadings {
  private constructor(
    private readonly browser: CDPSession,
    private readonly page: CDPSession,
    private readonly probePort: number,
    private readonly trainer: ChildProcess,
  ) {}

  static async start(browser: Browser, page: Page, frame: Frame, probePort: number, trainer: ChildProcess) {
    const context = page.context();
    // A frame with a process of its own has a session of its own.
    const session = await context.newCDPSession(frame).catch(() => context.newCDPSession(page));
    await session.send('HeapProfiler.enable');
    return new MemoryReadings(await browser.newBrowserCDPSession(), session, probePort, trainer);
  }

  async take(minute: number, actions: number): Promise<Sample> {
    await this.page.send('HeapProfiler.collectGarbage');
    const heap = (await this.page.send('Runtime.getHeapUsage')) as {
      usedSize: number;
      backingStorageSize?: number;
    };
    const counters = await this.page.send('Memory.getDOMCounters');
    const { memoryMiB } = await askProbe(this.probePort, 'collect');
    const { processInfo } = await this.browser.send('SystemInfo.getProcessInfo');
    const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => residentMiB(id));
    return {
      minute,
      hostResidentMiB: memoryMiB.resident,
      hostHeapMiB: memoryMiB.heap,
      hostBuffersMiB: memoryMiB.arrayBuffers,
      pageHeapMiB: heap.usedSize / 2 ** 20,
      pageBuffersMiB: (heap.backingStorageSize ?? Number.NaN) / 2 ** 20,
      documents: counters.documents,
      nodes: counters.nodes,
      listeners: counters.jsEventListeners,
      rendererResidentMiB: renderers.filter(Number.isFinite).reduce((sum, each) => sum + each, 0),
      trainerResidentMiB: residentMiB(this.trainer.pid!),
      liveEpoch: epochsOf(liveRun),
      actions,
    };
  }
}

/** Does what a person would do with the panel, one thing after the other, the same in every run of the program. */
class Person {
  readonly counts = new Map<string, number>();
  /** What went wrong, each once. */
  readonly failures: string[] = [];
  private turn = 0;
  private computing: { epoch: number; corruption: number; severity: number; runId: string } | undefined;
  private seed = 1;
  private readonly acts: readonly [name: string, act: () => Promise<void>][] = [
    ['epochs by keys', () => this.scrubByKeys()],
    ['exact epochs', () => this.enterEpoch()],
    ['classes', () => this.choose('#cam-class')],
    ['scrollings', () => this.scroll()],
    ['colour maps', () => this.choose('#cam-colours')],
    ['last epochs', () => this.followLast()],
    ['orders', () => this.choose('#cam-order')],
    ['scales', () => this.frame.locator('vscode-radio').nth(this.below(2)).click()],
    ['magnified cells', () => this.magnify()],
    ['epochs by keys', () => this.scrubByKeys()],
    ['differences', () => this.frame.locator('vscode-checkbox', { hasText: 'Main − aux' }).click()],
    ['last epochs', () => this.followLast()],
  ];

  constructor(
    private readonly page: Page,
    private readonly frame: Frame,
  ) {
    page.setDefaultTimeout(actionTimeoutMs);
  }

  get done(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  async act(): Promise<void> {
    const turn = this.turn++;
    const isCorruption = turn % (roundsPerCorruption * this.acts.length) === 0 && turn > 0;
    const [name, act] = isCorruption
      ? (['visits of corrupted inputs', () => this.corrupt()] as const)
      : this.acts[turn % this.acts.length]!;
    try {
      await act();
      this.count(name);
    } catch (error) {
      const words = `${name}: ${(error as Error).message.split('\n')[0]}`;
      if (!this.failures.includes(words)) this.failures.push(words);
    }
    await delay(betweenActionsMs);
  }

  /** @returns what is wrong: the panel does not show the newest maps of the run in training */
  async isBehind(): Promise<string | undefined> {
    await this.frame.locator('#cam-corruption').selectOption('');
    await this.followLast();
    const newest = epochsOf(liveRun);
    const shown = this.frame.locator(`#cam-summary [data-run-id="${liveRun}"][data-branch="main"][data-maps="ready"]`);
    let epoch = '';
    for (let attempt = 0; attempt < 100; attempt++) {
      epoch = (await shown.getAttribute('data-epoch').catch(() => null)) ?? '';
      if (Number(epoch) >= newest) return undefined;
      await delay(200);
    }
    return `the panel shows epoch ${epoch || 'none'} of ${liveRun}, which has maps of epoch ${newest}`;
  }

  private async scrubByKeys(): Promise<void> {
    const slider = this.frame.locator('#cam-epoch');
    await slider.focus();
    const key = this.below(2) === 0 ? 'ArrowLeft' : 'ArrowRight';
    for (let press = 0; press < 10; press++) {
      await this.page.keyboard.press(key);
      await delay(60);
    }
  }

  private async enterEpoch(): Promise<void> {
    const exact = this.frame.locator('.scrub input[type="number"]');
    // Half of the time one that all runs have.
    const most = this.below(2) === 0 ? finishedEpochs : Number(await exact.getAttribute('max'));
    await exact.fill(String(1 + this.below(most)));
    await exact.press('Enter');
  }

  private async followLast(): Promise<void> {
    const slider = this.frame.locator('#cam-epoch');
    await slider.focus();
    await this.page.keyboard.press('End');
    // Some live epochs come meanwhile.
    await delay(3000);
  }

  private async choose(select: string): Promise<void> {
    const control = this.frame.locator(select);
    const count = await control.locator('option').count();
    await control.selectOption({ index: this.below(count) });
  }

  private async scroll(): Promise<void> {
    const box = await this.frame.locator('.cam-grid').boundingBox();
    if (box === null) throw new Error('the table of pictures is not there');
    await this.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    for (let turn = 0; turn < 20; turn++) {
      await this.page.mouse.wheel(0, turn < 10 ? 300 : -300);
      await delay(50);
    }
  }

  private async magnify(): Promise<void> {
    await this.frame.locator('.grid-row:not(.head) .grid-cell[data-minimum]').first().click();
    await this.frame.locator('.magnified .large').waitFor();
    await this.frame.locator('.large').hover({ position: { x: 10 + this.below(200), y: 10 + this.below(200) } });
    await this.choose('#cam-other');
    await this.frame.locator('.magnified vscode-button', { hasText: 'Close' }).click();
  }

  /** Goes to an epoch with a checkpoint, has its maps of a corrupted input computed for a finished run, and comes back. */
  private async corrupt(): Promise<void> {
    const exact = this.frame.locator('.scrub input[type="number"]');
    const corruption = this.frame.locator('#cam-corruption');
    // What was not ready in time is visited again before the next is asked for.
    this.computing ??= {
      epoch: checkpointEvery * (1 + this.below(finishedEpochs / checkpointEvery)),
      corruption: visitedCorruptions[this.below(visitedCorruptions.length)]!,
      severity: visitedSeverities[this.below(visitedSeverities.length)]!,
      runId: finished[this.below(2)]!.runId,
    };
    const { epoch, severity, runId, ...place } = this.computing;
    await exact.fill(String(epoch));
    await exact.press('Enter');
    await corruption.selectOption({ index: place.corruption });
    await this.frame.locator('#cam-severity').selectOption({ index: severity });
    const column = this.frame.locator(`#cam-summary [data-run-id="${runId}"][data-branch="main"]`);
    const state = async () => (await column.getAttribute('data-maps')) ?? '';
    for (let attempt = 0; attempt < 100 && ['', 'loading'].includes(await state()); attempt++) await delay(100);
    if ((await state()) === 'failed') {
      await this.frame.locator(`.head [data-column="${runId} main"] vscode-button`).click();
      await delay(500);
      if ((await state()) === 'failed') throw new Error((await column.getAttribute('data-problem')) ?? '');
    }
    for (let attempt = 0; attempt < 100 && (await state()) === 'computing'; attempt++) await delay(200);
    if ((await state()) === 'ready') {
      this.computing = undefined;
      this.count('corrupted inputs shown');
      await delay(1000);
    }
    const problem = (await state()) === 'failed' ? await column.getAttribute('data-problem') : undefined;
    await corruption.selectOption('');
    if (problem !== undefined) throw new Error(`it cannot be computed: ${problem}`);
  }

  private count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  /** A whole number in [0, count), from a fixed series (Park and Miller's). */
  private below(count: number): number {
    this.seed = (this.seed * 48_271) % 2_147_483_647;
    return this.seed % Math.max(1, count);
  }
}

/** The last epoch of a run that has a file of maps; 0 for none. */
function epochsOf(runId: string): number {
  const folder = join(runsFolder, runId, 'explain');
  if (!existsSync(folder)) return 0;
  return Math.max(0, ...readdirSync(folder).map((name) => Number(/^epoch-(\d+)\./.exec(name)?.[1] ?? 0)));
}

async function until(look: () => boolean, what: string, withinMs: number): Promise<void> {
  for (const start = Date.now(); !look(); await delay(100)) {
    if (Date.now() - start > withinMs) throw new Error(`waited for ${what} in vain`);
  }
}

const round = (value: number): string => String(Math.round(value * 100) / 100);

main()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(() => rmSync(work, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
