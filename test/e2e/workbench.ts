import { basename, join } from 'node:path';
import { errors, type Locator, type Page } from 'playwright-core';
import type { Editor } from './editor';

/** The parts of VS Code's workbench that the tests use, by what they show to a user. */
export class Workbench {
  constructor(private readonly editor: Editor) {}

  private get page(): Page {
    return this.editor.page;
  }

  private get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible input[type="text"]');
  }

  /** An entry of the list that a command has opened. */
  listEntry(text: string): Locator {
    return this.page
      .locator('.quick-input-widget:visible .quick-input-list .monaco-list-row', { hasText: text })
      .first();
  }

  /** Runs a command through the palette. */
  async runCommand(title: string): Promise<void> {
    await this.choose('F1', `>${title}`, title);
  }

  async reloadWindow(): Promise<void> {
    const loaded = this.page.waitForEvent('domcontentloaded');
    await this.runCommand('Developer: Reload Window');
    await loaded;
    await this.page.locator('.monaco-workbench .pane-body').first().waitFor();
  }

  /** @param name as the list of themes has it: "Dark Modern" */
  async chooseColorTheme(name: string): Promise<void> {
    await this.runCommand('Preferences: Color Theme');
    await this.quickInput.fill(name);
    await this.listEntry(name).click();
  }

  /**
   * The list offers what was there when it opened: it is opened again until a late command or file is in it. It closes
   * when something else takes the focus, such as a view that an earlier command has just opened: then too. Each attempt
   * waits longer, since on a busy machine a list that is always reopened early never fills.
   */
  private async choose(key: string, text: string, entry: string): Promise<void> {
    for (let attempt = 1; attempt <= 8; attempt++) {
      await this.page.keyboard.press(key);
      try {
        await this.quickInput.waitFor({ timeout: 5000 });
        await this.quickInput.fill(text, { timeout: 2000 });
        await this.listEntry(entry).click({ timeout: attempt * 2000 });
        return;
      } catch (error) {
        if (!(error instanceof errors.TimeoutError)) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
    throw new Error(`"${text}" finds no "${entry}"`);
  }

  /**
   * Chooses a file in the dialog that a command has opened. The dialog writes its folder into the field once more when it has
   * read it, whatever was entered meanwhile: then the path is entered anew.
   */
  async chooseFile(path: string): Promise<void> {
    for (let attempt = 1; attempt <= 15; attempt++) {
      try {
        await this.quickInput.fill(path, { timeout: 5000 });
        await this.listEntry(basename(path)).waitFor({ timeout: 5000 });
        await this.quickInput.press('Enter', { timeout: 2000 });
        await this.quickInput.waitFor({ state: 'detached', timeout: 2000 });
        return;
      } catch (error) {
        if (!(error instanceof errors.TimeoutError)) throw error;
      }
    }
    throw new Error(`the dialog does not take ${path}`);
  }

  /** Ticks all entries of the list that a command has opened, and accepts. */
  async pickAll(): Promise<void> {
    const list = await this.openedList();
    await list.locator('.quick-input-check-all').check();
    await this.acceptPicked(list);
  }

  /** Ticks only the entry with this text of the list that a command has opened, and accepts. */
  async pick(text: string): Promise<void> {
    const list = await this.openedList();
    const all = list.locator('.quick-input-check-all');
    await all.check();
    await all.uncheck();
    await this.quickInput.fill(text);
    await this.listEntry(text).getByRole('checkbox').check();
    await this.acceptPicked(list);
  }

  private async openedList(): Promise<Locator> {
    const list = this.page.locator('.quick-input-widget:visible');
    await list.locator('.quick-input-list .monaco-list-row').first().waitFor();
    return list;
  }

  private async acceptPicked(list: Locator): Promise<void> {
    await this.page.keyboard.press('Enter');
    await list.waitFor({ state: 'hidden' });
  }

  /**
   * Opens a file by its whole path: a name would be searched for by the extension host, which may not be up yet.
   * @param file relative to the editor's folder
   */
  async openFile(file: string): Promise<void> {
    await this.choose('ControlOrMeta+p', join(this.editor.workspace, file), basename(file));
    await this.page.locator('.tab.active', { hasText: basename(file) }).waitFor();
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

  /** Chooses an entry of the menu that the explorer has for a file of the folder. */
  async chooseInExplorer(file: string, entry: string): Promise<void> {
    await this.runCommand('View: Show Explorer');
    await this.page.locator('.explorer-folders-view .monaco-list-row', { hasText: file }).click({ button: 'right' });
    // A menu takes no click in its first moments.
    await this.page.locator('.monaco-menu .action-item', { hasText: entry }).hover();
    await this.page.keyboard.press('Enter');
  }

  /** Enters a text in the box that a command has opened. */
  async enter(text: string): Promise<void> {
    await this.quickInput.fill(text);
    await this.quickInput.press('Enter');
    await this.quickInput.waitFor({ state: 'detached' });
  }

  /** A run in the Runs view, by the beginning of what it is called. */
  runItem(label: string): Locator {
    return this.page.getByRole('treeitem', { name: new RegExp(`^${label}(,|$)`) });
  }

  /** Chooses an entry of the menu that the Runs view has for a run. */
  async chooseForRun(label: string, entry: string): Promise<void> {
    await this.runItem(label).click({ button: 'right' });
    // A menu takes no click in its first moments.
    await this.page.locator('.monaco-menu .action-item', { hasText: entry }).hover();
    await this.page.keyboard.press('Enter');
  }

  async showRunsView(): Promise<void> {
    await this.runCommand('View: Show MixProp');
  }

  /** All that the Runs view says of a run: its label, description and tooltip, as a screen reader has them. */
  async describeRun(runId: string): Promise<string> {
    const item = this.page.getByRole('treeitem', { name: new RegExp(runId) }).first();
    if ((await item.count()) === 0) return '';
    return `${await item.getAttribute('aria-label')} ${await item.textContent()}`;
  }
}
