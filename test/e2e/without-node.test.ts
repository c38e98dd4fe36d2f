import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { CurvesPanel } from './curves-panel';
import { environmentOf, trainerProcess } from './processes';
import { RunRecords } from './run-records';
import { useEditor } from './scenario';
import { Workbench } from './workbench';

/** A folder with the usual programs of the machine, except Node's. */
function programsWithoutNode(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mixprop-programs-'));
  for (const program of readdirSync('/usr/bin')) {
    if (!/^(node|nodejs|npm|npx|corepack)$/.test(program))
      symlinkSync(join('/usr/bin', program), join(folder, program));
  }
  return folder;
}

describe('an editor on a machine without Node', () => {
  const programs = programsWithoutNode();
  const scenario = useEditor('without-node', { environment: { PATH: programs } });
  const runFolder = () => join(scenario.editor.workspace, 'runs', 'vanilla-1');
  const workbench = () => new Workbench(scenario.editor.page);
  const panel = () => new CurvesPanel(scenario.editor.page);

  afterAll(() => rmSync(programs, { recursive: true }));

  test('trains on the editor’s own', async () => {
    await workbench().openFile('vanilla.mixprop.json');
    await workbench().runCommand('MixProp: Run Experiment');
    const records = new RunRecords(runFolder());
    await expect.poll(() => records.steps.length, { timeout: 60_000 }).toBeGreaterThan(3);
    const path = environmentOf(trainerProcess(runFolder()), 'PATH') ?? '';
    expect(path.split(':').filter((folder) => existsSync(join(folder, 'node')))).toEqual([]);
    await workbench().runCommand('MixProp: Show Loss Curves');
    await panel().waitForRun('vanilla-1');
    await panel().waitForStepAfter('vanilla-1', 5);
    await panel().expectToMatch('vanilla-1', records);
    await workbench().runCommand('MixProp: Stop Run');
    await expect.poll(() => records.states.at(-1), { timeout: 30_000 }).toBe('stopped');
  });
});
