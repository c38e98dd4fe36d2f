import type { JsonPath } from './json-text';
import { experimentJsonSchema } from './schema';

/** A part of the JSON schema of experiment files: what can stand at a field. */
export interface FieldSchema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, FieldSchema>;
  required?: string[];
  /** Of an object with keys of the user's: what stands at each. */
  additionalProperties?: FieldSchema | boolean;
  items?: FieldSchema | FieldSchema[];
  anyOf?: FieldSchema[];
  oneOf?: FieldSchema[];
  default?: unknown;
  description?: string;
  [keyword: string]: unknown;
}

let root: FieldSchema | undefined;

/**
 * What can stand at a path, undefined where nothing can. An object of several kinds (a data set, a method) is the kind that
 * `experiment`, the file's value, says by its `type`; where it says none, the fields of all kinds are known.
 */
export function fieldSchema(path: JsonPath, experiment: unknown): FieldSchema | undefined {
  root ??= experimentJsonSchema() as FieldSchema;
  let schemas = [root];
  let value = experiment;
  for (const part of path) {
    schemas = schemas.flatMap((schema) => kindsOf(schema, value)).flatMap((schema) => childOf(schema, part));
    value = typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[part] : undefined;
  }
  const kinds = schemas.flatMap((schema) => kindsOf(schema, value));
  return kinds.length > 1 ? { anyOf: kinds } : kinds[0];
}

/** What the object at a path can be by its `type`: "shapes", "image-folder", …; empty where there is one kind alone. */
export function kindNames(path: JsonPath): string[] {
  const { anyOf = [] } = fieldSchema(path, undefined) ?? {};
  return anyOf.flatMap(({ properties }) => (properties?.type?.const === undefined ? [] : [`${properties.type.const}`]));
}

/** The names of the fields that an object can have. */
export function fieldNames(schema: FieldSchema | undefined): string[] {
  const all = (schema?.anyOf ?? (schema ? [schema] : [])).flatMap(({ properties }) => Object.keys(properties ?? {}));
  return [...new Set(all)].filter((name) => name !== '$schema');
}

/** The paths of all fields of all kinds: "training.epochs". */
export function allFields(): string[] {
  const fieldsOf = (schema: FieldSchema | undefined, prefix: string): string[] =>
    fieldNames(schema).flatMap((name) => {
      const path = `${prefix}${name}`;
      return [path, ...fieldsOf(fieldSchema(path.split('.'), undefined), `${path}.`)];
    });
  return fieldsOf(fieldSchema([], undefined), '');
}

function kindsOf(schema: FieldSchema, value: unknown): FieldSchema[] {
  const options = schema.oneOf ?? schema.anyOf;
  if (!options?.every(({ properties }) => properties?.type)) return [schema];
  const type = (value as { type?: unknown } | null | undefined)?.type;
  const chosen = options.filter(({ properties }) => properties!.type.const === type);
  return chosen.length > 0 ? chosen : options;
}

function childOf(
  { properties, additionalProperties, items, anyOf }: FieldSchema,
  part: string | number,
): FieldSchema[] {
  // An object or null.
  if (anyOf) return anyOf.flatMap((option) => childOf(option, part));
  if (typeof part === 'number')
    return [Array.isArray(items) ? items[part] : items].filter((item) => item !== undefined);
  if (properties && Object.hasOwn(properties, part)) return [properties[part]];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}

/** The alternatives of what can stand at a field, flattened. */
export function alternatives(schema: FieldSchema): FieldSchema[] {
  return schema.anyOf ? schema.anyOf.flatMap(alternatives) : [schema];
}

/** "a whole number", "a list of whole numbers". */
export function describeKind(schema: FieldSchema): string {
  const names: Record<string, string> = {
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    object: 'an object',
  };
  const nameOf = ({ type, items }: FieldSchema): string => {
    if (type !== 'array') return names[type ?? ''] ?? (type === 'null' ? 'null' : 'a text');
    if (Array.isArray(items)) return `a list of ${items.length} numbers`;
    return items?.type === 'integer' ? 'a list of whole numbers' : 'a list';
  };
  return [...new Set(alternatives(schema).map(nameOf))].join(' or ');
}
