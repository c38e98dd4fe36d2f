import type { FromCurves } from '../../../common/panels/curves/curves-contract';
import type { FromAnyPanel } from '../../../common/panels/protocol';
import { isRunKey } from '../panel-messages';
import { parseSaveFile } from '../saved-file';

type OwnMessage = Exclude<FromCurves, FromAnyPanel>;

/** A message that only the curves panel has, or undefined when it is none: webview content is not trusted. */
export function parseFromCurves(message: unknown): OwnMessage | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const fields = message as Record<string, unknown>;
  const { type, runKey, epoch } = fields;
  switch (type) {
    case 'openEpoch':
      return isRunKey(runKey) && Number.isInteger(epoch) && (epoch as number) >= 0
        ? { type, runKey, epoch: epoch as number }
        : undefined;
    case 'saveFile':
      return parseSaveFile(fields);
    case 'choices':
      // The panel that gets them back checks field by field; here they are only data of a bearable size.
      return isSmallRecord(fields.choices) ? ({ type, choices: fields.choices } as OwnMessage) : undefined;
    default:
      return undefined;
  }
}

const longestChoices = 20_000;

function isSmallRecord(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  try {
    return JSON.stringify(value).length <= longestChoices;
  } catch {
    return false;
  }
}
