import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { Editor, type EditorOptions } from './editor';

/** Training the runs of a scenario takes its time on a busy machine. */
const preparationMs = 10 * 60_000;

export interface Scenario {
  readonly editor: Editor;
}

/**
 * Registers one editor for all tests of a file, which are the steps of one scenario: after a step has failed the others
 * are skipped. Each failed step leaves a picture, and a violated content security policy fails the step it happens in.
 */
export function useEditor(name: string, options: EditorOptions = {}): Scenario {
  let editor: Editor | undefined;
  let failed: string | undefined;

  beforeAll(async () => {
    editor = await Editor.launch(options);
    try {
      await editor.openWindow();
    } catch (error) {
      await editor.screenshot(`failed-${name}`);
      throw error;
    }
  }, preparationMs);

  beforeEach(({ task, skip, onTestFailed, onTestFinished }) => {
    if (failed !== undefined) skip(`after "${failed}" failed`);
    onTestFailed(async () => {
      failed = task.name;
      await editor?.screenshot(`failed-${name}`);
    });
    onTestFinished(() => {
      expect(editor?.policyViolations.splice(0)).toEqual([]);
    });
  });

  afterAll(async () => {
    await editor?.close();
  });

  return {
    get editor(): Editor {
      if (editor === undefined) throw new Error('the editor has not been launched');
      return editor;
    },
  };
}
