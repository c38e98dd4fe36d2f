import type { FromAnyPanel } from '../../../common/panels/protocol';
import type { FromRobustness } from '../../../common/panels/robustness/robustness-contract';
import { isRunKey } from '../panel-messages';
import { parseSaveFile } from '../saved-file';

const longestName = 300;
/** So many images are shown at most: their pictures are made on demand. */
const mostImages = 96;

/** A message that only the robustness panel has, or undefined when it is none: webview content is not trusted. */
export function parseFromRobustness(message: unknown): Exclude<FromRobustness, FromAnyPanel> | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const fields = message as Record<string, unknown>;
  switch (fields.type) {
    case 'evaluate':
      return { type: 'evaluate' };
    case 'saveFile':
      return parseSaveFile(fields);
    case 'flips':
      return parseFlips(fields);
    default:
      return undefined;
  }
}

function parseFlips(fields: Record<string, unknown>): Extract<FromRobustness, { type: 'flips' }> | undefined {
  const { requestId, count, runKey, evaluation, branch, corruption, severity } = fields;
  if (!isCount(requestId) || !isCount(count) || !isCount(severity)) return undefined;
  if (!isRunKey(runKey) || !isName(evaluation) || !isName(branch) || !isName(corruption)) return undefined;
  const shown = Math.min(count, mostImages);
  return { type: 'flips', requestId, count: shown, runKey, evaluation, branch, corruption, severity };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isName = (value: unknown): value is string => typeof value === 'string' && value.length <= longestName;
