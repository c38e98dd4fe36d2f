import { resolve } from 'node:path';
import { UsageError } from '../../common/errors/usage-error';
import {
  type CorruptionName,
  commonCorruptions,
  corruptionNames,
  type Severity,
  severities,
} from '../../common/experiment/corruption-names';
import { nearestName } from '../../common/experiment/nearest-name';
import { missingFrostTextures } from '../data/corruptions/frost-textures';

/** The words of a list with commas, each once. */
export const commaList = (text: string): string[] => [...new Set(text.split(',').map((part) => part.trim()))];

/** The corruptions that `all`, `common` or a list of names means. @throws UsageError naming the option */
export function corruptionList(option: string, text: string): readonly CorruptionName[] {
  if (text === 'all') return corruptionNames;
  if (text === 'common') return commonCorruptions;
  return commaList(text).map((word) => {
    const name = corruptionNames.find((candidate) => candidate === word);
    if (name) return name;
    const near = nearestName(word, corruptionNames);
    throw new UsageError(
      `--${option}: there is no "${word}"${near ? `; did you mean ${near}?` : `: there are ${corruptionNames.join(', ')}`}`,
    );
  });
}

/** The severities that `all` or a list means, in its order. @throws UsageError naming the option */
export function severityList(option: string, text: string): readonly Severity[] {
  if (text === 'all') return severities;
  return commaList(text).map((word) => {
    const level = severities.find((candidate) => String(candidate) === word);
    if (!level) throw new UsageError(`--${option} must be of 1, 2, 3, 4, 5, a list of them, or all, not "${word}"`);
    return level;
  });
}

/** The folder that `--frost` names, with the original's textures; null without. @throws UsageError where some are missing */
export function frostFolder(folder: string | undefined): string | null {
  if (folder === undefined) return null;
  const missing = missingFrostTextures(resolve(folder));
  if (missing.length === 0) return resolve(folder);
  throw new UsageError(
    `--frost ${folder}: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing there; it must hold the original's frost1.png to frost5.jpg`,
  );
}
