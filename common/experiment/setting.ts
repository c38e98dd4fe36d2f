import { applyEdits, findNodeAtLocation, parseTree } from 'jsonc-parser';
import { editField } from './edit-field';
import { alternatives, describeKind, type FieldSchema, fieldNames, fieldSchema, kindNames } from './field-schema';
import { type JsonPath, plainValue, readJson } from './json-text';
import { experimentFileSchema } from './schema';

/** A `--set path=value`. */
export interface Setting {
  /** "schedule.milestones.0" */
  field: string;
  path: JsonPath;
  /** The value as it was written. */
  rawValue: string;
  /** The whole argument. */
  text: string;
}

/** A setting that cannot be applied; the message gives one that can. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

/** @throws SettingError if it is not of the form path=value */
export function parseSetting(text: string): Setting {
  const at = text.indexOf('=');
  const written = text.slice(0, Math.max(at, 0)).trim();
  const parts = written.replace(/\[([^[\]]*)\]/g, '.$1').split('.');
  if (written === '') throw new SettingError(`--set needs path=value, such as --set training.epochs=5, not "${text}"`);
  if (parts.includes('')) {
    throw new SettingError(`--set ${text}: "${written}" is not a field; fields are written as training.epochs`);
  }
  const path = parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  return { field: path.join('.'), path, rawValue: text.slice(at + 1).trim(), text };
}

/**
 * An experiment's text with a field set. What the value means is decided by what the field can be, so that
 * `name=2024` is a text, `schedule.milestones=30,60` a list and `record.draws=True` true.
 * @param text without mistakes of syntax
 * @throws SettingError where the value does not fit the field, or a list has no such place
 */
export function applySetting(text: string, setting: Setting): string {
  const { path, field } = setting;
  const root = parseTree(text, [], { allowTrailingComma: true })!;
  const experiment = plainValue(root);
  const schema = fieldSchema(path, experiment);
  const parent = fieldSchema(path.slice(0, -1), experiment);
  const listSchema = parent && alternatives(parent).find(({ items }) => items);
  const last = path.at(-1);
  try {
    if (!schema && parent && fieldNames(parent).length === 0 && !listSchema) {
      throw new Error(`${path.slice(0, -1).join('.')} is ${describeKind(parent)}`);
    }
    const value = schema ? parseValue(setting.rawValue, schema, field) : freeValue(setting.rawValue);
    if (listSchema) {
      const list = currentList(experiment, path.slice(0, -1));
      const listField = path.slice(0, -1).join('.');
      if (
        typeof last !== 'number' ||
        last > list.length ||
        (Array.isArray(listSchema.items) && last >= listSchema.items.length)
      ) {
        throw new SettingError(placeProblem(listField, list, value, Array.isArray(listSchema.items)));
      }
      // The list may be the default, of which the text has nothing.
      const node = findNodeAtLocation(root, path.slice(0, -1));
      if (!node) return applyEdits(text, editField(text, path.slice(0, -1), list.toSpliced(last, 1, value)));
    }
    return applyEdits(text, editField(text, path, value));
  } catch (error) {
    const reason = (error as Error).message;
    throw new SettingError(
      `--set ${setting.text}: ${error instanceof SettingError ? reason : `there is no such field: ${reason}`}`,
    );
  }
}

/** The list at a path, as the file has it or by default. */
function currentList(experiment: unknown, path: JsonPath): unknown[] {
  const at = (value: unknown) =>
    path.reduce<unknown>(
      (inner, part) => (inner as Record<string | number, unknown> | null | undefined)?.[part],
      value,
    );
  const given = at(experiment);
  if (Array.isArray(given)) return given;
  const resolved = at(experimentFileSchema.safeParse(experiment).data);
  return Array.isArray(resolved) ? resolved : [];
}

function placeProblem(field: string, list: readonly unknown[], value: unknown, isFixed: boolean): string {
  if (isFixed) return `${field} has ${list.length} entries: give a place from 0 to ${list.length - 1}`;
  const whole = `the whole list, --set ${field}=${[...list, value].join(',')}`;
  if (list.length === 0) return `${field} is empty, so there is only the place 0: give ${field}.0, or ${whole}`;
  const size = list.length === 1 ? 'one entry' : `${list.length} entries`;
  return `${field} has ${size}, ${list.join(', ')}: give a place from 0 to ${list.length}, or ${whole}`;
}

/**
 * What a raw value means at a field. Values of the right kind but out of range are left to the schema.
 * @throws SettingError with a value that works
 */
function parseValue(raw: string, schema: FieldSchema, field: string): unknown {
  const options = alternatives(schema);
  const allows = (type: string) => options.some((option) => option.type === type);
  const quoted = unquoted(raw);
  const word = quoted ?? raw;
  if (options.some((option) => option.const === word || option.enum?.includes(word))) return word;
  if (raw === '') throw new SettingError(`needs a value, such as ${example(field, schema)}`);
  if (quoted === undefined && allows('null') && /^(null|none)$/i.test(word)) return null;
  if (allows('boolean') && /^(true|false)$/i.test(word)) return word.toLowerCase() === 'true';
  if (allows('integer') || allows('number')) {
    const number = quoted !== undefined && allows('string') ? undefined : numberOf(word);
    if (number !== undefined) return number;
  }
  const list = options.find(({ type }) => type === 'array');
  if (list && quoted === undefined && /^(null|none)$/i.test(word))
    throw refusal(field, { ...list, default: '[]' }, word);
  if (list) return listOf(raw, list, field);
  if (allows('object')) return objectOf(raw, field);
  if (allows('string')) return word;
  throw refusal(field, schema, raw);
}

