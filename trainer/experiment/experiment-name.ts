/** What the names of experiment files end with; the editor knows them by it. */
export const experimentSuffix = '.mixprop.json';

/** Why a name cannot be an experiment's, or undefined when it can. Names of files on every platform. */
export function experimentNameProblem(name: string): string | undefined {
  if (name.trim() === '') return 'Enter a name.';
  if (name !== name.trim()) return 'A name cannot begin or end with a space.';
  if (name.length > 100) return 'A name has at most 100 characters.';
  const forbidden = /[/\\:*?"<>|\p{Cc}]/u.exec(name);
  if (forbidden) return `A name cannot contain ${JSON.stringify(forbidden[0])}.`;
  if (name.startsWith('.') || name.endsWith('.')) return 'A name cannot begin or end with a dot.';
  return undefined;
}
