/** A field of an experiment. */
export type SettingValue = string | number | boolean | null;

/** The fields of an experiment by their path, `optimizer.learningRate`. A list of plain values is one field, as text. */
export function flatSettings(experiment: object): Record<string, SettingValue> {
  const flat: Record<string, SettingValue> = {};
  const add = (path: string, value: unknown): void => {
    if (value === undefined) return;
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) flat[path] = value as SettingValue;
    else if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) flat[path] = value.join(', ');
    else {
      for (const [name, inner] of Object.entries(value as object)) add(path === '' ? name : `${path}.${name}`, inner);
    }
  };
  add('', experiment);
  return flat;
}
