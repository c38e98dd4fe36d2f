import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RobustnessRun } from '../../../../common/panels/robustness/robustness-contract';
import { writeEvaluationPredictions } from '../../../../common/run/evaluation-predictions';
import { runPaths } from '../../../../common/run/run-folder';
import { RobustnessPanel } from '../../../../extension/panels/robustness/robustness-panel';
import { someEvaluation } from '../../../common/run/evaluation-fixture';
import { temporaryFolders } from '../../../common/temporary-folder';
import { writeRun } from '../../../trainer/report/report-fixture';
import { editor, newEditors } from '../../fake-vscode';
import { FakePage, FakeRunPanelHost } from '../panel-host';

newEditors();
const newFolder = temporaryFolders();
let folder: string;
let page: FakePage;
let panel: RobustnessPanel;
const evaluated: unknown[] = [];
/** What `mixprop` is called with. */
const commands: string[] = [];

beforeEach(() => {
  folder = writeRun(newFolder(), 'small-1');
  page = new FakePage();
  evaluated.length = 0;
  commands.length = 0;
  panel = new RobustnessPanel(page.panel, [folder], {
    ...new FakeRunPanelHost().host,
    evaluate: (runKeys) => evaluated.push(runKeys),
    mixprop: (signal) => async (line) => {
      commands.push(line[0]!);
      return signal.aborted ? 'cancelled' : 'the disk is full';
    },
  });
});
afterEach(() => panel.dispose());

/** An evaluation that loses the image b by fog of severity 3. */
function evaluate(name: string): void {
  const { evaluations } = runPaths(folder);
  mkdirSync(evaluations, { recursive: true });
  const condition = (name: string, severity: number | null, predicted: number[]) => ({
    ...{ name, severity, prefix: '', names: ['a', 'b'], labels: [0, 1] },
    branches: { main: { predicted: Uint16Array.from(predicted), confidence: Float32Array.from([0.5, 0.75]) } },
  });
  const conditions = [condition('clean', null, [0, 1]), condition('fog', 3, [0, 0])];
  writeEvaluationPredictions(join(evaluations, `${name}.predictions.bin`), { classes: ['cat', 'dog'], conditions });
  writeFileSync(
    join(evaluations, `${name}.json`),
    JSON.stringify(someEvaluation({ predictions: `${name}.predictions.bin` })),
  );
}

const cell = () => ({ runKey: folder, evaluation: 'best', branch: 'main', corruption: 'fog', severity: 3, count: 5 });

async function hydrated(): Promise<void> {
  page.begin();
  await expect.poll(() => page.ofType('hydrate')).toHaveLength(1);
}

test('a page gets its runs with their evaluations, and a run anew where there is another one', async () => {
  evaluate('best');
  await hydrated();
  expect(page.ofType('hydrate')[0]).toMatchObject({
    version: 1,
    runs: [{ header: { runKey: folder }, evaluations: [{ name: 'best' }] }],
  });
  evaluate('last');
  await expect.poll(() => page.ofType('run'), { timeout: 5000 }).toHaveLength(1);
  const { evaluations } = page.ofType('run')[0]!.run as RobustnessRun;
  expect(evaluations.map(({ name }) => name).sort()).toEqual(['best', 'last']);
});

test('what it asks for is answered: lost images without their files, and what kept their pictures from being made', async () => {
  evaluate('best');
  await hydrated();
  const flips = page.ask('flips', cell());
  await expect
    .poll(() => page.said(flips))
    .toMatchObject([{ type: 'reply', reply: { lost: 1, shown: [{ path: 'b' }] } }]);
  expect(JSON.stringify(page.said(flips))).not.toContain('corruptedPath');
  const pictures = page.ask('pictures', cell());
  await expect
    .poll(() => page.said(pictures))
    .toMatchObject([{ type: 'reply', reply: { pictures: [], problem: 'the disk is full' } }]);
  expect(commands).toEqual(['explain']);
});

test('without trust no process is started for pictures', async () => {
  evaluate('best');
  await hydrated();
  editor.isTrusted = false;
  const id = page.ask('pictures', cell());
  await expect
    .poll(() => page.said(id))
    .toMatchObject([{ type: 'failure', message: expect.stringContaining('trust') }]);
  expect(commands).toEqual([]);
});

test('an evaluation is of the panel’s runs; a file goes where the person says', async () => {
  page.fake.send({ type: 'evaluate' });
  expect(evaluated).toEqual([[folder]]);
  const target = join(folder, 'curves.csv');
  editor.files = [target];
  page.fake.send({ type: 'saveFile', fileName: 'curves.csv', mime: 'text/csv', encoding: 'base64', contents: 'YSxi' });
  await expect.poll(() => readFileSync(target, { flag: 'a+' }).toString()).toBe('a,b');
});
