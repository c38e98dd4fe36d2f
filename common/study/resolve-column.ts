import { didYouMean } from '../experiment/nearest-name';
import { type Column, type MetricName, metricColumn, metricNames, settingColumn } from './columns';

/** A name that means no column, or several. */
export class ColumnError extends Error {
  override readonly name = 'ColumnError';
}

/** How many columns a message names. */
const maxNamed = 4;

/** Parts of an experiment that change nothing of the training: of two fields of one name, the other one is meant. */
const sideParts = ['loading', 'evaluation', 'explain', 'checkpoint', 'record'];

/**
 * The column that a name means: a metric, a field by its path, or by as much of the path's end as tells it from others; `method` is
 * `method.type`. Upper and lower case are the same where that leaves no doubt.
 * @param paths of the settings that there are
 * @throws ColumnError
 */
export function resolveColumn(name: string, paths: readonly string[]): Column {
  const candidates: readonly string[] = [...metricNames, ...paths];
  const lower = name.toLowerCase();
  const found =
    onlyOne(candidates.filter((candidate) => candidate === name)) ??
    onlyOne(candidates.filter((candidate) => candidate.toLowerCase() === lower)) ??
    onlyOne(paths.filter((path) => path.toLowerCase() === `${lower}.type`));
  if (found !== undefined) return columnOf(found);
  const ends = paths.filter((path) => path.toLowerCase().endsWith(`.${lower}`));
  const meant = onlyOne(ends) ?? onlyOne(ends.filter((path) => !sideParts.includes(path.split('.')[0]!)));
  if (meant !== undefined) return columnOf(meant);
  if (ends.length > 1) throw new ColumnError(`"${name}" can be ${ends.join(' or ')}: write the whole path`);
  const shortNames = paths.map((path) => path.replace(/\.type$/, '').replace(/^.*\./, ''));
  const holding = candidates.filter((candidate) => candidate.toLowerCase().includes(lower)).slice(0, maxNamed);
  const near = didYouMean(name, [...shortNames, ...paths, ...metricNames]);
  const meaning = near === '' && holding.length > 0 ? `; did you mean ${holding.join(' or ')}?` : near;
  throw new ColumnError(`there is no column and no setting "${name}"${meaning}`);
}

const onlyOne = (names: readonly string[]): string | undefined => (names.length === 1 ? names[0] : undefined);

const columnOf = (name: string): Column =>
  (metricNames as readonly string[]).includes(name) ? metricColumn(name as MetricName) : settingColumn(name);
