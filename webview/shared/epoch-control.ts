import { element, setText } from './dom';

/**
 * An epoch: a slider over those that there are, and a field for an exact number. While a live run is shown as it is now, the
 * slider stands one place further, and leads back.
 */
export class EpochControl {
  readonly element: HTMLElement;
  private readonly slider: HTMLInputElement;
  private readonly exact = element('input', { type: 'number', 'aria-label': 'Epoch, exactly' });
  private readonly ofEpochs = element('span', { class: 'caption' });
  private epochs: readonly number[] = [];
  /** News must not take away what somebody is typing. */
  private isTyping = false;

  /**
   * @param id of the slider
   * @param onEpoch `isLast`: of those that there are
   */
  constructor(id: string, onEpoch: (epoch: number, isLast: boolean) => void) {
    this.slider = element('input', { type: 'range', id, min: '0', step: '1' });
    const label = element('label', { for: id, class: 'caption' }, 'Epoch');
    this.element = element('div', { class: 'scrub' }, label, this.slider, this.exact, this.ofEpochs);
    const choose = (index: number) => {
      const epoch = this.epochs[index];
      if (epoch !== undefined) onEpoch(epoch, index === this.epochs.length - 1);
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
    // After news that moved the toolbar's parts the browser has forgotten what was typed and fires no `change`.
    this.exact.addEventListener('keydown', ({ key }) => {
      if (key === 'Enter') accept();
    });
  }

  /** @param epochs ascending @param shown null: always the last one; 'now': a live run as it is now instead of an epoch */
  update(epochs: readonly number[], shown: number | 'now' | null): void {
    this.epochs = epochs;
    const last = epochs.length - 1;
    const isNow = shown === 'now';
    const epoch = isNow ? undefined : (shown ?? epochs[last]);
    this.element.hidden = epochs.length === 0;
    this.slider.max = String(Math.max(0, isNow ? epochs.length : last));
    this.slider.value = String(epoch === undefined ? epochs.length : nearestIndex(epochs, epoch));
    const words = isNow ? 'now' : shown === null ? `epoch ${epoch}, the last` : `epoch ${epoch}`;
    this.slider.setAttribute('aria-valuetext', words);
    this.exact.min = String(epochs[0] ?? 0);
    this.exact.max = String(epochs[last] ?? 0);
    if (!this.isTyping) this.exact.value = String(epoch ?? '');
    setText(this.ofEpochs, isNow ? 'now' : `of ${epochs[last] ?? 0}`);
  }
}

/** The index of the epoch nearest to a number, the earlier of two that are equally near; −1 without epochs. */
export function nearestIndex(epochs: readonly number[], wanted: number): number {
  let nearest = -1;
  for (const [index, epoch] of epochs.entries()) {
    if (nearest === -1 || Math.abs(epoch - wanted) < Math.abs(epochs[nearest]! - wanted)) nearest = index;
  }
  return nearest;
}
