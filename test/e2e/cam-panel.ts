import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { expect } from 'vitest';
import { overlay } from '../../trainer/explain/overlay-png';
import { trainExperiment, writeSmallExperiment } from './small-runs';

/** An `explain` record of events.jsonl, read here without the product's own reader. */
interface ExplainRecord {
  epoch: number;
  image: string;
  index?: number;
  branch: string;
  class: string;
  label?: string;
  predicted: string;
  confidence: number;
  grid: number[][];
}

/** The `explain` records of a run folder that was never resumed. */
export function explainRecords(folder: string): ExplainRecord[] {
  const lines = readFileSync(join(folder, 'events.jsonl'), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line)).filter(({ type }) => type === 'explain');
}

/** Trains `cam-mixprop` and `cam-vanilla` with three chosen images: maps after epochs 2, 4 and 5, checkpoints after each. */
export function trainExplainedRuns(workspace: string): void {
  for (const method of ['mixprop', 'vanilla'] as const) {
    const name = `cam-${method}`;
    const file = writeSmallExperiment(workspace, name, method);
    const experiment = JSON.parse(readFileSync(file, 'utf8'));
    const explained = { ...experiment, explain: { images: [0, 1, 2], every: 2 }, checkpoint: { every: 1 } };
    writeFileSync(file, `${JSON.stringify(explained, null, 2)}\n`);
    trainExperiment(file, workspace, name);
  }
}

/** Writes `own.png` and `photo.png`, 24 pixels a side, into a workspace: a bright square on a dark ground, at two places. */
export function writeOwnImages(workspace: string): void {
  for (const [name, corner] of [
    ['own.png', 2],
    ['photo.png', 12],
  ] as const) {
    const image = new PNG({ width: 24, height: 24 });
    const isBright = (at: number) => at >= corner && at < corner + 10;
    for (let i = 0; i < 24 * 24; i++) {
      const level = isBright(i % 24) && isBright(Math.floor(i / 24)) ? 230 : 40;
      image.data.fill(level, 4 * i, 4 * i + 3);
      image.data[4 * i + 3] = 255;
    }
    writeFileSync(join(workspace, name), PNG.sync.write(image));
  }
}

/** The pixels of a PNG's data URL, [side, side, 3]. */
export function pixelsOf(url: string): { pixels: Uint8Array; side: number } {
  const { data, width } = PNG.sync.read(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));
  return { pixels: Uint8Array.from(data.filter((_, i) => i % 4 < 3)), side: width };
}

/** By how many grey levels a picture differs at most from a record's map over the original. */
export function overlayError(
  shown: ReturnType<typeof pixelsOf>,
  original: ReturnType<typeof pixelsOf>,
  { grid }: ExplainRecord,
): number {
  const map = { values: Float32Array.from(grid.flat()), height: grid.length, width: grid[0]!.length };
  const wanted = overlay(original.pixels, original.side, map, { colourMap: 'jet', opacity: 0.5 });
  return shown.pixels.reduce((most, level, i) => Math.max(most, Math.abs(level - wanted[i]!)), 0);
}

/** The CAM panel, read as a screen reader would: through its text summary and labelled cells. */
export class CamPanel {
  /** @param place among the panels on screen, from 0; from the last with -1 */
  constructor(
    private readonly page: Page,
    private readonly place = 0,
  ) {}

  /** The panel's document: VS Code wraps it in two frames. */
  get document(): FrameLocator {
    const outer = this.page.locator('iframe.webview.ready:visible').nth(this.place);
    return outer.contentFrame().frameLocator('iframe#active-frame');
  }

  private entry(runId: string, branch: string): Locator {
    return this.document.locator(`#cam-summary [data-run-id="${runId}"][data-branch="${branch}"]`);
  }

  async waitForRun(runId: string): Promise<void> {
    await this.entry(runId, 'main').waitFor({ state: 'attached', timeout: 60_000 });
  }

  /** All attributes of a branch's summary, of one moment. */
  async summary(runId: string, branch = 'main'): Promise<Record<string, string>> {
    const entry = this.entry(runId, branch);
    return entry.evaluate((element) => ({ ...(element as HTMLElement).dataset }) as Record<string, string>);
  }

  /** What a cell says of itself. */
  async cell(image: string, runId: string, branch = 'main'): Promise<Record<string, string>> {
    const cell = this.document.locator(`.grid-cell[data-image="${image}"][data-column="${runId} ${branch}"]`);
    return cell.evaluate((element) => ({ ...(element as HTMLElement).dataset }) as Record<string, string>);
  }

  /** The pixels of a cell's picture, as a data URL. */
  async picture(image: string, runId: string, branch = 'main'): Promise<string> {
    return this.drawn(this.document.locator(`.grid-cell[data-image="${image}"][data-column="${runId} ${branch}"]`));
  }

  /** The picture of the first column. */
  async original(image: string): Promise<string> {
    return this.drawn(this.document.locator(`.grid-cell.first[data-image="${image}"]`));
  }

  /** Only what is near the rows on screen is drawn. */
  private async drawn(cell: Locator): Promise<string> {
    await cell.scrollIntoViewIfNeeded();
    return cell.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  }

  async showEpoch(epoch: number): Promise<void> {
    const exact = this.document.locator('.scrub input[type="number"]');
    await exact.fill(String(epoch));
    await exact.press('Enter');
    await expect
      .poll(() => this.document.locator('#cam-epoch').getAttribute('aria-valuetext'))
      .toContain(`epoch ${epoch}`);
  }

  /** By how many pixels the contents are wider than the panel. */
  async overflow(): Promise<number> {
    const body = this.document.locator('body');
    return body.evaluate(({ ownerDocument: { documentElement: root } }) => root.scrollWidth - root.clientWidth);
  }

  /** The panel says, number by number, what the run's records say of an epoch. */
  async expectToMatch(runId: string, records: readonly ExplainRecord[]): Promise<void> {
    const { epoch } = records[0]!;
    for (const branch of new Set(records.map((record) => record.branch))) {
      const own = records.filter((record) => record.branch === branch);
      await expect
        .poll(() => this.summary(runId, branch), { timeout: 20_000 })
        .toMatchObject({
          epoch: String(epoch),
          shown: String(own.length),
          right: String(own.filter(({ label, predicted }) => label === predicted).length),
        });
      const mean = own.reduce((sum, { confidence }) => sum + confidence, 0) / own.length;
      expect(Number((await this.summary(runId, branch)).meanConfidence)).toBeCloseTo(mean, 4);
      for (const record of own) {
        const cell = await this.cell(record.image, runId, branch);
        expect(cell).toMatchObject({ class: record.class, predicted: record.predicted, label: record.label });
        expect(Number(cell.confidence)).toBeCloseTo(record.confidence, 4);
        const values = record.grid.flat();
        expect(Number(cell.minimum)).toBeCloseTo(Math.min(...values), 3);
        expect(Number(cell.maximum)).toBeCloseTo(Math.max(...values), 3);
      }
    }
  }
}
