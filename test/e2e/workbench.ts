import type { Locator, Page } from 'playwright-core';

/** The parts of VS Code's workbench that the tests use, by what they show to a user. */
export class Workbench {
  constructor(private readonly page: Page) {}

  private get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible input[type="text"]');
  }

  private quickInputRow(text: string): Locator {
    return this.page
      .locator('.quick-input-widget:visible .quick-input-list .monaco-list-row', { hasText: text })
      .first();
  }

  /** Runs a command through the palette. */
  async runCommand(title: string): Promise<void> {
    // The palette lists the commands that were there when it opened, so it is opened anew until the command is there.
    for (let attempt = 1; ; attempt++) {
      await this.page.keyboard.press('F1');
      await this.quickInput.waitFor();
      await this.quickInput.fill(`>${title}`);
      const row = this.quickInputRow(title);
      const isThere = await row.waitFor({ timeout: 2000 }).then(
        () => true,
        () => false,
      );
      if (isThere) {
        await row.click();
        return;
      }
      await this.page.keyboard.press('Escape');
      if (attempt === 15) throw new Error(`the palette has no command "${title}"`);
    }
  }

  /** Chooses an entry of the list that a command has opened. */
  async pick(text: string): Promise<void> {
    await this.quickInputRow(text).click();
  }

  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press('ControlOrMeta+p');
    await this.quickInput.waitFor();
    await this.quickInput.fill(name);
    await this.quickInputRow(name).click();
    await this.page.locator('.tab.active', { hasText: name }).waitFor();
  }

  /** The text editor that is on screen. */
  get textEditor(): Locator {
    return this.page.locator('.editor-instance .monaco-editor').first();
  }

  /** Puts the cursor at the end of the first line that contains `text`. */
  async placeCursorAfterLine(text: string): Promise<void> {
    await this.textEditor.locator('.view-line', { hasText: text }).first().click();
    await this.page.keyboard.press('End');
  }

  /** The list of problems. */
  async openProblems(): Promise<Locator> {
    await this.runCommand('Problems: Focus on Problems View');
    return this.page.locator('.markers-panel .monaco-list-row');
  }

  get completions(): Locator {
    return this.page.locator('.suggest-widget.visible .monaco-list-row');
  }

  get hover(): Locator {
    return this.page.locator('.monaco-hover:visible');
  }

  get notifications(): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item');
  }

  get statusBar(): Locator {
    return this.page.locator('.statusbar');
  }

  async showRunsView(): Promise<void> {
    await this.runCommand('View: Show MixProp');
  }

  /** An entry of the Runs view. */
  run(text: string | RegExp): Locator {
    return this.page.getByRole('treeitem', { name: text });
  }
}
