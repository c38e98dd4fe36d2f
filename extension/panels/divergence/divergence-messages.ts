import type { FromDivergence } from '../../../common/panels/divergence/divergence-contract';
import type { FromAnyPanel } from '../../../common/panels/protocol';
import { isRunKey } from '../panel-messages';

const longestName = 300;

/** A message that only the divergence panel has, or undefined when it is none: webview content is not trusted. */
export function parseFromDivergence(message: unknown): Exclude<FromDivergence, FromAnyPanel> | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { type, requestId, runKey, layer, epoch } = message as Record<string, unknown>;
  if (type !== 'channels') return undefined;
  return isCount(requestId) && isRunKey(runKey) && isName(layer) && isCount(epoch)
    ? { type, requestId, runKey, layer, epoch }
    : undefined;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isName = (value: unknown): value is string => typeof value === 'string' && value.length <= longestName;
