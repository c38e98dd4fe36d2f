import type { ReplyMessage, RequestMap, RequestMessage } from '../../common/panels/requests';

/** What a handler has of the request beside its contents. */
export interface RequestContext<Progress> {
  /** Aborted when the page no longer wants the reply, and when the panel is closed. */
  signal: AbortSignal;
  progress(progress: Progress): void;
}

/** Answers each request about a run of the panel. What a handler throws is the reason that the page is told. */
export type RequestHandlers<Run, Requests extends RequestMap> = {
  [Name in keyof Requests]: (
    run: Run,
    request: Requests[Name]['request'],
    context: RequestContext<Requests[Name]['progress']>,
  ) => Requests[Name]['reply'] | Promise<Requests[Name]['reply']>;
};

interface Panel<Run, Requests extends RequestMap> {
  handlers(): RequestHandlers<Run, Requests>;
  find(runKey: string): Run | undefined;
  post(message: ReplyMessage<Requests>): void;
  /** The error in words. */
  whyNot(runKey: string, error: unknown): string;
}

/** Answers the requests of a panel's page. */
export class RequestServer<Run, Requests extends RequestMap> {
  /** Of the page that there is now, by id. */
  private wanted = new Map<number, AbortController>();
  private readonly running = new Set<AbortController>();

  constructor(private readonly panel: Panel<Run, Requests>) {}

  async answer({ id, name, request }: RequestMessage<Requests>): Promise<void> {
    const stop = new AbortController();
    const { wanted, panel } = this;
    wanted.set(id, stop);
    this.running.add(stop);
    const post = (message: ReplyMessage<Requests>) => {
      if (this.wanted === wanted && wanted.get(id) === stop) panel.post(message);
    };
    try {
      const run = panel.find(request.runKey);
      if (run === undefined) throw new Error('The run is no longer in this panel.');
      const reply = await panel.handlers()[name](run, request, {
        signal: stop.signal,
        progress: (progress) => post({ type: 'progress', id, progress }),
      });
      post({ type: 'reply', id, name, reply } as ReplyMessage<Requests>);
    } catch (error) {
      post({ type: 'failure', id, message: panel.whyNot(request.runKey, error) });
    } finally {
      wanted.delete(id);
      this.running.delete(stop);
    }
  }

  cancel(id: number): void {
    this.wanted.get(id)?.abort();
    this.wanted.delete(id);
  }

  /** What an earlier page asked is not answered to the new one, whose ids begin anew. Work goes on: its results are kept in files. */
  beginPage(): void {
    this.wanted = new Map();
  }

  dispose(): void {
    for (const stop of this.running) stop.abort();
  }
}
