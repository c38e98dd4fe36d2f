import { describe, expect, test } from 'vitest';
import { editorJsonSchema } from '../../../common/experiment/editor-schema';
import type { FieldSchema } from '../../../common/experiment/field-schema';
import { experimentJsonSchema } from '../../../common/experiment/schema';

/** Keywords by which no value is invalid; what stands below `anyOf` counts as soon as one alternative takes everything. */
const harmless = new Set(['description', 'default', 'properties', 'items', 'allOf', 'anyOf', 'allowTrailingCommas']);

/** Where a schema could refuse a value. */
function refusals(schema: FieldSchema, path: string): string[] {
  const { properties = {}, items = [], allOf = [], anyOf } = schema as FieldSchema & { allOf?: FieldSchema[] };
  const own = Object.keys(schema).filter((keyword) => !harmless.has(keyword));
  const isOpen = anyOf === undefined || anyOf.some((option) => Object.keys(option).length === 0);
  return [
    ...own.map((keyword) => `${path}: ${keyword}`),
    ...(isOpen ? [] : [`${path}: anyOf`]),
    ...Object.entries(properties).flatMap(([name, child]) => refusals(child, `${path}.${name}`)),
    ...[items].flat().flatMap((item, i) => refusals(item, `${path}.${i}`)),
    // A condition is no demand, what follows from it is.
    ...allOf.flatMap(({ if: _, then, ...rest }) => refusals({ ...rest, ...(then as FieldSchema) }, path)),
  ];
}

/** The fields of a schema, those of all kinds of an object together. */
function fields(schema: FieldSchema, path = ''): string[] {
  const parts = [
    schema,
    ...(schema.oneOf ?? []),
    ...(schema.anyOf ?? []),
    ...((schema.allOf as { then: FieldSchema }[]) ?? []).map(({ then }) => then),
  ];
  const names = parts.flatMap(({ properties = {} }) =>
    Object.entries(properties).flatMap(([name, child]) => [`${path}${name}`, ...fields(child, `${path}${name}.`)]),
  );
  return [...new Set(names)].sort();
}

describe('the editor’s schema', () => {
  test('refuses no value, and trailing commas neither', () => {
    expect(refusals(editorJsonSchema(), '')).toEqual([]);
    expect(editorJsonSchema()).toMatchObject({ allowTrailingCommas: true });
  });

  test('has every field of the experiment', () => {
    const all = fields(experimentJsonSchema());
    expect(all).toContain('method.attack.batchNorm');
    expect(all).toContain('dataset.validation.fraction');
    const paths = /^sweep\.(grid|list|random\.space)\../;
    expect(fields(editorJsonSchema()).filter((field) => !paths.test(field))).toEqual(all);
  });

  test('offers the paths of fields where a sweep names them, with the values that they can have', () => {
    const { properties } = editorJsonSchema() as FieldSchema;
    const { grid, list, random } = properties!.sweep.anyOf![0].properties!;
    const { space } = random.properties!;
    const one = (list.items as FieldSchema).properties!;
    for (const offered of [grid.properties!, one, space.properties!]) {
      expect(Object.keys(offered)).toEqual(
        expect.arrayContaining(['seed', 'method', 'method.attack.steps', 'method.type']),
      );
      expect(Object.keys(offered).filter((path) => /^(name|sweep)/.test(path))).toEqual([]);
      expect(offered['training.epochs'].description).toContain('Passes over the training images');
    }
    expect(JSON.stringify(grid.properties!['schedule.type'])).toContain('["milestones","cosine"]');
    expect(Object.keys(space.properties!['optimizer.learningRate'].properties!)).toContain('scale');
  });

  test('offers every type of data set and method, whatever else is there', () => {
    const { properties } = editorJsonSchema() as FieldSchema;
    const types = (name: string) => properties![name].properties!.type.anyOf![0].enum;
    expect(types('dataset')).toEqual(['shapes', 'image-folder', 'cifar10', 'cifar100']);
    expect(types('method')).toEqual(['vanilla', 'mixup', 'cutmix', 'advprop', 'fast-advprop', 'mixprop']);
  });
});
