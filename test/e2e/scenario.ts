import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { Editor, type EditorOptions } from './editor';

/** Training the runs of a scenario takes its time on a busy machine. */
const preparationMs = 10 * 60_000;

export interface Scenario {
  readonly editor: Editor;
}

/**
 * Registers one window for all tests of a file, which are the steps of one scenario: after a step has failed twice the
 * others are skipped, and the next scenario does not share this one's editor. Each failed step leaves a picture, and a violated content security policy fails the step it happens in.
 */
export function useEditor(name: string, options: EditorOptions = {}): Scenario {
  let editor: Editor | undefined;
  let failed: { id: string; name: string } | undefined;

  beforeAll(async () => {
    editor = await Editor.launch(options);
    try {
      await editor.openWindow();
    } catch (error) {
      failed = { id: '', name: 'opening the window' };
      await editor.screenshot(`failed-${name}`);
      throw error;
    }
  }, preparationMs);

  beforeEach(async ({ task, skip, onTestFailed, onTestFinished }) => {
    if (failed?.id === task.id) {
      // A second try: without the list or dialog that the first may have left open.
      await editor?.page.keyboard.press('Escape');
      failed = undefined;
    }
    if (failed !== undefined) skip(`after "${failed.name}" failed`);
    onTestFailed(async () => {
      failed = task;
      await editor?.screenshot(`failed-${name}`);
    });
    onTestFinished(() => {
      expect(editor?.policyViolations.splice(0)).toEqual([]);
    });
  });

  afterAll(async () => {
    await editor?.close(failed === undefined);
  });

  return {
    get editor(): Editor {
      if (editor === undefined) throw new Error('the editor has not been launched');
      return editor;
    },
  };
}
