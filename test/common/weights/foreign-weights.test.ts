import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual as isSame } from 'node:util';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { architectures } from '../../../common/experiment/networks/networks';
import { experimentSchema } from '../../../common/experiment/schema';
import { recogniseNetwork } from '../../../common/weights/recognise-network';
import { type NamedTensor, readSafetensors, writeSafetensors } from '../../../common/weights/safetensors';
import { buildNetwork } from '../../../trainer/models/build-network';
import { CheckpointError, readWeights, type WeightsOptions, writeCheckpoint } from '../../../trainer/models/checkpoint';
import { initialState } from '../../../trainer/models/initialization';
import { isHead } from '../../../trainer/models/layers';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-foreign-weights-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'weights.safetensors');

const networkOf = (model: object, classes = 3, branches: readonly ('main' | 'aux')[] = ['main']) =>
  buildNetwork(experimentSchema.shape.model.parse({ architecture: 'resnet18', width: 4, ...model }), classes, branches);
const position = {
  trainingImages: 1,
  step: 0,
  epoch: 0,
  partialEpoch: { loss: { total: 0, main: 0 }, images: 0, seconds: 0 },
};

/** The tensors of a network as a file has them. */
function tensorsOf({ specs }: ReturnType<typeof networkOf>, seed = 1): [string, NamedTensor][] {
  writeCheckpoint(file, specs, { values: initialState(specs, seed), position });
  return [...readSafetensors(file).tensors];
}

const single = networkOf({});
const dual = networkOf({}, 3, ['main', 'aux']);
const values = initialState(single.specs, 1);
const tensors = tensorsOf(single);

function write(entries: Iterable<readonly [string, NamedTensor]>): void {
  writeSafetensors(file, { tensors: new Map(entries), metadata: {} });
}

/** Renames every tensor of the file. */
const renamed = (rename: (name: string, i: number) => string) =>
  tensors.map(([name, tensor], i) => [rename(name, i), tensor] as const);

function read(network = single, options: WeightsOptions = {}) {
  const notes: string[] = [];
  return { values: readWeights(file, network.specs, { onNote: (note) => notes.push(note), ...options }), notes };
}

function refusal(network = single, options: WeightsOptions = {}): CheckpointError {
  try {
    readWeights(file, network.specs, options);
  } catch (error) {
    if (error instanceof CheckpointError) return error;
    throw error;
  }
  throw new Error('the file was read');
}

const other = (values = [1]) => ({ shape: [values.length], values: Float32Array.from(values) });

