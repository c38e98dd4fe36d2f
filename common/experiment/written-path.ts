import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve, sep } from 'node:path';
import { pathInside } from '../files/path-inside';

/** Replaces a leading `~` of a path by the home folder. */
export function expandHome(path: string): string {
  return /^~(?=$|[/\\])/.test(path) ? homedir() + path.slice(1) : path;
}

/** A path as a person wrote it, absolute. */
export function resolvePath(path: string, baseFolder: string): string {
  return resolve(baseFolder, expandHome(path));
}

const escapes: Record<string, string> = { '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r' };

/**
 * Why a written path cannot name a file or folder, and what to write instead; undefined where it can. A file that really
 * has such a name is accepted.
 */
export function pathProblem(path: string, baseFolder: string): string | undefined {
  const control = /\p{Cc}/u.exec(path)?.[0];
  if (control !== undefined) {
    const written = escapes[control] ?? JSON.stringify(control).slice(1, -1);
    const name = control === '\t' ? 'a tab' : /[\r\n]/.test(control) ? 'a line break' : 'a control character';
    const meant = path.replace(/[\b\t\n\f\r]/g, (character) => escapes[character]);
    const remedy = control in escapes ? `write ${slashes(meant)} or ${doubled(meant)}` : 'write the path anew';
    return `contains ${name}, as "${written}" means in JSON: ${remedy}`;
  }
  const first = /^[^/\\]+/.exec(path)?.[0] ?? '';
  if (/^[a-z][a-z\d+.-]+:$/i.test(first) && /^[^:]{2,}:[/\\]{2}/.test(path)) {
    return `is a URL: give a path on this machine${path.startsWith('file:///') ? `, ${JSON.stringify(path.slice(7))}` : ''}`;
  }
  const variable = /^(?:\$\{?(\w+)\}?|\$env:(\w+)|%(\w+)%)$/i.exec(first);
  const isUser = /^~./.test(first);
  if (!variable && !isUser) return windowsPathProblem(path, baseFolder);
  if (existsSync(resolve(baseFolder, first))) return undefined;
  if (isUser) return `begins with ${first}, which is not expanded: write that user's folder in full`;
  const value = process.env[variable!.slice(1).find((name) => name !== undefined)!];
  const instead = value ? `, ${JSON.stringify((value + path.slice(first.length)).replaceAll('\\', '/'))}` : '';
  return `begins with the environment variable ${first}, which is not expanded: write the path itself${instead}`;
}

/** A Windows path on a system where a backslash is part of a name. */
function windowsPathProblem(path: string, baseFolder: string): string | undefined {
  if (sep === '\\' || !/^[a-z]:[\\/]|\\/i.test(path) || existsSync(resolvePath(path, baseFolder))) return undefined;
  if (/^[a-z]:[\\/]|^\\\\/i.test(path)) return 'is a path of Windows: write where that is on this machine';
  return `separates folders by backslashes, as on Windows alone: write ${slashes(path)}`;
}

const slashes = (path: string) => `"${path.replaceAll('\\', '/')}"`;
const doubled = (path: string) => `"${path.replaceAll('\\', '\\\\')}"`;

/** An absolute path as an experiment in a folder names it: relative, with forward slashes, where it lies inside. */
export function pathInExperiment(path: string, baseFolder: string): string {
  const inside = pathInside(baseFolder, path);
  if (inside === undefined) return path;
  // A folder whose name really begins so.
  return inside === '' ? '.' : /^[~$%]/.test(inside) ? `./${inside}` : inside;
}
