import { element, setText } from '../../shared/dom';

/** Says how many of the runs are complete while the others are still being read. */
export class ReadingProgress {
  private readonly bar = element('progress', { 'aria-label': 'Reading the runs' });
  private readonly text = element('span');
  readonly element = element('div', { class: 'reading', role: 'status', hidden: '' }, this.bar, this.text);

  update(progress: { complete: number; total: number } | undefined): void {
    this.element.hidden = progress === undefined;
    if (progress === undefined) return;
    this.bar.max = progress.total;
    this.bar.value = progress.complete;
    setText(this.text, `Reading the runs: ${progress.complete} of ${progress.total} are complete.`);
  }
}
