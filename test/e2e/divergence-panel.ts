import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

const measures = ['symmetricKl', 'wasserstein2', 'meanShift', 'logVarianceRatio', 'gammaGap', 'betaGap'] as const;

/** A `divergence` record of events.jsonl, read here without the product's own reader. */
type DivergenceRecord = {
  epoch: number;
  step: number;
  layers: ({ layer: string } & Record<(typeof measures)[number], number>)[];
};

/** The `divergence` records of a run folder that was never resumed. */
export function divergenceRecords(folder: string): DivergenceRecord[] {
  const lines = readFileSync(join(folder, 'events.jsonl'), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line)).filter(({ type }) => type === 'divergence');
}

/** The BN divergence panel, read as a screen reader would: through its text summary and labelled cells. */
export class DivergencePanel {
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

  private entry(runId: string): Locator {
    return this.document.locator(`#divergence-summary [data-run-id="${runId}"]`);
  }

  async waitForRun(runId: string): Promise<void> {
    await this.entry(runId).waitFor({ state: 'attached', timeout: 60_000 });
  }

  /** All attributes of a run's summary, of one moment. */
  async summary(runId: string): Promise<Record<string, string>> {
    return this.entry(runId).evaluate((element) => ({ ...(element as HTMLElement).dataset }) as Record<string, string>);
  }

  /** The heatmap of a run, by its place. */
  heatmap(index: number): Locator {
    return this.document.locator('.run-figure .heatmap:visible').nth(index);
  }

  async activeCell(index: number): Promise<string> {
    return (await this.heatmap(index).locator('.cell').getAttribute('aria-label')) ?? '';
  }

  get channelHeading(): Locator {
    return this.document.locator('.channels h2');
  }

  /** By how many pixels the contents are wider than the panel. */
  async overflow(): Promise<number> {
    const body = this.document.locator('body');
    return body.evaluate(({ ownerDocument: { documentElement: root } }) => root.scrollWidth - root.clientWidth);
  }

  /** The panel says, number by number, what the run's file says of the last epoch. */
  async expectToMatch(runId: string, records: readonly DivergenceRecord[]): Promise<void> {
    const shown = await this.summary(runId);
    const last = records.at(-1)!;
    expect(shown).toMatchObject({
      branches: 'main and aux',
      layers: String(last.layers.length),
      epochs: String(records.length),
      lastEpoch: String(last.epoch),
      lastStep: String(last.step),
    });
    for (const measure of measures) {
      const values = last.layers.map((layer) => layer[measure]);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const attribute = `mean${measure.charAt(0).toUpperCase()}${measure.slice(1)}`;
      expect(Number(shown[attribute])).toBeCloseTo(mean, 9);
    }
    const chosen = shown.measure as (typeof measures)[number];
    const largest = last.layers.reduce((a, b) => (b[chosen] > a[chosen] ? b : a));
    expect(shown.largestLayer).toBe(largest.layer);
    expect(Number(shown.largestValue)).toBeCloseTo(largest[chosen], 9);
  }
}
