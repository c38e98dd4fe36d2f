/**
 * What a panel's page may ask its host about a run: each request by its name, with its reply and what is told until then.
 * A panel's contract has one such type; page, host and report read it.
 */
export type RequestMap = Record<string, { request: { runKey: string }; reply: unknown; progress?: unknown }>;

type Named<Requests extends RequestMap, Kind extends { [Name in keyof Requests]: unknown }> = Kind[keyof Requests];

/** Page → host. Ids are the page's own, from 1. */
export type RequestMessage<Requests extends RequestMap> = Named<
  Requests,
  {
    [Name in keyof Requests]: { type: 'request'; id: number; name: Name; request: Requests[Name]['request'] };
  }
>;

/** Page → host: the reply is no longer wanted. */
export interface CancelMessage {
  type: 'cancel';
  id: number;
}

/** Host → page: one reply or one failure a request, after any number of reports of its progress. */
export type ReplyMessage<Requests extends RequestMap> =
  | StoredReply<Requests>
  | {
      type: 'progress';
      id: number;
      progress: Named<Requests, { [Name in keyof Requests]: Requests[Name]['progress'] }>;
    }
  /** Why there is no reply, and what to do. */
  | { type: 'failure'; id: number; message: string };

/** A reply. One with the id 0, in a report, answers what nobody asked. */
export type StoredReply<Requests extends RequestMap> = Named<
  Requests,
  {
    [Name in keyof Requests]: { type: 'reply'; id: number; name: Name; reply: Requests[Name]['reply'] };
  }
>;
