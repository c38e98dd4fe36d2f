/** A panel's connection: to the extension host, or in a report to stored messages. */
export interface Messenger<To, From, State> {
  /** False in a report, where nobody answers. */
  readonly live: boolean;
  post(message: From): void;
  /** State of an earlier life of this panel, of unknown shape: an older version may have written it. */
  readState(): unknown;
  writeState(state: State): void;
  /** Starts listening. Messages that arrive before are kept by nobody, so listen before posting `ready`. */
  listen(listener: (message: To) => void): void;
}

/** What VS Code gives a webview; a page may ask for it once. */
interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare global {
  var acquireVsCodeApi: (() => VsCodeApi) | undefined;
}

/** Connects a panel by its name, which in a report finds its stored messages. */
export function connect<To, From extends { type: string }, State>(panel: string): Messenger<To, From, State> {
  return globalThis.acquireVsCodeApi === undefined
    ? new ReplayMessenger(panel)
    : new HostMessenger(globalThis.acquireVsCodeApi());
}

class HostMessenger<To, From, State> implements Messenger<To, From, State> {
  readonly live = true;

  constructor(private readonly api: VsCodeApi) {}

  post(message: From): void {
    this.api.postMessage(message);
  }

  readState(): unknown {
    return this.api.getState();
  }

  writeState(state: State): void {
    this.api.setState(state);
  }

  listen(listener: (message: To) => void): void {
    window.addEventListener('message', (event: MessageEvent<To>) => listener(event.data));
  }
}

/**
 * Answers `ready` with the messages stored in the page: a JSON array in the data block
 * `<script type="application/json" id="mixprop-messages-PANEL">`.
 */
class ReplayMessenger<To, From extends { type: string }, State> implements Messenger<To, From, State> {
  readonly live = false;
  private listener: ((message: To) => void) | undefined;

  constructor(private readonly panel: string) {}

  post(message: From): void {
    if (message.type !== 'ready') return;
    const stored = document.getElementById(`mixprop-messages-${this.panel}`)?.textContent ?? '[]';
    for (const item of JSON.parse(stored) as To[]) this.listener?.(item);
  }

  readState(): unknown {
    return undefined;
  }

  writeState(): void {}

  listen(listener: (message: To) => void): void {
    this.listener = listener;
  }
}
