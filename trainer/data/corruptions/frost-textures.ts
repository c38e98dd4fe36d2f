import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { decodeImage } from '../images/decode';
import type { RgbImage } from '../images/resize';

/** The original lists six pictures and draws from the first five. */
const fileNames = ['frost1.png', 'frost2.png', 'frost3.png', 'frost4.jpg', 'frost5.jpg'] as const;

/** The files of the original's textures that a folder lacks. */
export function missingFrostTextures(folder: string): string[] {
  return fileNames.filter((name) => !existsSync(join(folder, name)));
}

/** The original's frost textures. @throws Error naming the file that cannot be read */
export async function loadFrostTextures(folder: string): Promise<RgbImage[]> {
  const textures: RgbImage[] = [];
  for (const name of fileNames) {
    try {
      textures.push(await decodeImage(join(folder, name)));
    } catch (error) {
      throw new Error(`${join(folder, name)} ${(error as Error).message}`);
    }
  }
  return textures;
}
