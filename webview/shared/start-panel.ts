import { type FromAnyPanel, panelProtocolVersion } from '../../common/panels/protocol';
import baseCss from './base.css';
import { addStyleSheet } from './dom';
import { connect, type Messenger } from './messenger';
import panelCss from './panel.css';
import { registerControls } from './toolkit';

interface Panel<To> {
  /** @throws Error for a message that does not fit what the panel knows */
  receive(message: To): void;
  readonly shell: { showFailure(message: string): void };
}

/** Starts the panel of a page: its style sheets, controls and messages, and shows and logs its errors. */
export function startPanel<To extends { type: string; version?: number }, From extends { type: string }, State>(
  name: string,
  css: string,
  PanelOf: new (root: HTMLElement, messenger: Messenger<To, From, State>) => Panel<To>,
): void {
  addStyleSheet(baseCss);
  addStyleSheet(panelCss);
  addStyleSheet(css);
  registerControls();
  const root = document.getElementById(`mixprop-${name}`);
  if (root === null) throw new Error(`the page has no element with the id mixprop-${name}`);
  root.classList.add('mixprop-panel');
  const messenger = connect<To, From | FromAnyPanel, State>(name);
  const panel = new PanelOf(root, messenger);

  /** Shows an error, and has the host log it. */
  const fail = (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    panel.shell.showFailure(message);
    messenger.post({ type: 'error', message });
  };
  messenger.listen((message) => {
    try {
      if (message.type === 'hydrate' && message.version !== panelProtocolVersion) {
        throw new Error('this panel belongs to another version of MixProp Studio: close it and open it again');
      }
      panel.receive(message);
    } catch (error) {
      fail(error);
    }
  });
  window.addEventListener('error', (event) => fail(event.error ?? event.message));
  messenger.post({ type: 'ready', version: panelProtocolVersion });
}
