import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { CurvesPanel } from './curves-panel';
import { environmentOf, trainerProcess } from './processes';
import { RunRecords } from './run-records';
import { useEditor } from './scenario';
import { writeSmallExperiment } from './small-runs';
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
  const scenario = useEditor('without-node', {
    environment: { PATH: programs },
    prepare: (workspace) => void writeSmallExperiment(workspace, 'small', 'mixprop'),
  });
  const runFolder = () => join(scenario.editor.workspace, 'runs', 'small-1');
  const workbench = () => new Workbench(scenario.editor);
  const panel = () => new CurvesPanel(scenario.editor.page);

  afterAll(() => rmSync(programs, { recursive: true }));

  test('trains on the editor’s own, to the end', async () => {
    await workbench().openFile('small.mixprop.json');
    await workbench().runCommand('MixProp: Run Experiment');
    const records = new RunRecords(runFolder());
    await expect.poll(() => records.steps.length, { timeout: 60_000 }).toBeGreaterThan(0);
    const path = environmentOf(trainerProcess(runFolder()), 'PATH') ?? '';
    expect(path).toContain(programs);
    expect(path.split(':').filter((folder) => existsSync(join(folder, 'node')))).toEqual([]);
    await panel().waitForRun('small-1');
    await expect.poll(async () => (await panel().summary('small-1')).state, { timeout: 120_000 }).toBe('finished');
    await panel().expectToMatch('small-1', records);
    expect(records.steps).toHaveLength(100);
    expect((await panel().summary('small-1')).steps).toBe('100');
    expect(records.states.at(-1)).toBe('finished');
    await workbench().showRunsView();
    await expect.poll(() => workbench().describeRun('small-1'), { timeout: 20_000 }).toMatch(/finished/i);
    await scenario.editor.screenshot('run-finished');
  }, 240_000);
});
