import { pngBase64 } from './base64';
import type { Pen } from './pen';
import { SvgPen } from './svg-pen';

/** A drawing that is the same on a canvas and in a file. In CSS pixels. */
export interface Drawing {
  width: number;
  height: number;
  paint: (pen: Pen) => void;
}

/** The drawing as SVG; its text stays text. */
export function paintedSvg({ width, height, paint }: Drawing): string {
  const measuring = document.createElement('canvas').getContext('2d')!;
  const pen = new SvgPen(Math.ceil(width), Math.ceil(height), (text, font) => {
    measuring.font = font;
    return measuring.measureText(text).width;
  });
  paint(pen as unknown as Pen);
  return pen.toString();
}

/** The drawing as PNG, in base64. At least two pixels to a CSS pixel, for print. */
export function paintedPng({ width, height, paint }: Drawing): string {
  const ratio = Math.max(2, window.devicePixelRatio);
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext('2d')!;
  pen.scale(ratio, ratio);
  paint(pen);
  return pngBase64(canvas);
}
