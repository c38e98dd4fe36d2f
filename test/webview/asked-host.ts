import type { CancelMessage, ReplyMessage, RequestMap, RequestMessage } from '../../common/panels/requests';
import { HostRequests } from '../../webview/shared/host-requests';

/** A host that answers when the test says so. */
export class AskedHost<Requests extends RequestMap> {
  readonly live: boolean;
  readonly posted: (RequestMessage<Requests> | CancelMessage)[] = [];
  readonly requests: HostRequests<Requests>;

  /** @param live false in a report, where nobody answers */
  constructor(live = true) {
    this.live = live;
    this.requests = new HostRequests(this);
  }

  post(message: RequestMessage<Requests> | CancelMessage): void {
    this.posted.push(message);
  }

  /** What was asked, in order. */
  get asked(): RequestMessage<Requests>[] {
    return this.posted.filter((message) => message.type === 'request');
  }

  get lastId(): number {
    return this.asked.at(-1)!.id;
  }

  /** Settles when the page has taken the answer. @param id of the request; the last one unless given */
  async reply(reply: Requests[keyof Requests]['reply'], id = this.lastId): Promise<void> {
    const { name } = this.asked.find((request) => request.id === id) ?? { name: '' };
    await this.say({ type: 'reply', id, name, reply } as ReplyMessage<Requests>);
  }

  async fail(message: string, id = this.lastId): Promise<void> {
    await this.say({ type: 'failure', id, message });
  }

  async say(message: ReplyMessage<Requests>): Promise<void> {
    this.requests.receive(message);
    await new Promise(setImmediate);
  }
}
