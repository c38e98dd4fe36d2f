import type { FrameLocator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { RunRecords } from './run-records';

/** The loss curves panel, read as a screen reader would: through its text summary. */
export class CurvesPanel {
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

  async waitForRun(runId: string): Promise<void> {
    await this.document.locator(`#summary [data-run-id="${runId}"]`).waitFor({ state: 'attached', timeout: 60_000 });
  }

  /** All attributes of a run's summary, of one moment. */
  async summary(runId: string): Promise<Record<string, string>> {
    const entry = this.document.locator(`#summary [data-run-id="${runId}"]`);
    return entry.evaluate((element) => ({ ...(element as HTMLElement).dataset }) as Record<string, string>);
  }

  /** How the panel looks at its runs. */
  async view(): Promise<Record<string, string>> {
    const entry = this.document.locator('#view-summary');
    return entry.evaluate((element) => ({ ...(element as HTMLElement).dataset }) as Record<string, string>);
  }

  async chooseXAxis(axis: 'step' | 'epoch' | 'relative' | 'wall'): Promise<void> {
    await this.document.locator('.toolbar select').first().selectOption(axis);
  }

  /** @param chart its id, as in the summary's `data-charts` */
  async chooseInChartMenu(chart: string, item: string): Promise<void> {
    await this.document.locator(`.chart.${chart} .icon-button`).click();
    await this.document.locator(`.chart.${chart} .popover button`, { hasText: item }).click();
  }

  /** By how many pixels the contents are wider than the panel. */
  async overflow(): Promise<number> {
    const body = this.document.locator('body');
    return body.evaluate(({ ownerDocument: { documentElement: root } }) => root.scrollWidth - root.clientWidth);
  }

  async lastStep(runId: string): Promise<number> {
    return Number((await this.summary(runId)).lastStep);
  }

  /** Waits until the panel shows more steps than `step`; fails when it does not within a minute. */
  async waitForStepAfter(runId: string, step: number): Promise<number> {
    await expect.poll(() => this.lastStep(runId), { timeout: 60_000, interval: 200 }).toBeGreaterThan(step);
    return this.lastStep(runId);
  }

  /** The panel says, number by number, what the run's file says up to the panel's last step. */
  async expectToMatch(runId: string, records: RunRecords): Promise<void> {
    const shown = await this.summary(runId);
    const last = Number(shown.lastStep);
    const steps = records.steps.filter(({ step }) => step <= last);
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: last }, (_, index) => index + 1));
    const record = steps.at(-1);
    expect(shown).toMatchObject({
      steps: String(last),
      lastEpoch: String(record?.epoch),
      lastTotalLoss: String(record?.loss.total),
      lastMainLoss: String(record?.loss.main),
      lastAuxLoss: String(record?.loss.aux ?? ''),
      lastLearningRate: String(record?.learningRate),
    });
    const shownValidations = Number(shown.validations);
    const validation = records.validations[shownValidations - 1];
    expect(shown.lastValidationEpoch).toBe(String(validation?.epoch ?? ''));
    expect(shown.lastMainTop1).toBe(String(validation?.validation?.main.top1 ?? ''));
    expect(shown.lastAuxTop1).toBe(String(validation?.validation?.aux?.top1 ?? ''));
    // The panel may lag behind the file by what is on its way, not by an epoch.
    const due = records.validations.filter(({ step }) => (step ?? 0) < last).length;
    expect(shownValidations).toBeGreaterThanOrEqual(due);
  }
  /** The panel says of the maps of chosen images what the last record in the run's file says. */
  async expectToMatchLocalisation(runId: string, { localisations }: RunRecords): Promise<void> {
    const last = localisations.at(-1);
    const text = (value: number | undefined) => String(value ?? '');
    expect(await this.summary(runId)).toMatchObject({
      localisations: String(localisations.length),
      lastLocalisationEpoch: text(last?.epoch),
      lastLocalisationImages: text(last?.images),
      lastLocalisationWithRegion: text(last?.withRegion),
      lastMainPointing: text(last?.main?.pointing),
      lastMainEnergy: text(last?.main?.energy),
      lastMainArea: text(last?.main?.area),
      lastMainRegions: text(last?.main?.regions),
      lastAuxPointing: text(last?.aux?.pointing),
      lastAuxEnergy: text(last?.aux?.energy),
      lastAuxArea: text(last?.aux?.area),
      lastAuxRegions: text(last?.aux?.regions),
      lastAgreement: text(last?.agreement),
    });
  }
}
