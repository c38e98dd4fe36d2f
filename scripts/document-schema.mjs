// Writes docs/experiment-file.md from the built JSON schema: `npm run docs`.
import { readFileSync, writeFileSync } from 'node:fs';

const schema = JSON.parse(readFileSync('dist/experiment.schema.json', 'utf8'));

const intro = `# The experiment file

\`*.mixprop.json\`: JSON with comments and trailing commas. Every field has a default, except where a data set
needs a path. Unknown fields are errors. Relative paths are resolved against the file's folder. (Made from the schema by \`npm run docs\`.)`;

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
  if (options?.[0]?.properties) {
    sections.push(`## \`${name}\`\n\n${field.description}`);
    for (const option of options) {
      sections.push(
        `### \`${option.properties.type.const}\`\n\n${option.description}\n\n${table(rows(option.properties, option.required))}`,
      );
    }
  } else if (field.properties) {
    sections.push(`## \`${name}\`\n\n${field.description}\n\n${table(rows(field.properties, field.required))}`);
  } else simple[name] = field;
}
writeFileSync('docs/experiment-file.md', `${[intro, table(rows(simple)), ...sections].join('\n\n')}\n`);
