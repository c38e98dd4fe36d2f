import * as z from 'zod';
import type { FromRobustnessAlone, RobustnessRequests } from '../../../common/panels/robustness/robustness-contract';
import { countSchema, nameSchema, type PanelSchemas, runKeySchema } from '../panel-messages';

/** Images that are shown at most: their pictures are made on demand. */
const maxImages = 96;

const flips = z.object({
  runKey: runKeySchema,
  evaluation: nameSchema,
  branch: nameSchema,
  corruption: nameSchema,
  severity: countSchema,
  count: countSchema.transform((count) => Math.min(count, maxImages)),
});

export const robustnessSchemas: PanelSchemas<FromRobustnessAlone, RobustnessRequests> = {
  messages: { evaluate: z.object({}) },
  requests: { flips, pictures: flips },
};
