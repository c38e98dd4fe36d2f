import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

type Measures = { top1: number; top5: number; loss: number; calibrationError: number };

/** `evaluations/*.json`, read here without the product's own reader. */
interface EvaluationFile {
  images: number;
  branches: Record<
    string,
    {
      clean: Measures;
      corruptions: Record<string, Record<string, Measures>>;
      summary: { unnormalised: number; baseline: string | null };
    }
  >;
}

/** The evaluations of a run folder. */
export function evaluationFiles(folder: string): EvaluationFile[] {
  const place = join(folder, 'evaluations');
  if (!existsSync(place)) return [];
  const names = readdirSync(place).filter((name) => name.endsWith('.json'));
  return names.map((name) => JSON.parse(readFileSync(join(place, name), 'utf8')) as EvaluationFile);
}

/** The robustness panel, read as a screen reader would: through its text summary and labelled cells. */
export class RobustnessPanel {
  constructor(private readonly page: Page) {}

  /** The panel's document: VS Code wraps it in two frames. */
  get document(): FrameLocator {
    const outer = this.page.locator('iframe.webview.ready:visible').first();
    return outer.contentFrame().frameLocator('iframe#active-frame');
  }

  private entry(runId: string, branch: string): Locator {
    return this.document.locator(`#robustness-summary [data-run-id="${runId}"][data-branch="${branch}"]`);
  }

  async waitForBranch(runId: string, branch: string): Promise<void> {
    await this.entry(runId, branch).waitFor({ state: 'attached', timeout: 120_000 });
  }

  /** All attributes of a branch's summary, of one moment. */
  async summary(runId: string, branch: string): Promise<Record<string, string>> {
    return this.entry(runId, branch).evaluate(
      (element) => ({ ...(element as HTMLElement).dataset }) as Record<string, string>,
    );
  }

  /** A cell by what it says: "fog, severity 3". */
  cell(figure: number, label: string): Locator {
    return this.document.locator('.run-figure').nth(figure).locator(`.cell[aria-label^="${label}:"]`);
  }

  /** By how many pixels the contents are wider than the panel. */
  async overflow(): Promise<number> {
    const body = this.document.locator('body');
    return body.evaluate(({ ownerDocument: { documentElement: root } }) => root.scrollWidth - root.clientWidth);
  }

  /** The panel says, number by number, what the file says of a branch. */
  async expectToMatch(runId: string, branch: string, { images, branches }: EvaluationFile): Promise<void> {
    const shown = await this.summary(runId, branch);
    const { clean, corruptions, summary } = branches[branch]!;
    expect(shown).toMatchObject({
      images: String(images),
      corruptions: Object.keys(corruptions).join(' '),
      cleanTop1: String(clean.top1),
      cleanTop5: String(clean.top5),
      cleanLoss: String(clean.loss),
      cleanCalibrationError: String(clean.calibrationError),
      unnormalised: String(summary.unnormalised),
      baseline: summary.baseline ?? '',
    });
    const errors = Object.values(corruptions).flatMap((levels) => Object.values(levels).map(({ top1 }) => 1 - top1));
    const mean = (100 * errors.reduce((sum, error) => sum + error, 0)) / errors.length;
    expect(Number(shown.mean)).toBeCloseTo(mean, 9);
  }
}
