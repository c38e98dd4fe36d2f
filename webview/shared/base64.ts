/** The bytes that base64 stands for. */
export const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/**
 * Decodes an image file without changing its colours; the content security policy allows no image elements with data in them.
 * @throws DOMException for one that is damaged
 */
export const bitmapOf = (base64: string): Promise<ImageBitmap> =>
  createImageBitmap(new Blob([bytesOf(base64)]), { colorSpaceConversion: 'none' });

/** A canvas as PNG. */
export const pngBase64 = (canvas: HTMLCanvasElement): string =>
  canvas.toDataURL('image/png').slice('data:image/png;base64,'.length);
