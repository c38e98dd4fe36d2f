import { element, setText } from '../shared/dom';
import { fillSelect } from '../shared/fill-select';
import { formatPercent } from '../shared/number-format';
import { button } from '../shared/toolkit';
import type { CamCell } from './cam-table';
import { putFilled } from './overlay-image';

/** A picture with its map. */
export interface MagnifiedPicture {
  /** [side, side], as `fillOverlay` writes them. */
  pixels: Uint32Array;
  side: number;
  /** Of the image, in its own pixels. */
  imageSize: number;
  /** [imageSize, imageSize, 3]; absent where there is no picture. */
  image?: Uint8Array;
}

export interface MagnifiedContents {
  /** Which cell it is. */
  heading: string;
  cell: CamCell;
  picture: MagnifiedPicture | undefined;
  /** Other columns to compare with; `picture` draws the same image through one of them. */
  others: readonly { key: string; label: string; picture: () => MagnifiedPicture | undefined }[];
}

export interface MagnifiedHandlers {
  onClose: () => void;
  /** What a class is called where people read. */
  readable(name: string | undefined): string;
}

const tableRows = 5;
const [white, black] = [0xffff_ffff, 0xff00_0000];

/** One cell, large: with the values under the pointer, what the network takes the image for, and another cell to swipe to. */
export class MagnifiedView {
  readonly element: HTMLElement;
  private readonly heading = element('h2');
  private readonly canvas = element('canvas', {
    tabindex: '0',
    role: 'img',
    class: 'large',
    'aria-describedby': 'cam-readout',
  });
  private readonly readout = element('p', { class: 'readout', id: 'cam-readout', 'aria-live': 'polite' });
  private readonly swipe = element('div', { class: 'swipe' });
  private readonly other = element('select', { id: 'cam-other' });
  private readonly place = element('input', {
    type: 'range',
    min: '0',
    max: '100',
    value: '50',
    'aria-label': 'How much of the other picture is seen, in percent',
  });
  private readonly table = element('table', { class: 'classes detail-table' });
  private contents: MagnifiedContents | undefined;
  /** Through the column that is compared with. */
  private otherPicture: MagnifiedPicture | undefined;
  /** The cell of the map that is read, from the left and from the top. */
  private point: { x: number; y: number } | undefined;

