import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { basename, resolve } from 'node:path';
import { ErrorCodes, type MessageConnection, ResponseError } from 'vscode-jsonrpc/node';
import * as z from 'zod';
import { plainMessage } from '../errors/system-error';
import { isImageReference } from '../run/events';
import { thisProcess } from '../run/process-identity';
import { runPaths } from '../run/run-folder';
import type { Branch } from '../weights/branch';
import { createSocketConnection, framed, MalformedMessageError, trainerRequest } from './message-socket';
import {
  type ChooseImagesParams,
  type ChooseImagesResult,
  type ExplainParams,
  type ExplainResult,
  type LookParams,
  type LookResult,
  protocolVersion,
  type TrainerRequests,
} from './protocol';
import {
  newSocketPath,
  readTrainerAddress,
  removeStaleAddress,
  type TrainerAddress,
  writeTrainerAddress,
} from './trainer-address';

const maxClients = 64;
const maxRequestBytes = 256 * 1024;
const helloTimeoutMs = 30_000;
/** A client that reads nothing for this time is disconnected. */
const stallTimeoutMs = 60_000;
/** All of them are in memory at once. */
const maxExplainImages = 200;
/** As many as `explain.images` may have. */
const maxChosenImages = 1000;
/** How long a closing server waits for its clients to take the last replies. */
const closeTimeoutMs = 1000;

const images = (min: number, max: number) =>
  z.custom<(string | number)[]>(
    (value) => Array.isArray(value) && value.length >= min && value.length <= max && value.every(isImageReference),
    `images must be ${min === 0 ? 'at most' : `${min} to`} ${max} paths or indices`,
  );
const branches = z.array(z.enum(['main', 'aux'])).nonempty();
/** What the parameters of requests must be. */
const paramSchemas = {
  explain: z.object({
    images: images(1, maxExplainImages),
    branches: z
      .custom<Branch[]>((value) => branches.safeParse(value).success, 'branches must be main, aux or both')
      .optional(),
    class: z.string('class must be predicted, true or the name of a class').optional(),
    stage: z.int('stage must be a whole number').optional(),
  }),
  look: z.object({ images: images(1, maxExplainImages).optional() }),
  chooseImages: z.object({ images: images(0, maxChosenImages) }),
};

/** What the live connection needs of the trainer. */
export interface LiveRun {
  folder: string;
  /** Asks the trainer to stop after the current step. Called once a request. */
  onStop(): void;
  /** Asks the trainer to hold after the current step. Returns whether it is held already. */
  onPause?(): boolean;
  /** Lets a run that is paused go on. Returns whether it was, or was asked to be. */
  onResume?(): boolean;
  /** Explains images with the network as it is. Absent: there is none to ask. Rejects with why there is no answer. */
  onExplain?(params: ExplainParams): Promise<ExplainResult>;
  /** Writes the maps of this moment into the run folder. */
  onLook?(params: LookParams): Promise<LookResult>;
  /** Changes the images that the run records. */
  onChooseImages?(params: ChooseImagesParams): Promise<ChooseImagesResult>;
}

/**
 * The trainer's end of the live connection: takes requests. Records are read from the run folder. A client that is stuck is
 * disconnected.
 */
export class LiveServer {
  private readonly sessions = new Set<Session>();

  private constructor(
    private readonly run: LiveRun,
    private readonly server: Server,
    private readonly address: TrainerAddress,
  ) {
    server.on('connection', (socket) => {
      const session = new Session(socket, run, address.token);
      this.sessions.add(session);
      socket.on('close', () => this.sessions.delete(session));
    });
  }

  /**
   * Listens, and says where in `trainer.json`. Rejects when the system allows no socket or the file cannot be written;
   * the run can go on without: whoever watches it then reads its folder.
   */
  static async start(run: LiveRun): Promise<LiveServer> {
    removeStaleAddress(run.folder);
    const address: TrainerAddress = {
      protocolVersion,
      address: newSocketPath(run.folder),
      token: randomBytes(32).toString('hex'),
      ...thisProcess(),
    };
    const server = createServer();
    server.maxConnections = maxClients;
    await new Promise<void>((listening, reject) => {
      server.once('error', reject);
      server.listen(address.address, () => {
        server.off('error', reject);
        // Later errors concern one connection that could not be accepted.
        server.on('error', () => undefined);
        listening();
      });
    });
    const live = new LiveServer(run, server, address);
    try {
      writeTrainerAddress(run.folder, address);
      return live;
    } catch (error) {
      await live.close();
      throw error;
    }
  }

