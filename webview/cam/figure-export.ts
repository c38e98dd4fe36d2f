import { type Figure, figureFont, figureSvg, layoutFigure } from '../../common/panels/cam/picture/figure';
import type { SavedFile } from '../../common/panels/protocol';

/** Print resolution: a picture is an inch wide. */
const dotsPerInch = 300;
/** Pixels a side of a picture, at least. */
export const figurePixels = 300;
/** A longer figure fits on no page, and no canvas is that long. */
export const mostFigureRows = 40;

/** The figure as a file to save; the same as `mixprop explain --figure` makes. */
export async function figureFile(figure: Figure, format: 'svg' | 'png'): Promise<SavedFile> {
  if (format === 'svg') {
    return { fileName: 'cam-overlays.svg', mime: 'image/svg+xml', encoding: 'utf8', contents: figureSvg(figure) };
  }
  return { fileName: 'cam-overlays.png', mime: 'image/png', encoding: 'base64', contents: await figurePng(figure) };
}

async function figurePng(figure: Figure): Promise<string> {
  const { width, height, pictures, texts } = layoutFigure(figure);
  const scale = dotsPerInch / 25.4;
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext('2d')!;
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.scale(scale, scale);
  for (const { png, x, y, side } of pictures) {
    const bytes = Uint8Array.from(atob(png), (character) => character.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }), { colorSpaceConversion: 'none' });
    pen.drawImage(bitmap, x, y, side, side);
    bitmap.close();
  }
  pen.textAlign = 'center';
  for (const { text, x, y, size, colour } of texts) {
    pen.font = `${size}px ${figureFont}`;
    pen.fillStyle = colour;
    pen.fillText(text, x, y);
  }
  return base64Of(canvas);
}

/** A canvas as PNG in base64. */
export function base64Of(canvas: HTMLCanvasElement): string {
  return canvas.toDataURL('image/png').slice('data:image/png;base64,'.length);
}
