/** What `save` keeps. */
class PenState {
  fillStyle = '#000';
  strokeStyle = '#000';
  lineWidth = 1;
  lineJoin = 'miter';
  lineCap = 'butt';
  font = '10px sans-serif';
  textAlign = 'start';
  textBaseline = 'alphabetic';
  globalAlpha = 1;
  protected dash: readonly number[] = [];
  protected origin: readonly [x: number, y: number] = [0, 0];
  protected clipId: string | undefined;
}

/**
 * Stands in for a canvas and writes SVG: the calls that the plots make, nothing more. Text stays text.
 */
export class SvgPen extends PenState {
  private readonly saved: PenState[] = [];
  private readonly clips: string[] = [];
  private readonly body: string[] = [];
  private path: string[] = [];

  /** @param measure width of a text in a font, in pixels */
  constructor(
    private readonly width: number,
    private readonly height: number,
    private readonly measure: (text: string, font: string) => number,
  ) {
    super();
  }

  save(): void {
    const { saved: _, clips: _c, body: _b, path: _p, width: _w, height: _h, measure: _m, ...state } = this;
    this.saved.push(state as unknown as PenState);
  }

  restore(): void {
    Object.assign(this, this.saved.pop());
  }

  translate(x: number, y: number): void {
    this.origin = [this.origin[0] + x, this.origin[1] + y];
  }

  beginPath(): void {
    this.path = [];
  }

  closePath(): void {
    this.path.push('Z');
  }

  moveTo(x: number, y: number): void {
    this.path.push(`M${digits(x)} ${digits(y)}`);
  }

  lineTo(x: number, y: number): void {
    this.path.push(`${this.path.length === 0 ? 'M' : 'L'}${digits(x)} ${digits(y)}`);
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.path.push(`M${digits(x)} ${digits(y)}h${digits(width)}v${digits(height)}h${digits(-width)}Z`);
  }

  /** Whole circles only. */
  arc(x: number, y: number, radius: number): void {
    const r = digits(radius);
    const across = digits(2 * radius);
    this.path.push(`M${digits(x - radius)} ${digits(y)}a${r} ${r} 0 1 0 ${across} 0a${r} ${r} 0 1 0 -${across} 0Z`);
  }

  clip(): void {
    const id = `clip${this.clips.length + 1}`;
    const outer = this.clipId === undefined ? '' : ` clip-path="url(#${this.clipId})"`;
    this.clips.push(`<clipPath id="${id}"${outer}><path d="${this.path.join('')}"${this.transform}/></clipPath>`);
    this.clipId = id;
  }

  setLineDash(dash: readonly number[]): void {
    this.dash = [...dash];
  }

  fill(): void {
    this.add(`<path d="${this.path.join('')}" fill="${escapeXml(this.fillStyle)}"`, true);
  }

  stroke(): void {
    const dash = this.dash.length === 0 ? '' : ` stroke-dasharray="${this.dash.join(' ')}"`;
    this.add(
      `<path d="${this.path.join('')}" fill="none" stroke="${escapeXml(this.strokeStyle)}" stroke-width="${digits(this.lineWidth)}" stroke-linejoin="${this.lineJoin}" stroke-linecap="${this.lineCap}"${dash}`,
      true,
    );
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    this.add(
      `<rect x="${digits(x)}" y="${digits(y)}" width="${digits(width)}" height="${digits(height)}" fill="${escapeXml(this.fillStyle)}"`,
      true,
    );
  }

  fillText(text: string, x: number, y: number): void {
    const { size, family, weight } = parseFont(this.font);
    const anchor =
      { left: 'start', start: 'start', center: 'middle', right: 'end', end: 'end' }[this.textAlign] ?? 'start';
    // Baselines as shifts: programs that edit SVG do not know `dominant-baseline`.
    const shift = { top: 0.8, hanging: 0.8, middle: 0.35, bottom: -0.2, alphabetic: 0 }[this.textBaseline] ?? 0;
    const heavy = weight === undefined ? '' : ` font-weight="${weight}"`;
    this.add(
      `<text x="${digits(x)}" y="${digits(y + shift * size)}" fill="${escapeXml(this.fillStyle)}" font-family="${escapeXml(family)}" font-size="${digits(size)}"${heavy} text-anchor="${anchor}"`,
      false,
    );
    this.body.push(`${this.body.pop()}>${escapeXml(text)}</text>`);
  }

  measureText(text: string): { width: number } {
    return { width: this.measure(text, this.font) };
  }

  override toString(): string {
    const { width, height } = this;
    const clips = this.clips.length === 0 ? '' : `<defs>${this.clips.join('')}</defs>\n`;
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">\n${clips}${this.body.join('\n')}\n</svg>\n`;
  }

  private get transform(): string {
    const [x, y] = this.origin;
    return x === 0 && y === 0 ? '' : ` transform="translate(${digits(x)} ${digits(y)})"`;
  }

  private add(start: string, empty: boolean): void {
    const opacity = this.globalAlpha === 1 ? '' : ` opacity="${digits(this.globalAlpha)}"`;
    const shape = `${start}${opacity}${this.transform}`;
    // The clip is on a group around it: on a transformed element it would be transformed too.
    const [open, close] = this.clipId === undefined ? ['', ''] : [`<g clip-path="url(#${this.clipId})">`, '</g>'];
    this.body.push(empty ? `${open}${shape}/>${close}` : shape);
  }
}

const digits = (value: number): string => String(Math.round(value * 100) / 100);

const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** Of a canvas font: "600 11px family". */
function parseFont(font: string): { size: number; family: string; weight: string | undefined } {
  const [, before = '', size = '10', family = 'sans-serif'] = /^(.*?)([\d.]+)px(?:\/\S+)?\s+(.*)$/.exec(font) ?? [];
  return { size: Number(size), family, weight: /\b(bold|[1-9]00)\b/.exec(before)?.[1] };
}