describe('a prefix of all names', () => {
  test.each([
    'module.',
    '_orig_mod.',
    'model.',
    'net.',
    'module._orig_mod.model.',
    'state_dict.model.module.',
    'a.b.c.',
  ])('%s is taken off, and said', (prefix) => {
    write(renamed((name) => prefix + name));
    const { values: loaded, notes } = read();
    expect(isSame(loaded, values)).toBe(true);
    expect(notes).toEqual([`the prefix "${prefix}" was taken off the names of all 102 tensors`]);
  });

  test('names that fit are left as they are, and nothing is said', () => {
    write(tensors);
    expect(read()).toEqual({ values, notes: [] });
  });

  test('wrappers are taken out wherever they stand', () => {
    write(
      renamed((name) => `module.${name.replace(/^(layer\d)\.(\d)/, '$1._checkpoint_wrapped_module.$2._orig_mod')}`),
    );
    const { values: loaded, notes } = read();
    expect(isSame(loaded, values)).toBe(true);
    expect(notes).toEqual([
      'the prefix "module." was taken off the names of 7 of 102 tensors',
      '"module." and "_checkpoint_wrapped_module." and "_orig_mod." was taken off the names of 95 of 102 tensors',
    ]);
  });

  test('that some names do not have makes a file that does not fit', () => {
    write(renamed((name, i) => (i === 5 ? name : `net.${name}`)));
    const { message } = refusal();
    expect(message).toContain(`"${tensors[5][0]}" is missing`);
    expect(message).toContain(`"${tensors[5][0]}" is not part of the network`);
  });

  test('two networks in one file are both named', () => {
    write([...renamed((name) => `model.${name}`), ...renamed((name) => `ema.module.${name}`)]);
    expect(refusal().message).toContain(
      'it holds two networks, one under "ema." and one under "model.": keep the one that is meant',
    );
    write([...tensors, ...renamed((name) => `module.${name}`)]);
    expect(refusal().message).toContain('one without a prefix and one under "module."');
  });

  test('the state of training and counts of batches are left out', () => {
    write([
      ...renamed((name) => `model.${name}`),
      ['model.bn1.num_batches_tracked', other()],
      ['optimizer.state.0.momentum_buffer', other()],
      ['optimizer.velocity.conv1.weight', other()],
    ]);
    const { values: loaded, notes } = read();
    expect(isSame(loaded, values)).toBe(true);
    expect(notes.at(-1)).toBe(
      'tensors of the state of training were left out: 1, such as "optimizer.state.0.momentum_buffer"',
    );
  });

  test('random stacks of prefixes and orders of tensors never change the values', () => {
    const part = fc.oneof(
      fc.constantFrom(
        'module',
        '_orig_mod',
        'model',
        'net',
        'backbone',
        'encoder',
        'state_dict',
        'layer1',
        'fc',
        'conv1',
        'bn',
      ),
      fc.stringMatching(/^[a-z0-9_]{1,8}$/),
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 5 }),
        fc.shuffledSubarray(tensors, { minLength: tensors.length }),
        fc.boolean(),
        (parts, order, isDual) => {
          const prefix = parts.map((name) => `${name}.`).join('');
          write(order.map(([name, tensor]) => [prefix + name, tensor] as const));
          const { values: loaded, notes } = read(isDual ? dual : single);
          const wrong = [...loaded].filter(([name, own]) => !isSame(own, values.get(name.replace('.aux_bn.0', ''))));
          expect(wrong.map(([name]) => name)).toEqual([]);
          expect(loaded.size).toBe(isDual ? dual.specs.length : single.specs.length);
          expect(notes.length).toBe(prefix === '' ? 0 : 1);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('other names at random are refused, or give the values of those names', () => {
    const rename = fc.record({
      i: fc.nat(tensors.length - 1),
      to: fc.oneof(
        fc.constantFrom(...tensors.map(([name]) => name)),
        fc.constantFrom(...tensors.map(([name]) => `module.${name}`)),
        fc.stringMatching(/^[a-z0-9.]{1,12}$/),
      ),
    });
    fc.assert(
      fc.property(fc.array(rename, { minLength: 1, maxLength: 4 }), fc.constantFrom('', 'net.'), (renames, prefix) => {
        const names = tensors.map(([name]) => name);
        for (const { i, to } of renames) names[i] = to;
        fc.pre(new Set(names).size === names.length);
        write(tensors.map(([, tensor], i) => [prefix + names[i], tensor] as const));
        let loaded: Map<string, Float32Array>;
        try {
          loaded = readWeights(file, single.specs);
        } catch (error) {
          expect(error).toBeInstanceOf(CheckpointError);
          return;
        }
        // Each value is that of the tensor which bears the name, wrappers aside.
        write(tensors.map(([, tensor], i) => [names[i].replace('module.', ''), tensor] as const));
        expect(isSame(loaded, readWeights(file, single.specs))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});

describe('several aux branches', () => {
  const split = (count: number) => [
    ...tensors,
    ...Array.from({ length: count }, (_, k) => k).flatMap((k) =>
      tensors
        .filter(([name]) => /(bn\d|downsample\.1)\./.test(name))
        .map(([name, { shape, values: own }]) => {
          const aux = name.replace(/\.(\w+)$/, `.aux_bn.${k}.$1`);
          return [aux, { shape, values: own.map((value) => value + k + 1) }] as const;
        }),
    ),
  ];

  test('one is aux', () => {
    write(split(1));
    const { values: loaded } = read(dual);
    expect(loaded.get('bn1.aux_bn.0.weight')).toEqual(values.get('bn1.weight')!.map((value) => value + 1));
    expect(loaded.get('bn1.weight')).toEqual(values.get('bn1.weight'));
  });

  test('of more none is guessed', () => {
    write(split(3));
    expect(refusal(dual).message).toContain(
      'has 3 aux branches, aux_bn.0 and aux_bn.1 and aux_bn.2 (timm’s SplitBatchNorm2d with num_splits=4), and the network has one',
    );
  });

  test('main is the same however many there are', () => {
    write(split(3));
    expect(read().values).toEqual(values);
  });
});

describe('what the file probably is', () => {
  const wide = { width: 8 };
  test.each<[string, object, number, string]>([
    ['another architecture', { architecture: 'resnet50' }, 3, 'it looks like resnet50, the experiment has resnet18'],
    [
      'a pre-activated network',
      { architecture: 'preact-resnet18' },
      3,
      'it looks like preact-resnet18, the experiment has resnet18',
    ],
    ['another width', wide, 3, 'its width is 8, that of the experiment 4'],
    ['another stem', { stem: 'cifar' }, 3, 'it has the stem "cifar", the experiment "imagenet" (model.stem)'],
    ['another number of classes', {}, 7, 'it tells 7 classes apart, the experiment 3'],
  ])('%s', (_, model, classes, words) => {
    write(tensorsOf(networkOf(model, classes)).map(([name, tensor]) => [`module.${name}`, tensor] as const));
    const { message, hasOtherClasses } = refusal();
    expect(message.split('\n')[1].trim()).toBe(words);
    expect(message.split('\n').length).toBeLessThan(12);
    expect(hasOtherClasses).toBe(classes !== 3);
  });

  test.each<[string, (name: string) => string, string]>([
    [
      'kuangliu’s names',
      (name) => name.replace('downsample', 'shortcut').replace('fc.', 'linear.'),
      'its shortcuts are called "shortcut" as in kuangliu’s',
    ],
    [
      'another head',
      (name) => name.replace('fc.', 'classifier.1.'),
      'its last layer is called "classifier.1", the experiment’s "fc": rename it',
    ],
    [
      'a ResNet of transformers',
      (name) => `resnet.embedder.${name.replaceAll('.', '_')}`,
      'under the names of Hugging Face’s transformers',
    ],
    ['Flax', (name) => `params_${name.replaceAll('.', '_')}.kernel`, 'a network of TensorFlow or Flax'],
  ])('%s', (_, rename, words) => {
    write(renamed(rename));
    expect(refusal().message).toContain(words);
  });

  test('filters in TensorFlow’s layout', () => {
    write(
      tensors.map(([name, { shape, values: own }]) => {
        const [out, input, height, width] = shape;
        return [name, { shape: shape.length === 4 ? [height, width, input, out] : shape, values: own }] as const;
      }),
    );
    expect(refusal().message).toContain('tensor.permute(3, 2, 0, 1)');
  });

  test('up to ten complaints are listed, more are summed up by kind', () => {
    write(tensors.slice(10));
    expect(refusal().message.match(/ is missing/g)).toHaveLength(10);
    write(tensors.slice(11));
    expect(refusal().message).toBe(
      `${file} does not fit the network of the experiment:\n  11 tensors are missing: "conv1.weight", "bn1.weight", "bn1.bias", …`,
    );
  });

  test('variances below 0 and types that are no weights', () => {
    const bad = new Map(tensors);
    bad.set('bn1.running_var', { shape: [4], values: Float32Array.of(1, -1, 1, 1) });
    write(bad);
    expect(refusal().message).toContain('"bn1.running_var" has negative variances');
    write(tensors);
    const bytes = readFileSync(file);
    writeFileSync(
      file,
      Buffer.from(
        bytes.toString('latin1').replace('"conv1.weight":{"dtype":"F32"', '"conv1.weight":{"dtype":"I32"'),
        'latin1',
      ),
    );
    expect(refusal().message).toContain('"conv1.weight" has the type I32');
  });

  const variants = ['he', 'kuangliu', 'imagenet', 'cifar'] as const;
  test.each(architectures)('every %s of this project is recognised by its tensors', (architecture) => {
    const isPreActivated = architecture.startsWith('preact');
    for (const variant of isPreActivated ? variants.slice(0, 2) : variants.slice(2)) {
      const settings = { [isPreActivated ? 'preactivation' : 'stem']: variant, width: 7 };
      const shapes = tensorsOf(networkOf({ architecture, ...settings }, 5, ['main', 'aux']));
      expect(recogniseNetwork(shapes.map(([name, { shape }]) => ({ name, shape })))).toEqual({
        architecture,
        ...settings,
        shortcuts: isPreActivated ? 'shortcut' : 'downsample',
        head: { name: isPreActivated ? 'linear' : 'fc', classes: 5 },
      });
    }
  });
});

describe('a fresh head', () => {
  const backbone = single.specs.filter(({ role }) => !isHead(role)).map(({ name }) => name);

  test.each<[string, (name: string) => string | undefined]>([
    ['of the same name', (name) => name],
    ['of another name', (name) => name.replace('fc.', 'classifier.1.')],
    [
      'beside the prefix of the rest',
      (name) => (name.startsWith('fc.') ? name.replace('fc.', 'head.') : `backbone.${name}`),
    ],
    ['that is not there', (name) => (name.startsWith('fc.') ? undefined : name)],
  ])('takes the place of one %s', (_, rename) => {
    write(
      tensorsOf(networkOf({}, 1000)).flatMap(([name, tensor]) => {
        const to = rename(name);
        return to === undefined ? [] : [[to, tensor] as const];
      }),
    );
    const { values: loaded, notes } = read(single, { head: 'fresh' });
    expect([...loaded.keys()]).toEqual(backbone);
    for (const [name, own] of loaded) expect(own).toEqual(values.get(name));
    expect(notes.at(-1)).toMatch(/the file’s last layer was left out: "|the file has no last layer/);
  });

  test('is no excuse for other tensors that do not fit', () => {
    write([...tensors, ['layer1.0.se.weight', other()]]);
    expect(refusal(single, { head: 'fresh' }).message).toContain('"layer1.0.se.weight" is not part of the network');
    write(tensors.slice(1));
    expect(refusal(single, { head: 'fresh' }).message).toContain('"conv1.weight" is missing');
  });
});
