/** What the names of experiment files end with; the editor knows them by it. */
export const experimentSuffix = '.mixprop.json';

/** Why an experiment file cannot have this name on every platform; undefined where it can. */
export function experimentNameProblem(name: string): string | undefined {
  if (name.trim() === '') return 'Enter a name.';
  if (name.length > 100) return 'A name has at most 100 characters.';
  const forbidden = /[/\\:*?"<>|\p{Cc}]/u.exec(name);
  if (forbidden) return `A name cannot contain ${JSON.stringify(forbidden[0])}.`;
  const problem = folderNameProblem(name);
  return problem && `${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`;
}

/** Why no folder or file should have this name, whatever characters it may hold, as a clause; undefined where one may. */
export function folderNameProblem(name: string): string | undefined {
  if (/^\s|\s$/.test(name)) return 'a name cannot begin or end with a space';
  if (name.startsWith('.') || name.endsWith('.')) return 'a name cannot begin or end with a dot';
  if (name.startsWith('-')) return 'a name cannot begin with a dash, as options of commands do';
  // Also with an extension, and with blanks before it.
  const device = /^(con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\.|$)/i.exec(name)?.[1];
  if (device !== undefined) {
    return `on Windows ${device.toUpperCase()} is a device, and no file can be called so: choose another name`;
  }
  const suffix = /(?:\.mixprop)?\.json$|\.mixprop$/i.exec(name)?.[0];
  if (suffix !== undefined) return `leave out ${suffix}: experiment files get ${experimentSuffix} automatically`;
  return undefined;
}