  /** Sends the replies that are due, disconnects all clients and removes the socket and `trainer.json`. */
  async close(): Promise<void> {
    if (readTrainerAddress(this.run.folder)?.token === this.address.token) {
      rmSync(runPaths(this.run.folder).trainer, { force: true });
    }
    const closed = new Promise<void>((done) => this.server.close(() => done()));
    for (const session of this.sessions) session.end();
    const timer = setTimeout(() => {
      for (const session of this.sessions) session.destroy();
    }, closeTimeoutMs);
    await closed;
    clearTimeout(timer);
    if (process.platform !== 'win32') rmSync(this.address.address, { force: true });
  }
}

/** One client. */
class Session {
  private readonly connection: MessageConnection;
  private greeted = false;

  constructor(
    private readonly socket: Socket,
    run: LiveRun,
    token: string,
  ) {
    const helloTimer = setTimeout(() => socket.destroy(), helloTimeoutMs).unref();
    socket.on('close', () => {
      clearTimeout(helloTimer);
      this.connection.dispose();
    });
    socket.setTimeout(stallTimeoutMs, () => {
      if (socket.writableLength > 0) socket.destroy();
    });
    this.connection = createSocketConnection(socket, maxRequestBytes);
    this.connection.onError(([error]) => this.answerMalformed(error));
    this.connection.onRequest(trainerRequest('hello'), (params) => {
      this.greet(params, token);
      clearTimeout(helloTimer);
      return { runId: basename(resolve(run.folder)) };
    });
    this.connection.onRequest(trainerRequest('stop'), () => {
      this.requireHello();
      run.onStop();
      return {};
    });
    this.connection.onRequest(trainerRequest('pause'), () => {
      this.requireHello();
      return { isHeld: run.onPause?.() ?? false };
    });
    this.connection.onRequest(trainerRequest('resume'), () => {
      this.requireHello();
      return { wasPaused: run.onResume?.() ?? false };
    });
    this.answerWith('explain', run.onExplain);
    this.answerWith('look', run.onLook);
    this.answerWith('chooseImages', run.onChooseImages);
    this.connection.listen();
  }

  end(): void {
    this.socket.end();
  }

  destroy(): void {
    this.socket.destroy();
  }

  private greet(params: unknown, token: string): void {
    const { token: given, protocolVersion: version } = (params ?? {}) as Partial<TrainerRequests['hello']['params']>;
    if (typeof given !== 'string' || !isSameSecret(given, token)) {
      this.endAfterReply();
      throw new ResponseError(ErrorCodes.InvalidRequest, 'wrong token: read trainer.json of the run folder again');
    }
    if (version !== protocolVersion) {
      this.endAfterReply();
      throw new ResponseError(
        ErrorCodes.InvalidRequest,
        `this trainer speaks version ${protocolVersion} of the protocol, not ${version}: use the same version of MixProp Studio`,
      );
    }
    this.greeted = true;
  }

  private requireHello(): void {
    if (!this.greeted) throw new ResponseError(ErrorCodes.ServerNotInitialized, 'the first request must be hello');
  }

  /** @param ask undefined: the trainer has nothing to ask */
  private answerWith<Name extends keyof typeof paramSchemas>(
    name: Name,
    ask: ((params: TrainerRequests[Name]['params']) => Promise<TrainerRequests[Name]['result']>) | undefined,
  ): void {
    this.connection.onRequest(trainerRequest<keyof typeof paramSchemas>(name), async (params) => {
      this.requireHello();
      const { data, error } = paramSchemas[name].safeParse(params ?? {});
      if (error) throw new ResponseError(ErrorCodes.InvalidParams, error.issues[0]!.message);
      if (ask === undefined) throw new ResponseError(ErrorCodes.MethodNotFound, 'this trainer explains no images');
      return ask(data as TrainerRequests[Name]['params']).catch((reason: unknown) => {
        throw new ResponseError(ErrorCodes.InvalidParams, plainMessage(reason));
      });
    });
  }

  private answerMalformed(error: Error): void {
    if (!(error instanceof MalformedMessageError) || this.socket.destroyed) return;
    const { code, message } = error;
    this.socket.write(framed({ jsonrpc: '2.0', id: null, error: { code, message } }));
    if (error.endsConnection) this.endAfterReply();
  }

  private endAfterReply(): void {
    setImmediate(() => this.socket.end());
    setTimeout(() => this.socket.destroy(), closeTimeoutMs).unref();
  }
}

function isSameSecret(given: string, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}
