import type { FlippedImage, FlippedPicture, RobustnessCell } from '../../common/panels/robustness/robustness-contract';
import { bitmapOf } from '../shared/base64';
import { element, setText } from '../shared/dom';
import { formatPercent } from '../shared/number-format';
import { button } from '../shared/toolkit';
import { corruptionLabel } from './corruption-groups';
import type { FlipState } from './flip-store';

export interface FlipsHandlers {
  onMore(): void;
  onClose(): void;
}

/** The images that a branch tells right when they are clean and wrong when they are corrupted. */
export class FlipsView {
  readonly element = element('section', { class: 'flips detail', 'aria-label': 'Lost images' });
  private readonly heading = element('h2');
  private readonly words = element('p', { class: 'flip-words' });
  private readonly note = element('p', { class: 'flip-note' });
  private readonly list = element('ul', { class: 'flip-list' });
  private readonly more: HTMLElement;
  private drawn = '';

  constructor(handlers: FlipsHandlers) {
    this.more = button('Show More', handlers.onMore);
    const close = button('Close', handlers.onClose);
    this.element.append(
      element('div', { class: 'flip-head detail-head' }, this.heading, close),
      this.words,
      this.note,
      this.list,
      this.more,
    );
  }

  /** @param live false in a report, where nobody answers */
  update(cell: RobustnessCell, sourceLabel: string, state: FlipState, live: boolean): void {
    const { flips, problem, pictures, isWaiting } = state;
    setText(this.heading, `${corruptionLabel(cell.corruption)}, severity ${cell.severity} · ${sourceLabel}`);
    this.element.classList.toggle('failed', problem !== undefined);
    setText(this.words, live ? wordsOf(state) : 'A report does not hold the images: open the run in the editor.');
    setText(this.note, noteOf(state));
    this.note.hidden = this.note.textContent === '';
    this.element.setAttribute('aria-busy', String(isWaiting));
    const shown = flips?.shown ?? [];
    this.more.hidden = flips === undefined || shown.length >= flips.lost;
    const drawn = JSON.stringify([cell, shown, [...pictures.keys()]]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.list.replaceChildren(...shown.map((image) => card(image, pictures.get(image.path), pictures.size > 0)));
  }
}

function wordsOf({ flips, problem, isWaiting }: FlipState): string {
  if (problem !== undefined) return problem;
  if (flips === undefined) return isWaiting ? 'Looking for the images…' : '';
  const { images, lost, gained, shown } = flips;
  const share = images === 0 ? '' : ` (${formatPercent(lost / images)})`;
  const sorted = shown.length < lost ? ` The ${shown.length} most confident mistakes are shown.` : '';
  return `${lost} of ${images} images${share} are told right when they are clean and wrong when they are corrupted; ${gained} the other way round.${sorted}`;
}

/** What is to be said of the pictures. */
function noteOf({ flips, pictureProblem, pictures, isPicturing }: FlipState): string {
  if (flips === undefined) return '';
  if (pictureProblem === undefined) return isPicturing ? 'Their pictures are being made…' : '';
  return `${pictures.size === 0 ? 'No pictures' : 'Some pictures are missing'}: ${pictureProblem}`;
}

function card(image: FlippedImage, picture: FlippedPicture | undefined, hasPictures: boolean): HTMLElement {
  const { path, label, predicted, confidence, cleanConfidence } = image;
  const said = (value: number | null) => formatPercent(value ?? Number.NaN);
  const item = element('li', { class: 'flip', title: path });
  if (hasPictures) {
    item.append(
      element(
        'div',
        { class: 'flip-pictures' },
        pictureOf(picture?.clean, `${label}, clean`),
        pictureOf(picture?.corrupted, `${label}, corrupted`),
      ),
    );
  }
  item.append(
    element('div', { class: 'flip-label' }, label, element('span', { class: 'caption' }, ` ${said(cleanConfidence)}`)),
    element('div', {}, `→ ${predicted}`, element('span', { class: 'caption' }, ` ${said(confidence)}`)),
    element('div', { class: 'caption flip-path' }, path),
  );
  return item;
}

/** A canvas, since the page may load no images. */
function pictureOf(base64: string | undefined, label: string): HTMLElement {
  const canvas = element('canvas', { role: 'img', 'aria-label': label, width: '1', height: '1' });
  if (base64 !== undefined) void drawPicture(canvas, base64);
  return canvas;
}

async function drawPicture(canvas: HTMLCanvasElement, base64: string): Promise<void> {
  try {
    const bitmap = await bitmapOf(base64);
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
    bitmap.close();
  } catch {
    canvas.setAttribute('aria-label', 'a picture that cannot be shown');
  }
}
