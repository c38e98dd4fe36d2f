import { type DivergenceState, type FromDivergence, type ToDivergence, webviewProtocolVersion } from '../protocol';
import baseCss from '../shared/base.css';
import { addStyleSheet } from '../shared/dom';
import { connect } from '../shared/messenger';
import { registerControls } from '../shared/toolkit';
import css from './divergence.css';
import { DivergencePanel } from './divergence-panel';

addStyleSheet(baseCss);
addStyleSheet(css);
registerControls();

const root = document.getElementById('mixprop-divergence');
if (root === null) throw new Error('the page has no element with the id mixprop-divergence');
const messenger = connect<ToDivergence, FromDivergence, DivergenceState>('divergence');
const panel = new DivergencePanel(root, messenger);

/** Shows a mistake of the panel itself and lets the host log it. */
function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  panel.showFailure(message);
  messenger.post({ type: 'error', message });
}

messenger.listen((message) => {
  try {
    panel.receive(message);
  } catch (error) {
    fail(error);
  }
});
window.addEventListener('error', (event) => fail(event.error ?? event.message));
messenger.post({ type: 'ready', version: webviewProtocolVersion });
