import type { CamInput, FromCam } from '../../../common/panels/cam/cam-contract';
import type { FromAnyPanel } from '../../../common/panels/protocol';
import { isRunKey } from '../panel-messages';
import { parseSaveFile } from '../saved-file';

type OwnMessage = Exclude<FromCam, FromAnyPanel>;

const longestPath = 4096;
const mostImages = 1000;

/** A message that only the CAM panel has, or undefined when it is none: webview content is not trusted. */
export function parseFromCam(message: unknown): OwnMessage | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const fields = message as Record<string, unknown>;
  const { type, requestId, runKey, epoch, images } = fields;
  switch (type) {
    case 'maps':
    case 'compute': {
      const input = parseInput(fields.input);
      if (!isCount(requestId) || !isRunKey(runKey) || !isCount(epoch) || input === 'none') return undefined;
      const request = { requestId, runKey, epoch, ...(input && { input }) };
      if (type === 'maps') return { type, ...request };
      return areImages(images) ? { type, ...request, images: [...images] } : undefined;
    }
    case 'look':
      if (!isCount(requestId) || !isRunKey(runKey) || !areImages(images)) return undefined;
      return { type, requestId, runKey, images: [...images] };
    case 'cancel':
      return isCount(requestId) ? { type, requestId } : undefined;
    case 'chooseImages':
      return isRunKey(runKey) ? { type, runKey } : undefined;
    case 'saveFile':
      return parseSaveFile(fields);
    default:
      return undefined;
  }
}

/** 'none' where it is no input. */
function parseInput(value: unknown): CamInput | undefined | 'none' {
  if (value === undefined) return undefined;
  const { corruption, severity } = (value ?? {}) as Record<string, unknown>;
  // It becomes a folder's name and an argument.
  if (typeof corruption !== 'string' || !/^[a-z_]{1,40}$/.test(corruption)) return 'none';
  return isCount(severity) && severity >= 1 && severity <= 5 ? { corruption, severity } : 'none';
}

function areImages(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= mostImages &&
    value.every((path) => typeof path === 'string' && path.length <= longestPath && /^[^\0]+$/.test(path))
  );
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
