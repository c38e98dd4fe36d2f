import type { Socket } from 'node:net';
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  createMessageConnection,
  type DataCallback,
  Disposable,
  ErrorCodes,
  Message,
  type MessageConnection,
  ParameterStructures,
  RequestType,
} from 'vscode-jsonrpc/node';
import type { TrainerRequests } from './protocol';

/**
 * JSON-RPC messages over a socket, framed as `Content-Length: N`, an empty line and N bytes of JSON. In place of the
 * library's own reader and writer: a peer must not make this process hold any amount of its data, and a reply to a peer that
 * is gone is no error.
 */

const headerEnd = '\r\n\r\n';
const maxHeaderBytes = 1024;
/** Messages that were read and not yet handled; with more of them the socket is not read. */
const maxWaitingMessages = 64;

/** A peer sent something that is not a message. */
export class MalformedMessageError extends Error {
  override readonly name = 'MalformedMessageError';

  constructor(
    message: string,
    readonly code: typeof ErrorCodes.ParseError | typeof ErrorCodes.InvalidRequest,
    /** Whether the place where the next message begins is lost. */
    readonly endsConnection: boolean,
  ) {
    super(message);
  }
}

/**
 * A connection over the socket, not yet listening. Its `onError` gives a MalformedMessageError for each malformed message; whoever uses the connection decides what follows.
 * @param maxMessageBytes longer messages from the peer are malformed
 */
export function createSocketConnection(socket: Socket, maxMessageBytes: number): MessageConnection {
  const reader = new SocketMessageReader(socket, maxMessageBytes);
  return createMessageConnection(reader, new SocketMessageWriter(socket), undefined, {
    messageStrategy: {
      handleMessage: (message, next) => {
        reader.handled();
        return next(message);
      },
    },
  });
}

/** A request of the trainer's protocol, typed by its name. */
export function trainerRequest<Name extends keyof TrainerRequests>(name: Name) {
  type Request = TrainerRequests[Name];
  return new RequestType<Request['params'], Request['result'], void>(name, ParameterStructures.byName);
}

/** A message as it goes over the socket. */
export function framed(message: object): string {
  const json = JSON.stringify(message);
  return `Content-Length: ${Buffer.byteLength(json)}${headerEnd}${json}`;
}

class SocketMessageReader extends AbstractMessageReader {
  private chunks: Buffer[] = [];
  private bytes = 0;
  /** The number of bytes from which on there may be a complete message. */
  private needed = 1;
  private waiting = 0;
  private paused = false;
  private lost = false;
  private closed = false;
  private callback: DataCallback = () => undefined;

  constructor(
    private readonly socket: Socket,
    private readonly maxMessageBytes: number,
  ) {
    super();
  }

  override listen(callback: DataCallback): Disposable {
    this.callback = callback;
    const onData = (chunk: Buffer) => {
      if (this.lost) return;
      this.chunks.push(chunk);
      this.bytes += chunk.length;
      this.readMessages();
    };
    this.socket.on('data', onData);
    this.socket.on('error', (error) => this.fireError(error));
    this.socket.on('close', () => {
      this.closed = true;
      if (this.waiting === 0) this.fireClose();
    });
    return Disposable.create(() => this.socket.off('data', onData));
  }

  /** To be called when a message leaves the connection's queue. */
  handled(): void {
    this.waiting--;
    // The end comes after the last message, as the peer meant it.
    if (this.closed && this.waiting === 0) setImmediate(() => this.fireClose());
    if (!this.paused || this.waiting > maxWaitingMessages / 2) return;
    this.paused = false;
    this.readMessages();
    if (!this.paused) this.socket.resume();
  }

  private readMessages(): void {
    while (!this.lost && this.bytes >= this.needed) {
      if (this.waiting >= maxWaitingMessages) {
        this.paused = true;
        this.socket.pause();
        return;
      }
      const body = this.takeBody();
      if (body !== undefined) this.give(body);
    }
  }

  /** The next message's JSON, or undefined when it is not all there: then `needed` says when to look again. */
  private takeBody(): Buffer | undefined {
    const data = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks, this.bytes);
    this.chunks = [data];
    const headerLength = data.subarray(0, maxHeaderBytes).indexOf(headerEnd);
    if (headerLength < 0) {
      if (data.length >= maxHeaderBytes) return this.lose('the header of a message does not end');
      this.needed = data.length + 1;
      return undefined;
    }
    const length = /^content-length: *([0-9]{1,15})$/im.exec(data.toString('latin1', 0, headerLength))?.[1];
    if (length === undefined) return this.lose('a message has no Content-Length');
    if (Number(length) > this.maxMessageBytes) {
      return this.lose(`a message of ${length} bytes is longer than the ${this.maxMessageBytes} allowed`);
    }
    const start = headerLength + headerEnd.length;
    const end = start + Number(length);
    if (data.length < end) {
      this.needed = end;
      return undefined;
    }
    this.chunks = [data.subarray(end)];
    this.bytes = data.length - end;
    this.needed = 1;
    return data.subarray(start, end);
  }

  private lose(reason: string): undefined {
    this.lost = true;
    this.chunks = [];
    this.bytes = 0;
    this.fireError(new MalformedMessageError(reason, ErrorCodes.ParseError, true));
  }

  private give(body: Buffer): void {
    let message: Message;
    try {
      message = JSON.parse(body.toString('utf8'));
    } catch {
      this.fireError(new MalformedMessageError('a message is not JSON', ErrorCodes.ParseError, false));
      return;
    }
    if (!Message.isRequest(message) && !Message.isNotification(message) && !Message.isResponse(message)) {
      this.fireError(new MalformedMessageError('a message is not of JSON-RPC 2.0', ErrorCodes.InvalidRequest, false));
      return;
    }
    // The library's own notifications (cancel, progress, trace) are no part of our protocol.
    if (Message.isNotification(message) && message.method.startsWith('$/')) return;
    this.waiting++;
    this.callback(message);
  }
}

class SocketMessageWriter extends AbstractMessageWriter {
  constructor(private readonly socket: Socket) {
    super();
  }

  /** Writes at once. A message to a peer that is gone is dropped: the connection's `onClose` tells. */
  write(message: Message): Promise<void> {
    if (this.socket.writable) this.socket.write(framed(message));
    return Promise.resolve();
  }

  end(): void {
    this.socket.end();
  }
}
