import type {
  CancelMessage,
  ReplyMessage,
  RequestMap,
  RequestMessage,
  StoredReply,
} from '../../common/panels/requests';

interface Pending {
  settle(): void;
  resolve(reply: unknown): void;
  reject(error: Error): void;
  onProgress(progress: unknown): void;
}

interface RequestOptions<Progress> {
  /** Aborting it rejects the request and tells the host. */
  signal?: AbortSignal;
  /** In ms from the request or its last progress; Infinity for what may take any time. */
  timeoutMs?: number;
  onProgress?(progress: Progress): void;
}

/** A host that takes longer has a problem. */
const defaultTimeoutMs = 60_000;

/** The requests of a page to its host. In a report, where nobody answers, replies are stored. */
export class HostRequests<Requests extends RequestMap> {
  private readonly pending = new Map<number, Pending>();
  private lastId = 0;

  constructor(
    private readonly host: {
      readonly live: boolean;
      post(message: RequestMessage<Requests> | CancelMessage): void;
    },
    private readonly onStored: (reply: StoredReply<Requests>) => void = () => {},
  ) {}

  /** False in a report. */
  get live(): boolean {
    return this.host.live;
  }

  /** @returns the reply; rejects with the reason if there is none, and stays pending after `forget` */
  ask<Name extends keyof Requests>(
    name: Name,
    request: Requests[Name]['request'],
    { signal, timeoutMs = defaultTimeoutMs, onProgress = () => {} }: RequestOptions<Requests[Name]['progress']> = {},
  ): Promise<Requests[Name]['reply']> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const giveUp = (reason: string) => {
        this.take(id)?.reject(new Error(reason));
        this.host.post({ type: 'cancel', id });
      };
      const cancel = () => giveUp('Cancelled.');
      const wait = () => {
        clearTimeout(timer);
        if (timeoutMs === Number.POSITIVE_INFINITY) return;
        timer = setTimeout(() => giveUp(`There was no answer within ${timeoutMs / 1000} s.`), timeoutMs);
      };
      this.pending.set(id, {
        settle: () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', cancel);
        },
        resolve: (reply) => resolve(reply as Requests[Name]['reply']),
        reject,
        onProgress: (progress) => {
          wait();
          onProgress(progress as Requests[Name]['progress']);
        },
      });
      signal?.addEventListener('abort', cancel);
      this.host.post({ type: 'request', id, name, request } as RequestMessage<Requests>);
      wait();
    });
  }

  /** Takes what the host says of a request; drops what is about one that is no longer pending. */
  receive(message: ReplyMessage<Requests>): void {
    switch (message.type) {
      case 'reply':
        if (message.id === 0) this.onStored(message);
        else this.take(message.id)?.resolve(message.reply);
        break;
      case 'progress':
        this.pending.get(message.id)?.onProgress(message.progress);
        break;
      case 'failure':
        this.take(message.id)?.reject(new Error(message.message));
        break;
    }
  }

  /** Forgets all pending requests: the panel starts over. */
  forget(): void {
    for (const id of [...this.pending.keys()]) this.take(id);
  }

  private take(id: number): Pending | undefined {
    const pending = this.pending.get(id);
    this.pending.delete(id);
    pending?.settle();
    return pending;
  }
}
