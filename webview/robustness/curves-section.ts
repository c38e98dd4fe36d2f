import type { MenuEntry } from '../shared/chart-menu';
import { element } from '../shared/dom';
import { fillSelect } from '../shared/fill-select';
import { markerSwatch } from '../shared/swatches';
import { corruptionLabel } from './corruption-groups';
import { CurvesView } from './curves-view';
import type { SeverityCurves } from './severity-curves';
import type { ShownCurves } from './shown-curves';

export interface CurvesHandlers {
  onCorruption(name: string): void;
  menu(curves: SeverityCurves): MenuEntry[];
}

/** The curves of the mean and of one corruption, which can be selected, beside each other, with a key to their lines. */
export class CurvesSection {
  readonly elements: readonly HTMLElement[];
  private readonly key = element('div', { class: 'curve-key' });
  private readonly corruptionSelect = element('select', { 'aria-label': 'Corruption of the curves' });
  private readonly mean: CurvesView;
  private readonly corruption: CurvesView;
  private shown: ShownCurves = { mean: undefined, corruption: undefined };

  constructor(handlers: CurvesHandlers) {
    const menu = (curves: SeverityCurves | undefined) => (curves === undefined ? [] : handlers.menu(curves));
    this.mean = new CurvesView('Mean over the common corruptions', () => menu(this.shown.mean));
    this.corruption = new CurvesView('One corruption', () => menu(this.shown.corruption), this.corruptionSelect);
    this.corruptionSelect.addEventListener('change', () => handlers.onCorruption(this.corruptionSelect.value));
    this.elements = [this.key, element('div', { class: 'curve-row' }, this.mean.element, this.corruption.element)];
  }

  /** @param corruptions that can be selected, by their names */
  update(shown: ShownCurves, corruptions: readonly string[], selected: string | undefined): void {
    this.shown = shown;
    fillSelect(
      this.corruptionSelect,
      corruptions.map((name) => [name, corruptionLabel(name)]),
      selected ?? '',
    );
    const { mean, corruption } = shown;
    // One alone is wider: it is drawn when it is known whether the other is there.
    this.mean.element.hidden = mean === undefined;
    this.corruption.element.hidden = corruption === undefined;
    this.key.hidden = corruption === undefined;
    if (mean !== undefined) this.mean.update(mean);
    if (corruption !== undefined) this.corruption.update(corruption);
    const lines = corruption?.lines ?? [];
    this.key.replaceChildren(
      ...lines.map(({ label, style, branch }) => {
        const swatch = element('span', { class: 'swatch' });
        swatch.append(markerSwatch(style));
        return element('span', { class: 'key', 'data-branch': branch }, swatch, label);
      }),
    );
  }
}
