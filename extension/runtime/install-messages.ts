import * as z from 'zod';
import { parseJson } from '../../common/files/parse-json';

const amount = z.number().nonnegative();

/** What `mixprop runtime install NAME --json` prints, a line each. */
const installMessage = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.object({
      type: z.literal('plan'),
      name: z.string(),
      downloadBytes: amount,
      diskBytes: amount,
      folder: z.string(),
    }),
    z.object({ type: z.literal('progress'), phase: z.string(), done: amount, total: amount }),
    z.object({
      type: z.literal('installed'),
      name: z.string(),
      folder: z.string(),
      version: z.string(),
      origin: z.string().optional(),
      binding: z.string().optional(),
    }),
  ]),
);

export type InstallMessage = z.infer<typeof installMessage>;
export type Installed = Extract<InstallMessage, { type: 'installed' }>;

/** A line as a message; undefined when it is torn, or of a kind that this version does not know. */
export function parseInstallMessage(line: string): InstallMessage | undefined {
  return installMessage.safeParse(parseJson(line)).data;
}
