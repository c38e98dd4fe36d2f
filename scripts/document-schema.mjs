// Writes docs/experiment-file.md from the built JSON schema: `npm run docs`.
import { readFileSync, writeFileSync } from 'node:fs';

const schema = JSON.parse(readFileSync('dist/experiment.schema.json', 'utf8'));

const intro = `# The experiment file

\`*.mixprop.json\`: JSON with comments and trailing commas, as UTF-8 text (with or without a byte-order mark). Every field has a
default, except where a data set needs a path. Unknown fields are errors, and so is a field that is there twice. (Made from the
schema by \`npm run docs\`.)

Relative paths are resolved against the file's folder; \`~\` is the home folder. Environment variables are not expanded. A backslash
begins an escape in JSON: write \`"D:/data"\` or \`"D:\\\\data"\`.

In VS Code the schema completes and explains the fields. Mistakes and warnings are those that \`mixprop validate\` prints.

## On the command line

\`--set path=value\` changes a field for one run. What the value stands for is decided by what the field can be:

${settings()}

An object is replaced as a whole; a later \`--set\` may give one of its fields another value. Nothing is guessed: a spelling that fits no
field of that kind is refused with one that does, and so is a second \`--set\` of the same field. Quote what a shell would take apart:
\`--set 'explain.images=["a b.png", "c, d.png"]'\`.

## Top level`;

/** How settings may be spelt; a test reads this table and tries each. */
function settings() {
  const rows = [
    ['optimizer.learningRate=.1', '0.1'],
    ['optimizer.weightDecay=5e-4', '0.0005'],
    ['optimizer.learningRate=+1', '1'],
    ['dataset.trainingImages=1_000', '1000'],
    ['record.draws=True', 'true'],
    ['optimizer.weightDecayNormalization=False', 'false'],
    ['model.initialWeights=None', 'null'],
    ['checkpoint.every=null', 'null'],
    ['name=2024', '"2024"'],
    ['name="a b"', '"a b"'],
    ['explain.classes=true', '"true"'],
    ['training.epochs="5"', '5'],
    ['schedule.milestones=30,60', '[30,60]'],
    ['schedule.milestones=[30, 60]', '[30,60]'],
    ['schedule.milestones=30', '[30]'],
    ['schedule.milestones=[]', '[]'],
    ['schedule.milestones.0=30', '30'],
    ['explain.images=[0,a.png]', '[0,"a.png"]'],
    ['dataset.normalization.mean=.5,.5,.5', '[0.5,0.5,0.5]'],
    ['training={"epochs": 5}', '{"epochs":5}'],
  ];
  return [
    '| `--set` | value |',
    '|---|---|',
    ...rows.map(([spelling, value]) => `| \`${spelling}\` | \`${value}\` |`),
  ].join('\n');
}

function typeOf({
  const: constant,
  enum: values,
  type,
  anyOf,
  items,
  minimum,
  exclusiveMinimum,
  maximum,
  exclusiveMaximum,
}) {
  if (constant !== undefined) return `\`${JSON.stringify(constant)}\``;
  if (values) return values.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  if (anyOf) return anyOf.map(typeOf).join(' or ');
  if (type === 'array' && items.anyOf) return `list of ${typeOf(items)}`;
  if (type === 'array') return Array.isArray(items) ? `${items.length} numbers` : `list of ${typeOf(items)}s`;
  const lower =
    exclusiveMinimum !== undefined ? `> ${exclusiveMinimum}` : minimum > Number.MIN_SAFE_INTEGER ? `≥ ${minimum}` : '';
  const upper =
    exclusiveMaximum !== undefined ? `< ${exclusiveMaximum}` : maximum < Number.MAX_SAFE_INTEGER ? `≤ ${maximum}` : '';
  const name = { integer: 'whole number', string: 'text', boolean: 'true or false' }[type] ?? type;
  return [name, [lower, upper].filter(Boolean).join(', ')].filter(Boolean).join(' ');
}

function rows(properties, required = []) {
  return Object.entries(properties)
    .filter(([name]) => name !== '$schema')
    .flatMap(([name, field]) => {
      const inner = field.properties ?? field.anyOf?.find(({ properties }) => properties)?.properties ?? {};
      const fallback = required.includes(name)
        ? 'required'
        : field.default === undefined
          ? ''
          : `\`${JSON.stringify(field.default)}\``;
      return [
        `| \`${name}\` | ${typeOf(field)} | ${fallback} | ${field.description ?? ''} |`,
        ...rows(Object.fromEntries(Object.entries(inner).map(([field, value]) => [`${name}.${field}`, value]))),
      ];
    });
}

const table = (lines) => ['| field | value | default | meaning |', '|---|---|---|---|', ...lines].join('\n');

const simple = {};
const sections = [];
for (const [name, field] of Object.entries(schema.properties)) {
  const options = field.oneOf ?? field.anyOf;
  // An object or null.
  const object = field.properties ? field : options?.find(({ properties }) => properties);
  if (options?.[0]?.properties?.type) {
    sections.push(`## \`${name}\`\n\n${field.description}`);
    for (const option of options) {
      sections.push(
        `### \`${option.properties.type.const}\`\n\n${option.description}\n\n${table(rows(option.properties, option.required))}`,
      );
    }
  } else if (object) {
    sections.push(`## \`${name}\`\n\n${field.description}\n\n${table(rows(object.properties, object.required))}`);
  } else simple[name] = field;
}
writeFileSync('docs/experiment-file.md', `${[intro, table(rows(simple)), ...sections].join('\n\n')}\n`);
