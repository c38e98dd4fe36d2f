import type { SavedFile } from '../../common/panels/protocol';
import { bytesOf } from './base64';
import { element } from './dom';
import type { Messenger } from './messenger';

/** Has the host ask where to save a file; in a report, which has no host, the browser downloads it. */
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
  // Once it has begun, the download holds the data.
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
