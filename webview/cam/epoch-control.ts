import { element, setText } from '../shared/dom';

/**
 * The epoch that all columns show: a slider over those that there are, and a field for an exact number. While the state of this
 * moment is shown, the slider stands one place further, and leads back.
 */
export class EpochControl {
  readonly element: HTMLElement;
  private readonly slider = element('input', {
    type: 'range',
    id: 'cam-epoch',
    min: '0',
    step: '1',
  }) as HTMLInputElement;
  private readonly exact = element('input', { type: 'number', 'aria-label': 'Epoch, exactly' }) as HTMLInputElement;
  private readonly ofEpochs = element('span', { class: 'caption' });
  private epochs: readonly number[] = [];
  /** Whether somebody is writing into the field: news must not take that away. */
  private isTyping = false;

  /** @param onEpoch null: the last one, also when more come */
  constructor(onEpoch: (epoch: number | null) => void) {
    const label = element('label', { for: 'cam-epoch', class: 'caption' }, 'Epoch');
    this.element = element('div', { class: 'scrub' }, label, this.slider, this.exact, this.ofEpochs);
    const choose = (index: number) => {
      const epoch = this.epochs[index];
      if (epoch !== undefined) onEpoch(index === this.epochs.length - 1 ? null : epoch);
    };
    this.slider.addEventListener('input', () => choose(Number(this.slider.value)));
    this.exact.addEventListener('input', () => {
      this.isTyping = true;
    });
    const accept = () => {
      if (!this.isTyping) return;
      this.isTyping = false;
      choose(nearestIndex(this.epochs, Number(this.exact.value)));
    };
    this.exact.addEventListener('change', accept);
    // News that move the toolbar's parts make the browser forget that something was written: it then tells of no change.
    this.exact.addEventListener('keydown', ({ key }) => {
      if (key === 'Enter') accept();
    });
  }

  /** @param epochs ascending; `isNow`: the state of this moment is shown instead of an epoch */
  update(epochs: readonly number[], shown: number | null, isNow: boolean): void {
    this.epochs = epochs;
    const last = epochs.length - 1;
    const index = isNow ? epochs.length : shown === null ? last : nearestIndex(epochs, shown);
    const epoch = isNow ? undefined : (shown ?? epochs[last]);
    this.element.hidden = epochs.length === 0;
    this.slider.max = String(Math.max(0, isNow ? epochs.length : last));
    this.slider.value = String(index);
    const words = isNow ? 'now' : shown === null ? `epoch ${epoch}, the last` : `epoch ${epoch}`;
    this.slider.setAttribute('aria-valuetext', words);
    this.exact.min = String(epochs[0] ?? 0);
    this.exact.max = String(epochs[last] ?? 0);
    if (!this.isTyping) this.exact.value = String(epoch ?? '');
    setText(this.ofEpochs, isNow ? 'now' : `of ${epochs[last] ?? 0}`);
  }
}

/** The index of the nearest of some epochs; the earlier one where two are as near. −1 without epochs. */
export function nearestIndex(epochs: readonly number[], wanted: number): number {
  let nearest = -1;
  for (const [index, epoch] of epochs.entries()) {
    if (nearest === -1 || Math.abs(epoch - wanted) < Math.abs(epochs[nearest]! - wanted)) nearest = index;
  }
  return nearest;
}
