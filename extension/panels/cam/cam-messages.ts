import * as z from 'zod';
import type { CamRequests, FromCamAlone } from '../../../common/panels/cam/cam-contract';
import { countSchema, type PanelSchemas, runKeySchema } from '../panel-messages';

const maxPathLength = 4096;
const maxImages = 1000;

const place = {
  runKey: runKeySchema,
  epoch: countSchema,
  // It becomes a folder's name and an argument.
  input: z.object({ corruption: z.string().regex(/^[a-z_]{1,40}$/), severity: z.int().min(1).max(5) }).optional(),
};
const images = z
  .array(
    z
      .string()
      .max(maxPathLength)
      .regex(/^[^\0]+$/),
  )
  .min(1)
  .max(maxImages);

export const camSchemas: PanelSchemas<FromCamAlone, CamRequests> = {
  messages: { chooseImages: z.object({ runKey: runKeySchema }) },
  requests: {
    maps: z.object(place),
    compute: z.object({ ...place, images }),
    look: z.object({ runKey: runKeySchema, images }),
  },
};
