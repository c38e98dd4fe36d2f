import * as z from 'zod';
import type { DivergenceRequests } from '../../../common/panels/divergence/divergence-contract';
import { countSchema, nameSchema, type PanelSchemas, runKeySchema } from '../panel-messages';

export const divergenceSchemas: PanelSchemas<never, DivergenceRequests> = {
  messages: {},
  requests: { channels: z.object({ runKey: runKeySchema, layer: nameSchema, epoch: countSchema }) },
};
