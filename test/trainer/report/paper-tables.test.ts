import { describe, expect, test } from 'vitest';
import { commonCorruptions } from '../../../common/experiment/corruption-names';
import { type ExperimentInput, experimentSchema } from '../../../common/experiment/schema';
import type { BranchEvaluation, Evaluation } from '../../../common/run/evaluations';
import { alexNetErrors } from '../../../trainer/evaluation/alexnet-errors';
import { withSummaries } from '../../../trainer/evaluation/evaluation-record';
import { paperTables, paperTablesMarkdown, type TableRun } from '../../../trainer/report/paper-tables';
import { runRows } from '../../../trainer/report/run-table';
import { runName } from '../../run-name';

const at = (top1: number) => ({ top1, top5: 1, loss: 1, calibrationError: 0 });

/** A branch that is right for `clean` of the clean images, and for half as many of all corrupted ones. */
function branch(clean: number, stylized?: number): BranchEvaluation {
  const levels = Object.fromEntries([1, 2, 3, 4, 5].map((severity) => [severity, at(clean / 2)]));
  return {
    clean: at(clean),
    ...(stylized !== undefined && { stylized: at(stylized) }),
    corruptions: Object.fromEntries(commonCorruptions.map((name) => [name, levels])),
  };
}

function evaluation(branches: Evaluation['branches'], change: Partial<Evaluation> = {}): Evaluation {
  return {
    format: 1,
    run: 'run',
    checkpoint: 'best',
    checkpointSha256: '',
    epoch: 9,
    step: 90,
    created: '2025-01-01T00:00:00Z',
    backend: 'wasm',
    device: 'cpu',
    precision: 'float32',
    seconds: 1,
    imagesPerSecond: 1,
    images: 1000,
    imageList: 'abc',
    dataset: { type: 'image-folder', path: '/data/imagenet-100', imageSize: 224, classes: 100, limit: 1000 },
    source: { kind: 'made', strength: 'imagenet', seed: 0 },
    branches,
    ...change,
  };
}

function run(id: string, method: ExperimentInput['method'], top1: number, evaluated?: Evaluation, seed = 1): TableRun {
  const experiment = experimentSchema.parse({
    seed,
    dataset: { type: 'image-folder', path: '/data/imagenet-100', imageSize: 224 },
    model: { architecture: 'resnet18', width: 16 },
    method,
    training: { epochs: 9 },
  });
  const epoch = {
    seq: 1,
    time: 1,
    type: 'epoch' as const,
    epoch: 9,
    step: 1,
    learningRate: 0.1,
    train: { loss: { total: 1, main: 1 } },
    validation: { main: { loss: 1, top1, top5: 1 } },
    seconds: { training: 1, validation: 1 },
  };
  const [row] = runRows([
    { runName: runName(id), experiment, state: 'finished', environment: undefined, epochs: [epoch] },
  ]);
  return { experiment, row, ...(evaluated && { evaluation: evaluated }) };
}

const vanilla: ExperimentInput['method'] = { type: 'vanilla' };
const mixprop: ExperimentInput['method'] = { type: 'mixprop' };

describe('the table of clean images', () => {
  test('has a column a method in the paper’s order, the paper’s row below, and says what differs', () => {
    const [{ title, table, caption }] = paperTables([
      run('c', { type: 'mixprop', auxiliary: 'cutmix' }, 0.5),
      run('m1', mixprop, 0.6),
      run('m2', mixprop, 0.7, undefined, 2),
      run('v', vanilla, 0.4),
    ]);
    expect(title).toBe('Clean images (as Table 2): top-1 in %, higher is better');
    expect(table.columns.map((column) => column.title)).toEqual([
      'Architecture',
      'vanilla',
      'mixprop (cutmix)',
      'mixprop',
    ]);
    expect(table.rows).toEqual([
      ['resnet18 ×16', '40.00', '50.00', '65.00 (2 runs)'],
      ['paper: ResNet-18', '83.40', '–', '84.58'],
    ]);
    expect(caption).toContain('imagenet-100 at 224 px, all training images, width 16');
    expect(caption).toContain('1 of 9 epochs');
    expect(caption).toContain('2 seeds');
    expect(caption).not.toContain('/data');
  });

  test('is one a data set', () => {
    const other = run('o', vanilla, 0.5);
    other.experiment.dataset.trainingImages = 500;
    expect(paperTables([run('v', vanilla, 0.4), other]).map(({ table }) => table.rows.length)).toEqual([2, 2]);
  });
});

