/** A panel's connection: to the extension host, or in a report to stored messages. */
export interface Messenger<To, From, State> {
  /** False in a report, where nobody answers. */
  readonly live: boolean;
  post(message: From): void;
  /** The state that this panel kept before a reload; of unknown shape, since an older version may have written it. */
  readState(): unknown;
  writeState(state: State): void;
  /** Starts listening. Earlier messages are lost, so listen before posting `ready`. */
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
  const api = globalThis.acquireVsCodeApi?.();
  if (api === undefined) return replay(panel);
  return {
    live: true,
    post: (message) => api.postMessage(message),
    readState: () => api.getState(),
    writeState: (state) => api.setState(state),
    listen: (listener) => window.addEventListener('message', ({ data }: MessageEvent<To>) => listener(data)),
  };
}

/**
 * Answers `ready` with the messages stored in the page: a JSON array in the data block
 * `<script type="application/json" id="mixprop-messages-PANEL">`.
 */
function replay<To, From extends { type: string }, State>(panel: string): Messenger<To, From, State> {
  let listener: ((message: To) => void) | undefined;
  return {
    live: false,
    post: ({ type }) => {
      if (type !== 'ready') return;
      const stored = document.getElementById(`mixprop-messages-${panel}`)?.textContent ?? '[]';
      for (const message of JSON.parse(stored) as To[]) listener?.(message);
    },
    readState: () => undefined,
    writeState: () => {},
    listen: (listen) => {
      listener = listen;
    },
  };
}
