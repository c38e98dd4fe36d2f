import { allFields, type FieldSchema, fieldSchema } from './field-schema';
import { experimentJsonSchema } from './schema';

/**
 * The JSON schema by which an editor completes and explains experiment files, and by which every JSON is valid: mistakes are
 * reported by `parseExperiment` alone, in better words. A `type` offers the types of all kinds, whatever else its object has.
 */
export function editorJsonSchema(): Record<string, unknown> {
  return { allowTrailingCommas: true, ...lenient(withSweptFields(experimentJsonSchema() as FieldSchema)) };
}

/** The schema with the paths of all fields that a sweep can give values, where it names them. */
function withSweptFields(schema: FieldSchema): FieldSchema {
  const { grid, list, random } = schema.properties!.sweep.anyOf!.find(({ properties }) => properties)!.properties!;
  const { space } = random.properties!;
  const fields = allFields()
    .filter((field) => !/^(name|sweep)(\.|$)/.test(field))
    .map((field) => [field, fieldSchema(field.split('.'), undefined)!] as const);
  const byPath = (make: (field: FieldSchema) => FieldSchema) =>
    Object.fromEntries(fields.map(([path, field]) => [path, make(field)]));
  grid.properties = byPath((field) => ({ description: field.description, items: field }));
  (list.items as FieldSchema).properties = byPath((field) => field);
  space.properties = byPath(({ description }) => ({ ...(space.additionalProperties as FieldSchema), description }));
  return schema;
}

function lenient(schema: FieldSchema): FieldSchema {
  const { properties, items, oneOf } = schema;
  const words = {
    ...(schema.description !== undefined && { description: schema.description }),
    ...(schema.default !== undefined && { default: schema.default }),
  };
  if (oneOf) return { ...words, ...kinds(oneOf) };
  if (properties) return { ...words, properties: mapped(properties) };
  if (items) return { ...words, items: Array.isArray(items) ? items.map(lenient) : lenient(items) };
  const { description, default: fallback, ...value } = schema;
  const options = schema.anyOf?.map((option) => (option.properties ? lenient(option) : option)) ?? [value];
  // Whatever the value is, the last alternative takes it.
  return { ...words, anyOf: [...options, {}] };
}

/** An object of several kinds: the fields of the one that its `type` names. */
function kinds(options: readonly FieldSchema[]): FieldSchema {
  const types = options.map(({ properties }) => properties!.type);
  const type = {
    description: types.map((option) => `${option.const}: ${option.description}`).join('\n\n'),
    anyOf: [
      { enum: types.map((option) => option.const), enumDescriptions: types.map(({ description }) => description) },
      {},
    ],
  };
  const allOf = options.map(({ properties }) => {
    const { type: own, ...others } = properties!;
    const condition = { properties: { type: { const: own.const } }, required: ['type'] };
    return Object.fromEntries([
      ['if', condition],
      ['then', { properties: mapped(others) }],
    ]);
  });
  return { properties: { type }, allOf };
}

function mapped(properties: Record<string, FieldSchema>): Record<string, FieldSchema> {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, lenient(schema)]));
}