/** `[30, 60]`, `30,60`, and what shells and Python make of it: `[a.png,b.png]`, `(30, 60)`. */
function listOf(raw: string, list: FieldSchema, field: string): unknown[] {
  const json = jsonOf(raw, field);
  if (Array.isArray(json)) return json;
  const inner = /^\[(.*)\]$|^\((.*)\)$/s.exec(raw);
  const whole = inner ? (inner[1] ?? inner[2]).trim() : raw;
  const holdsTexts = !Array.isArray(list.items) && alternatives(list.items!).some(({ type }) => type === 'string');
  const quoted = unquoted(whole);
  if (quoted !== undefined && !holdsTexts) return listOf(quoted, list, field);
  const parts = quoted !== undefined ? [whole] : whole.split(',').map((part) => part.trim());
  if (parts.at(-1) === '') parts.pop();
  return parts.map((part, i) => {
    const item = Array.isArray(list.items) ? (list.items[i] ?? list.items[0]) : list.items!;
    try {
      return parseValue(part, item, field);
    } catch {
      throw refusal(field, list, raw);
    }
  });
}

function objectOf(raw: string, field: string): unknown {
  const json = jsonOf(raw, field);
  if (typeof json === 'object' && json !== null) return json;
  const path = field.split('.');
  const kinds = kindNames(path);
  const inner = kinds.length > 0 ? 'type' : fieldNames(fieldSchema(path, undefined))[0];
  const such = kinds.includes(raw)
    ? `--set ${field}.type=${raw}`
    : example(`${field}.${inner}`, fieldSchema([...path, inner], undefined)!, raw);
  throw new SettingError(`is an object: set its fields one by one, such as ${such}`);
}

/** The value as JSON; undefined where it is not JSON. */
function jsonOf(raw: string, field: string): unknown {
  const { root, mistakes } = readJson(raw);
  if (!root) return undefined;
  const twice = mistakes.find(({ duplicate }) => duplicate)?.duplicate;
  if (twice) throw new SettingError(`${[field, ...twice.path].join('.')} is there twice: remove one`);
  return plainValue(root);
}

/** For an unknown field, which is reported when the whole file is checked. */
function freeValue(raw: string): unknown {
  const { root } = readJson(raw);
  return root ? plainValue(root) : raw;
}

/** The contents of quotes that the shell left in place (cmd.exe, nested quotes); undefined where there are none. */
function unquoted(raw: string): string | undefined {
  if (/^'[^']*'$/.test(raw)) return raw.slice(1, -1);
  if (!/^"(?:[^"\\]|\\.)*"$/s.test(raw)) return undefined;
  try {
    return JSON.parse(raw) as string;
  } catch {
    return raw.slice(1, -1);
  }
}

/** JSON's numbers and `.1`, `1.`, `+1`, `1_000`. */
function numberOf(word: string): number | undefined {
  const plain = word.replace(/(?<=\d)_(?=\d)/g, '');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return undefined;
  const number = Number(plain);
  return Number.isFinite(number) ? number : undefined;
}

function refusal(field: string, schema: FieldSchema, raw: string): SettingError {
  const such = example(field, schema, raw);
  return new SettingError(`must be ${describeKind(schema)}, not ${JSON.stringify(raw)}: write ${such}`);
}

/** A `--set` that works, as near as can be to what was written. */
function example(field: string, schema: FieldSchema, raw = ''): string {
  const [option] = alternatives(schema);
  const decimal = /^([+-]?\d+),(\d+)$/.exec(raw);
  const allowed = [option.const, ...(option.enum ?? [])];
  const fallback = { boolean: 'true', integer: '1', number: '0.1', array: arrayExample(option), string: 'text' };
  let value = schema.default === undefined || schema.default === null ? undefined : String(schema.default);
  value ||= allowed.find((value) => typeof value === 'string') as string | undefined;
  value ||= fallback[option.type as keyof typeof fallback];
  // Where the default is the opposite.
  if (option.type === 'boolean' && /^(y|yes|on|1|t)$/i.test(raw)) value = 'true';
  if (option.type === 'boolean' && /^(n|no|off|0|f)$/i.test(raw)) value = 'false';
  if (decimal && option.type === 'number') value = `${decimal[1]}.${decimal[2]}`;
  if (decimal && option.type === 'integer') value = `${decimal[1]}${decimal[2]}`;
  const none = alternatives(schema).some(({ type }) => type === 'null') ? ` or --set ${field}=null` : '';
  return `--set ${field}=${value}${none}`;
}

function arrayExample({ items }: FieldSchema): string {
  if (Array.isArray(items)) return items.map((_, i) => `0.${i + 3}`).join(',');
  return items?.type === 'integer' ? '30,60' : 'a.png,b.png';
}
