import type { SavedFile } from '../protocol';
import { element } from './dom';

/** Lets the browser save a file: in a report there is no host to ask. */
export function downloadFile({ fileName, mime, encoding, contents }: SavedFile): void {
  const bytes =
    encoding === 'base64'
      ? Uint8Array.from(atob(contents), (character) => character.charCodeAt(0))
      : new TextEncoder().encode(contents);
  const address = URL.createObjectURL(new Blob([bytes], { type: mime }));
  const link = element('a', { href: address, download: fileName, hidden: '' });
  document.body.append(link);
  link.click();
  link.remove();
  // The download has its own hold on the data once it has begun.
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
