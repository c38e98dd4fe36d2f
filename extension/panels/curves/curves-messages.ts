import * as z from 'zod';
import type { CurvesChoices, FromCurvesAlone } from '../../../common/panels/curves/curves-contract';
import { countSchema, type PanelSchemas, runKeySchema } from '../panel-messages';

const maxChoicesLength = 20_000;

export const curvesSchemas: PanelSchemas<FromCurvesAlone, Record<never, never>> = {
  messages: {
    openEpoch: z.object({ runKey: runKeySchema, epoch: countSchema }),
    // The panel that gets them back checks field by field; here they are only data of a bearable size.
    choices: z.object({ choices: z.custom<CurvesChoices>(isSmallRecord) }),
  },
  requests: {},
};

function isSmallRecord(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  try {
    return JSON.stringify(value).length <= maxChoicesLength;
  } catch {
    return false;
  }
}
