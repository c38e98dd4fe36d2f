import { type CurvesState, type FromCurves, type ToCurves, webviewProtocolVersion } from '../protocol';
import baseCss from '../shared/base.css';
import { addStyleSheet } from '../shared/dom';
import { connect } from '../shared/messenger';
import { registerControls } from '../shared/toolkit';
import css from './curves.css';
import { CurvesPanel } from './curves-panel';

addStyleSheet(baseCss);
addStyleSheet(css);
registerControls();

const root = document.getElementById('mixprop-curves');
if (root === null) throw new Error('the page has no element with the id mixprop-curves');
const messenger = connect<ToCurves, FromCurves, CurvesState>('curves');
const panel = new CurvesPanel(root, messenger);

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
