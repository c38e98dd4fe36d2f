import type { DivergenceAlarm } from '../../common/panels/divergence/divergence-contract';
import { element } from '../shared/dom';

export interface RunAlarm {
  runKey: string;
  runLabel: string;
  alarm: DivergenceAlarm;
}

/** Known mistakes that the runs show: what was seen, the likely mistake, the remedy, and a link to the place. */
export class AlarmList {
  readonly element = element('ul', { class: 'alarms', 'aria-label': 'Alarms' });
  private drawn = '';

  constructor(private readonly onGo: (alarm: RunAlarm) => void) {}

  update(alarms: readonly RunAlarm[]): void {
    this.element.hidden = alarms.length === 0;
    const key = JSON.stringify(alarms);
    if (key === this.drawn) return;
    this.drawn = key;
    this.element.replaceChildren(...alarms.map((alarm) => this.item(alarm)));
  }

  private item(item: RunAlarm): HTMLElement {
    const { alarm, runLabel } = item;
    const go = element('button', { type: 'button', class: 'link' }, `Show ${alarm.layer}, epoch ${alarm.epoch}`);
    go.addEventListener('click', () => this.onGo(item));
    return element(
      'li',
      { class: 'alarm', 'data-kind': alarm.kind, 'data-layer': alarm.layer, 'data-epoch': String(alarm.epoch) },
      element('p', { class: 'seen' }, element('strong', {}, `${runLabel}: `), alarm.message, ' ', go),
      element('p', { class: 'advice' }, `${alarm.cause} ${alarm.remedy}`),
    );
  }
}
