import type { SavedFile } from '../../common/panels/protocol';
import { bytesOf } from './base64';
import { element } from './dom';
import type { Messenger } from './messenger';

/** Saves a file where the person says; in a report, where there is no host to ask, the browser saves it. */
export function saveFile(
  messenger: Pick<Messenger<never, { type: 'saveFile' } & SavedFile, never>, 'live' | 'post'>,
  file: SavedFile,
): void {
  if (messenger.live) messenger.post({ type: 'saveFile', ...file });
  else download(file);
}

function download({ fileName, mime, encoding, contents }: SavedFile): void {
  const data = encoding === 'base64' ? bytesOf(contents) : contents;
  const address = URL.createObjectURL(new Blob([data], { type: mime }));
  const link = element('a', { href: address, download: fileName, hidden: '' });
  document.body.append(link);
  link.click();
  link.remove();
  // The download has its own hold on the data once it has begun.
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
