import * as z from 'zod';
import type { FromAnyPanel } from '../../common/panels/protocol';
import type { RequestMap, RequestMessage } from '../../common/panels/requests';
import { savedFileSchema } from './saved-file';

const maxErrorText = 4000;

export const runKeySchema = z.string().max(4096);
export const nameSchema = z.string().max(300);
export const countSchema = z.int().nonnegative();

type MessageSchemas<Message extends { type: string }> = {
  [Type in Message['type']]: z.ZodType<Omit<Extract<Message, { type: Type }>, 'type'>>;
};

/** What the pages of a panel may send beside what all panels' pages may. */
export interface PanelSchemas<Own extends { type: string }, Requests extends RequestMap> {
  messages: MessageSchemas<Own>;
  requests: { [Name in keyof Requests]: z.ZodType<Requests[Name]['request']> };
}

const commonSchemas: MessageSchemas<FromAnyPanel> = {
  ready: z.object({ version: z.number() }),
  chooseRuns: z.object({}),
  removeRuns: z.object({ runKeys: z.array(runKeySchema) }),
  error: z.object({ message: z.string().transform((text) => text.slice(0, maxErrorText)) }),
  saveFile: savedFileSchema,
  cancel: z.object({ id: countSchema }),
};
const requestSchema = z.object({ id: countSchema, name: z.string(), request: z.unknown() });

/** A message of a panel's page, or undefined when it is none: webview content is not trusted. */
export function parseMessage<Own extends { type: string }, Requests extends RequestMap>(
  { messages, requests }: PanelSchemas<Own, Requests>,
  untrusted: unknown,
): FromAnyPanel | RequestMessage<Requests> | { type: 'own'; message: Own } | undefined {
  const { data: { type } = {} } = z.object({ type: z.string() }).safeParse(untrusted);
  if (type === undefined) return undefined;
  if (type !== 'request') {
    const common = parsedBy<FromAnyPanel>(commonSchemas, type, untrusted, (rest) => ({ type, ...rest }));
    const message = parsedBy<Own>(messages, type, untrusted, (rest) => ({ type, ...rest }));
    return message === undefined ? common : { type: 'own', message };
  }
  const { data: envelope } = requestSchema.safeParse(untrusted);
  if (envelope === undefined) return undefined;
  const { id, name } = envelope;
  return parsedBy(requests, name, envelope.request, (request) => ({ type, id, name, request }));
}

function parsedBy<Message>(
  schemas: object,
  name: string,
  untrusted: unknown,
  messageOf: (parsed: object) => unknown,
): Message | undefined {
  if (!Object.hasOwn(schemas, name)) return undefined;
  const { data } = (schemas as Record<string, z.ZodType<object>>)[name].safeParse(untrusted);
  return data === undefined ? undefined : (messageOf(data) as Message);
}

/**
 * The runs of a panel that VS Code restores, from the state the panel kept: their folders, or their ids in a state that an older
 * version kept. Empty when the state is not understood.
 */
export function restoredRuns(state: unknown): string[] {
  if (typeof state !== 'object' || state === null) return [];
  const { runIds, runKeys = runIds } = state as Record<string, unknown>;
  if (!Array.isArray(runKeys)) return [];
  return [...new Set(runKeys.filter((runKey) => runKeySchema.safeParse(runKey).success))];
}

/** The panel's tab: one run by its label, several by their number. */
export function panelTitle(title: string, labels: readonly string[]): string {
  if (labels.length === 0) return title;
  return labels.length === 1 ? `${title}: ${labels[0]}` : `${title}: ${labels[0]} and ${labels.length - 1} more`;
}
