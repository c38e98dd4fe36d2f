import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { plainValue, readJson } from '../../../common/experiment/json-text';
import { applySetting, parseSetting } from '../../../common/experiment/setting';

/** What the settings make of an experiment, from an empty one on. */
function set(text: string, ...settings: string[]): Record<string, unknown> {
  const changed = settings.map(parseSetting).reduce(applySetting, text);
  return plainValue(readJson(changed).root!) as Record<string, unknown>;
}

const valueSet = (setting: string, text = '{}') =>
  parseSetting(setting).path.reduce<unknown>(
    (inner, part) => (inner as Record<string | number, unknown>)[part],
    set(text, setting),
  );

/** The table of docs/experiment-file.md: `| \`path=value\` | \`JSON\` |`. */
const documented = readFileSync(join(import.meta.dirname, '../../../docs/experiment-file.md'), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const cells = /^\| `([^`]+=[^`]*)` \| `([^`]+)` \|$/.exec(line);
    return cells ? [[cells[1], cells[2]]] : [];
  });

describe('--set', () => {
  test('the documentation has a table of spellings', () => {
    expect(documented.length).toBeGreaterThan(15);
  });

  test.each([
    ...documented,
    ['training.epochs=1e2', '100'],
    ['training.epochs=10.0', '10'],
    ['optimizer.learningRate=1.', '1'],
    ['optimizer.momentum=-.5', '-0.5'],
    ['dataset.trainingImages=NULL', 'null'],
    ['record.draws=TRUE', 'true'],
    ['record.draws="false"', 'false'],
    ['name=None', '"None"'],
    ['name=null', '"null"'],
    ['name=1e3', '"1e3"'],
    ['name=[1]', '"[1]"'],
    ['name=a=b', '"a=b"'],
    ["name='a'", '"a"'],
    ['model.initialWeights="None"', '"None"'],
    ['augmentation.type=none', '"none"'],
    ['dataset.path=a.tar.gz', '"a.tar.gz"'],
    [' training.epochs = 5 ', '5'],
    ['schedule.milestones=(30, 60)', '[30,60]'],
    ['schedule.milestones=[30,60,]', '[30,60]'],
    ['schedule.milestones[0]=30', '30'],
    ['schedule.milestones.00=30', '30'],
    ['schedule.milestones="30,60"', '[30,60]'],
    ["schedule.milestones='[30, 60]'", '[30,60]'],
    ['explain.images=["a, b.png", 3]', '["a, b.png",3]'],
    ["explain.images=['a.png', 'b.png']", '["a.png","b.png"]'],
    ['explain.images="a, b.png"', '["a, b.png"]'],
    ['explain.images.0=3', '3'],
    ['explain.images.0="3"', '"3"'],
    ['dataset.validationImages=1_0_0', '100'],
  ])('%s is %s', (setting, json) => {
    const kind = setting.includes('path=') || /dataset.*(null|None)/i.test(setting) ? '"image-folder"' : '"shapes"';
    expect(JSON.stringify(valueSet(setting, `{ "dataset": { "type": ${kind} } }`))).toBe(json);
  });

  test.each([
    ['record.draws=1', 'must be true or false, not "1": write --set record.draws=true'],
    ['record.draws=off', 'must be true or false, not "off": write --set record.draws=false'],
    ['record.draws=maybe', 'must be true or false, not "maybe": write --set record.draws=false'],
    ['method.type=', 'needs a value, such as --set method.type=vanilla'],
    ['schedule.milestones=None', 'write --set schedule.milestones=[]'],
    ['explain.images=null', 'write --set explain.images=[]'],
    ['schedule.milestones.-1=1', 'schedule.milestones is empty, so there is only the place 0'],
    ['schedule.milestones[-1]=1', 'schedule.milestones is empty, so there is only the place 0'],
    ['schedule.milestones[]=1', '"schedule.milestones[]" is not a field; fields are written as training.epochs'],
    ['training.epochs=ten', 'must be a whole number, not "ten": write --set training.epochs=30'],
    ['training.epochs=', 'needs a value, such as --set training.epochs=30'],
    ['name=', 'needs a value, such as --set name=experiment'],
    ['model.initialWeights=', 'such as --set model.initialWeights=text or --set model.initialWeights=null'],
    ['schedule.milestones=', 'needs a value, such as --set schedule.milestones=30,60'],
    ['optimizer.learningRate=0,1', 'must be a number, not "0,1": write --set optimizer.learningRate=0.1'],
    ['training.epochs=1,000', 'must be a whole number, not "1,000": write --set training.epochs=1000'],
    ['training.epochs=1e999', 'must be a whole number, not "1e999"'],
    ['optimizer.learningRate=None', 'must be a number, not "None": write --set optimizer.learningRate=0.1'],
    ['checkpoint.every=often', 'must be a whole number or null, not "often"'],
    [
      'schedule.milestones=30 60',
      'must be a list of whole numbers, not "30 60": write --set schedule.milestones=30,60',
    ],
    ['schedule.milestones=30,x', 'must be a list of whole numbers, not "30,x"'],
    [
      'schedule.milestones.5=1',
      'schedule.milestones is empty, so there is only the place 0: give schedule.milestones.0',
    ],
    ['schedule.milestones.5=1', 'or the whole list, --set schedule.milestones=1'],
    ['dataset.normalization.mean.3=1', 'dataset.normalization.mean has 3 entries: give a place from 0 to 2'],
    ['dataset=cifar10', 'is an object: set its fields one by one, such as --set dataset.type=cifar10'],
    ['training={epochs:5}', 'is an object: set its fields one by one, such as --set training.epochs=30'],
    ['training={"epochs":5,"epochs":6}', 'training.epochs is there twice: remove one'],
    ['training.epochs.x=1', 'there is no such field: training.epochs is a whole number'],
    ['schedule.milestones.first=1', 'schedule.milestones is empty, so there is only the place 0'],
    ['name.0=1', 'there is no such field: name is a text'],
    ['training..epochs=1', '"training..epochs" is not a field; fields are written as training.epochs'],
    ['training.epochs', '--set needs path=value, such as --set training.epochs=5, not "training.epochs"'],
    ['=5', '--set needs path=value'],
  ])('%s: %s', (setting, message) => {
    const text = '{ "training": { "epochs": 5 }, "schedule": { "milestones": [] } }';
    expect(() => set(text, setting)).toThrow(message);
  });

  test('a place in a list: one that is there, the next, and none beyond', () => {
    const text = '{ "schedule": { "milestones": [30, 60] } }';
    expect(valueSet('schedule.milestones.1=50', text)).toBe(50);
    expect(set(text, 'schedule.milestones.2=90')).toEqual({ schedule: { milestones: [30, 60, 90] } });
    expect(() => set(text, 'schedule.milestones.3=90')).toThrow(
      'schedule.milestones has 2 entries, 30, 60: give a place from 0 to 2, or the whole list, --set schedule.milestones=30,60,90',
    );
  });

  test('a place in a list that the file leaves at its default', () => {
    expect(set('{}', 'dataset.normalization.mean.1=0.4')).toEqual({
      dataset: { normalization: { mean: [0.5, 0.4, 0.5] } },
    });
  });

  test('fields of a kind that a later setting chooses', () => {
    expect(set('{}', 'dataset.path=2024', 'dataset.type=cifar10', 'dataset.trainingImages=none')).toEqual({
      dataset: { path: '2024', type: 'cifar10', trainingImages: null },
    });
  });

  test('fields of an object that may be null', () => {
    const text = '{ "dataset": { "type": "image-folder", "validation": null } }';
    expect(set(text, 'dataset.validation.fraction=.2')).toEqual({
      dataset: { type: 'image-folder', validation: { fraction: 0.2 } },
    });
    expect(set(text, 'dataset.validation=None')).toEqual({ dataset: { type: 'image-folder', validation: null } });
    expect(() => set(text, 'dataset.validation.fraction=half')).toThrow(
      'must be a number, not "half": write --set dataset.validation.fraction=0.1',
    );
  });

  test('an unknown field is left to the check of the whole', () => {
    expect(set('{}', 'training.epoch=5', 'epochs=5')).toEqual({ training: { epoch: 5 }, epochs: 5 });
    expect(set('{}', 'training.0=5')).toEqual({ training: { 0: 5 } });
  });
});