  constructor(private readonly handlers: MagnifiedHandlers) {
    const label = element('label', { for: 'cam-other', class: 'caption' }, 'Swipe to');
    this.swipe.append(label, this.other, this.place);
    const head = element('div', { class: 'detail-head' }, this.heading, button('Close', handlers.onClose));
    this.element = element(
      'section',
      { class: 'magnified detail', 'aria-label': 'Magnified overlay' },
      head,
      this.canvas,
      this.readout,
      this.swipe,
      this.table,
    );
    this.element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') handlers.onClose();
    });
    this.other.addEventListener('change', () => {
      this.drawOther();
      this.draw();
    });
    this.place.addEventListener('input', () => this.draw());
    this.canvas.addEventListener('pointermove', (event) => {
      const { left, top, width, height } = this.canvas.getBoundingClientRect();
      this.read((event.clientX - left) / width, (event.clientY - top) / height);
    });
    this.canvas.addEventListener('keydown', (event) => this.press(event));
  }

  update(contents: MagnifiedContents): void {
    this.contents = contents;
    setText(this.heading, contents.heading);
    const { others } = contents;
    this.swipe.hidden = others.length === 0;
    const options = others.map(({ key, label }) => [key, label] as const);
    const { value } = this.other;
    fillSelect(this.other, [['', 'nothing'], ...options], others.some(({ key }) => key === value) ? value : '');
    this.drawOther();
    this.draw();
    this.showPoint();
    this.showClasses(contents.cell);
  }

  private drawOther(): void {
    this.otherPicture = this.contents?.others.find(({ key }) => key === this.other.value)?.picture();
  }

  private draw(): void {
    const { picture, heading = '' } = this.contents ?? {};
    this.canvas.hidden = picture === undefined;
    if (picture === undefined) return;
    this.canvas.setAttribute('aria-label', heading);
    const other = this.otherPicture;
    this.place.disabled = other === undefined;
    const { side } = picture;
    putFilled(this.canvas, side, (words) => {
      words.set(picture.pixels);
      if (other?.side !== side) return;
      // The other picture lies on the right, behind a dashed line.
      const edge = Math.round((1 - Number(this.place.value) / 100) * side);
      for (let y = 0; y < side; y++) {
        const [from, to] = [y * side + edge, (y + 1) * side];
        words.set(other.pixels.subarray(from, to), from);
        if (edge > 0 && edge < side) words[from] = y % 8 < 4 ? white : black;
      }
    });
  }

  private press(event: KeyboardEvent): void {
    const grid = gridOf(this.contents?.cell);
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (grid === undefined || step === undefined) return;
    event.preventDefault();
    const { x, y } = this.point ?? { x: 0, y: 0 };
    const next = this.point === undefined ? { x, y } : { x: x + step[0]!, y: y + step[1]! };
    this.point = {
      x: Math.min(grid.width - 1, Math.max(0, next.x)),
      y: Math.min(grid.height - 1, Math.max(0, next.y)),
    };
    this.showPoint();
  }

  /** @param across and down in [0, 1] */
  private read(across: number, down: number): void {
    const grid = gridOf(this.contents?.cell);
    if (grid === undefined) return;
    this.point = {
      x: Math.min(grid.width - 1, Math.max(0, Math.floor(across * grid.width))),
      y: Math.min(grid.height - 1, Math.max(0, Math.floor(down * grid.height))),
    };
    this.showPoint();
  }

  private showPoint(): void {
    const grid = gridOf(this.contents?.cell);
    if (grid === undefined || this.point === undefined) {
      setText(
        this.readout,
        grid === undefined ? '' : `${grid.height} × ${grid.width} values. Point at one to read it.`,
      );
      return;
    }
    const { x, y } = this.point;
    const value = grid.values[y * grid.width + x];
    const words = [`Row ${y + 1}, column ${x + 1} of the map: ${value?.toPrecision(6)}`];
    const { image, imageSize = 0 } = this.contents?.picture ?? {};
    if (image !== undefined) {
      const at = (position: number, count: number) => Math.floor(((position + 0.5) / count) * imageSize);
      const pixel = (at(y, grid.height) * imageSize + at(x, grid.width)) * 3;
      words.push(`image there: red ${image[pixel]}, green ${image[pixel + 1]}, blue ${image[pixel + 2]}`);
    }
    setText(this.readout, `${words.join('; ')}.`);
  }

  private showClasses(cell: CamCell): void {
    this.table.hidden = cell.state !== 'map';
    if (cell.state !== 'map') return;
    const { probabilities, label, shown } = cell.explanation;
    const order = Array.from(probabilities.keys()).sort((a, b) => probabilities[b]! - probabilities[a]!);
    const listed = order.slice(0, tableRows);
    if (label !== undefined && !listed.includes(label)) listed.push(label);
    this.table.replaceChildren(
      element('caption', {}, 'Most probable classes'),
      ...listed.map((index) => {
        const marks = [...(index === label ? ['its class'] : []), ...(index === shown ? ['map shown'] : [])];
        return element(
          'tr',
          {},
          element('th', { scope: 'row' }, this.handlers.readable(cell.classes[index])),
          element('td', {}, formatPercent(probabilities[index])),
          element('td', { class: 'caption' }, marks.join(', ')),
        );
      }),
    );
  }
}

function gridOf(cell: CamCell | undefined) {
  if (cell?.state === 'difference') return cell.grid;
  return cell?.state === 'map' ? cell.explanation.grid : undefined;
}
