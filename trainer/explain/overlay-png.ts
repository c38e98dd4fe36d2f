import type { ColourMapName } from '../../common/panels/cam/picture/colour-maps';
import { colourTable } from '../../common/panels/cam/picture/colour-maps';
import { type Figure, figureSvg } from '../../common/panels/cam/picture/figure';
import { normalizeMap } from '../../common/panels/cam/picture/normalize-map';
import { blend, colourMapPixels } from '../../common/panels/cam/picture/overlay';
import { upsample } from '../../common/panels/cam/picture/upsample';
import type { ActivationGrid } from './localisation';

export interface OverlayStyle {
  colourMap: ColourMapName;
  /** 0 to 1. */
  opacity: number;
}

/**
 * A map over its image: scaled to [0, 1], upsampled, coloured and blended.
 * @param pixels [size, size, 3]
 */
export function overlay(pixels: Uint8Array, size: number, grid: ActivationGrid, style: OverlayStyle): Uint8Array {
  const map = upsample(normalizeMap(grid.values), grid.height, grid.width, size, size);
  return blend(pixels, colourMapPixels(map, colourTable(style.colourMap)), style.opacity);
}

/** @param pixels [size, size, 3] */
export async function pngOf(pixels: Uint8Array, size: number): Promise<Buffer> {
  // Imported here: a native module that other commands do not need.
  const { default: sharp } = await import('sharp');
  return sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
    .png()
    .toBuffer();
}

/** A figure as PNG with 300 dots an inch. */
export async function figurePng(figure: Figure): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  return sharp(Buffer.from(figureSvg(figure, 300)))
    .withMetadata({ density: 300 })
    .png()
    .toBuffer();
}
