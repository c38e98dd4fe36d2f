import { connect, type Socket } from 'node:net';
import { type MessageConnection, ResponseError } from 'vscode-jsonrpc/node';
import { isProcessAlive } from '../run/process-identity';
import { createSocketConnection, trainerRequest } from './message-socket';
import { protocolVersion, type TrainerRequests } from './protocol';
import { readTrainerAddress } from './trainer-address';

/** The maps of 200 images take a few MB. */
const maxMessageBytes = 64 * 1024 * 1024;
const connectTimeoutMs = 5000;
/** A trainer answers between two steps; a step or the decoding of a data set may take its time. */
const replyTimeoutMs = 30_000;
/** Maps of many images are computed in many pauses, each about as long as a step. */
const mapsTimeoutMs = 10 * 60_000;
const timeoutsMs: Record<keyof TrainerRequests, number> = {
  hello: replyTimeoutMs,
  stop: replyTimeoutMs,
  pause: replyTimeoutMs,
  resume: replyTimeoutMs,
  explain: mapsTimeoutMs,
  look: mapsTimeoutMs,
  chooseImages: mapsTimeoutMs,
};

/**
 * Why there is no live connection. `no-trainer`: none runs on this run folder. `other-host`: it runs elsewhere.
 * `unreachable`: no connection to its socket. `refused`: it answered with an error. `timeout`: it did not answer.
 * `closed`: the connection ended.
 */
export type TrainerConnectionFailure = 'no-trainer' | 'other-host' | 'unreachable' | 'refused' | 'timeout' | 'closed';

export class TrainerConnectionError extends Error {
  override readonly name = 'TrainerConnectionError';

  constructor(
    readonly failure: TrainerConnectionFailure,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Connects to the trainer that runs on a run folder.
 * @throws TrainerConnectionError
 */
export async function connectToTrainer(runFolder: string): Promise<LiveConnection> {
  const trainer = readTrainerAddress(runFolder);
  if (trainer === undefined) throw new TrainerConnectionError('no-trainer', `no trainer runs on ${runFolder}`);
  const alive = isProcessAlive(trainer);
  if (alive === undefined) {
    throw new TrainerConnectionError('other-host', `the trainer of ${runFolder} runs on host ${trainer.host}`);
  }
  if (!alive) {
    throw new TrainerConnectionError(
      'no-trainer',
      `the trainer of ${runFolder} (process ${trainer.pid}) ended without a word`,
    );
  }
  const connection = new LiveConnection(await openSocket(trainer.address));
  try {
    await connection.request('hello', { token: trainer.token, protocolVersion });
    return connection;
  } catch (error) {
    connection.dispose();
    throw error;
  }
}

/**
 * Asks the trainer that runs on a run folder, over a connection that is closed with the answer.
 * @throws TrainerConnectionError
 */
export async function askTrainer<T>(runFolder: string, ask: (connection: LiveConnection) => Promise<T>): Promise<T> {
  const connection = await connectToTrainer(runFolder);
  try {
    return await ask(connection);
  } finally {
    connection.dispose();
  }
}

/** A connection to a living trainer. */
export class LiveConnection {
  private readonly connection: MessageConnection;
  private readonly ended = new AbortController();

  constructor(private readonly socket: Socket) {
    this.connection = createSocketConnection(socket, maxMessageBytes);
    this.connection.onError(() => socket.destroy());
    this.connection.onClose(() => this.dispose());
    this.connection.listen();
  }

  dispose(): void {
    if (this.ended.signal.aborted) return;
    this.ended.abort();
    this.connection.dispose();
    this.socket.destroy();
  }

  /**
   * Settles with the trainer's reply.
   * @throws TrainerConnectionError
   */
  async request<Name extends keyof TrainerRequests>(
    name: Name,
    params: TrainerRequests[Name]['params'],
  ): Promise<TrainerRequests[Name]['result']> {
    const closed = () => new TrainerConnectionError('closed', 'the connection to the trainer ended');
    if (this.ended.signal.aborted) throw closed();
    return await new Promise((resolve, reject) => {
      const timeoutMs = timeoutsMs[name];
      const timer = setTimeout(() => {
        reject(new TrainerConnectionError('timeout', `the trainer did not answer ${name} in ${timeoutMs} ms`));
      }, timeoutMs);
      const onEnd = () => reject(closed());
      this.ended.signal.addEventListener('abort', onEnd);
      this.connection
        .sendRequest(trainerRequest(name), params as never)
        .then(resolve, (error) => {
          const answered = error instanceof ResponseError && !this.ended.signal.aborted;
          reject(answered ? new TrainerConnectionError('refused', error.message) : closed());
        })
        .finally(() => {
          clearTimeout(timer);
          this.ended.signal.removeEventListener('abort', onEnd);
        });
    });
  }
}

function openSocket(address: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(address);
    const fail = (reason: string) => {
      socket.destroy();
      reject(new TrainerConnectionError('unreachable', `no connection to the trainer at ${address}: ${reason}`));
    };
    const timer = setTimeout(() => fail(`no answer in ${connectTimeoutMs} ms`), connectTimeoutMs);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      fail(error.code ?? error.message);
    });
  });
}
