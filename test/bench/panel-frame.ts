import { setTimeout as delay } from 'node:timers/promises';
import type { Frame, Page } from 'playwright-core';

/**
 * The document of an open panel: VS Code wraps it in two frames.
 * @param name of the panel's page: "curves"
 * @param failed receives a picture of the editor if the panel does not open
 */
export async function panelFrame(page: Page, name: string, failed: string): Promise<Frame> {
  for (let attempt = 0; attempt < 3000; attempt++) {
    for (const frame of page.frames()) {
      const isPanel = await frame
        .evaluate((selector) => document.querySelector(selector) !== null, `#mixprop-${name} > .panel`)
        .catch(() => false);
      if (isPanel) return frame;
    }
    await delay(20);
  }
  await page.screenshot({ path: failed });
  throw new Error('the panel did not open');
}