describe('the tables of distorted images', () => {
  test('have a row a run and branch, beside the paper’s', () => {
    const branches = withSummaries({ main: branch(0.5, 0.2), aux: branch(0.6, 0.3) }, null);
    const stylized = { path: '/data/stylized', images: 100 };
    const [, distorted, byCorruption] = paperTables([run('m', mixprop, 0.5, evaluation(branches, { stylized }))]);
    expect(distorted.table.columns.map(({ title }) => title)).toEqual([
      'Run',
      'Network and method',
      'Clean top-1 ↑',
      'Mean error ↓',
      'Stylized top-1 ↑',
      'Paper: mCE ↓',
      'Paper: Stylized top-1 ↑',
    ]);
    expect(distorted.table.rows).toEqual([
      ['m', 'resnet18 ×16 mixprop (main BN)', '50.00', '75.00', '20.00', '59.2', '23.8'],
      ['m', 'resnet18 ×16 mixprop (aux BN)', '60.00', '70.00', '30.00', '58.6', '25.8'],
    ]);
    expect(distorted.caption).toContain(
      'Mean error in % over the 15 corruptions, not normalised. Ours: 1000 validation',
    );
    expect(distorted.caption).toContain('strength imagenet, seed 0');
    expect(byCorruption.title).toBe('Errors by corruption, in %');
    expect(byCorruption.table.rows[1]).toEqual(['m', 'resnet18 ×16 mixprop (aux BN)', ...Array(15).fill('70.0')]);
  });

  test('say what is normalised by what', () => {
    const branches = withSummaries({ main: branch(0.5) }, { name: 'alexnet', errors: alexNetErrors });
    const [, distorted, byCorruption] = paperTables([run('v', vanilla, 0.5, evaluation(branches))]);
    expect(distorted.table.columns.map(({ title }) => title)).toContain('Relative mCE ↓');
    expect(distorted.table.rows[0][3]).toBe(branches.main!.summary!.mCE!.toFixed(2));
    expect(distorted.caption).toMatch(/^mCE in %, normalised by AlexNet on ImageNet-C/);
    expect(byCorruption.caption).toContain('normalised by AlexNet on ImageNet-C (1000 classes, 224 px)');
    expect(byCorruption.table.rows[0][2]).toBe((75 / 0.886428).toFixed(1));
  });

  test('do not mix runs that saw different images or are normalised differently', () => {
    const plain = withSummaries({ main: branch(0.5) }, null);
    const runs = [
      run('a', vanilla, 0.5, evaluation(plain)),
      run('b', vanilla, 0.5, evaluation(plain, { imageList: 'other' })),
      run('c', vanilla, 0.5, evaluation(plain, { source: { kind: 'made', strength: 'tiny', seed: 0 } })),
      run('d', vanilla, 0.5, evaluation(withSummaries(plain, { name: 'alexnet', errors: alexNetErrors }))),
      run('e', vanilla, 0.5, evaluation(plain)),
      run('f', vanilla, 0.5, evaluation({ main: { clean: at(0.5), corruptions: {} } }, { source: null })),
      run('g', vanilla, 0.5),
    ];
    const shown = paperTables(runs)
      .filter(({ title }) => title.startsWith('Distorted'))
      .map(({ table }) => table.rows.map(([id]) => id).join());
    expect(shown).toEqual(['a,e', 'b', 'c', 'd']);
  });

  test('as Markdown each has title, table and caption', () => {
    const text = paperTablesMarkdown(paperTables([run('v', vanilla, 0.5)]));
    expect(text).toBe(`**Clean images (as Table 2): top-1 in %, higher is better**

| Architecture | vanilla |
| --- | ---: |
| resnet18 ×16 | 50.00 |
| paper: ResNet-18 | 83.40 |

Through main, the best of all validations. Ours: imagenet-100 at 224 px, all training images, width 16, 1 of 9 epochs, batch 128, seed 1 alone. The paper: ImageNet-100, all images, 270 epochs, batch 128.
`);
  });
});
