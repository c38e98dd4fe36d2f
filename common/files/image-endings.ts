/** Endings of the files that are read as images, whatever the case of their letters. What is in a file decides how it is decoded. */
export const readableEndings: readonly string[] = [
  'jpg',
  'jpeg',
  'jpe',
  'jfif',
  'png',
  'webp',
  'tif',
  'tiff',
  'gif',
  'bmp',
];

/** Endings of pictures that are not read. */
const unreadEndings = [
  ...['heic', 'heif', 'avif', 'jxl', 'jp2', 'j2k', 'jpf', 'jpx'],
  ...['ppm', 'pgm', 'pbm', 'pnm', 'tga', 'ico', 'svg', 'psd', 'xcf', 'eps', 'exr', 'hdr', 'dcm'],
  ...['dng', 'cr2', 'cr3', 'nef', 'arw', 'orf', 'rw2', 'raf', 'raw'],
];

const endingOf = (endings: readonly string[]) => new RegExp(`\\.(?:${endings.join('|')})$`, 'i');
const readable = endingOf(readableEndings);
const unread = endingOf(unreadEndings);

/** Whether a file has the name of an image that is read. */
export const isImageName = (name: string): boolean => readable.test(name);

/** Whether a file has the name of a picture, of a format that is not read. */
export const isUnreadImageName = (name: string): boolean => unread.test(name);

/** A name without the ending that makes it an image's. */
export const withoutImageEnding = (name: string): string => name.replace(readable, '');
