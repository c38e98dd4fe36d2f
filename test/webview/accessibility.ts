import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

/** A browser to test in, if this machine has one. */
export const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

/** axe-core's script, if it is installed. */
export function axeScript(): string | undefined {
  try {
    return readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  } catch {
    return undefined;
  }
}

interface Violation {
  id: string;
  impact: string | null;
  nodes: { html: string; failureSummary?: string }[];
}

/** What axe finds in a page that is serious or worse, one line a rule. */
export async function seriousFindings(page: Page, script: string): Promise<string[]> {
  await page.evaluate(script);
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    return (await axe.run()).violations;
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(' | ')}`,
    );
}

/** What a screen reader would say twice, one line a control: a description that repeats the name, or a word after itself. */
export async function doubledWords(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  return nodes.flatMap(({ ignored, role, name, description }) => {
    const [said, more] = [String(name?.value ?? ''), String(description?.value ?? '')];
    // A row's name is that of its cells, which nobody hears in one go.
    if (ignored || role?.value === 'row' || said === '') return [];
    const isRepeated = more !== '' && (said.includes(more) || more.includes(said));
    return isRepeated || /(^|\s)([a-z]{3,})[,;:·]? \2(?![\w-])/i.test(said)
      ? [`${role?.value}: ${said} | ${more}`]
      : [];
  });
}
