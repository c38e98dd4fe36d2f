// Opens samples/ in an editor with this extension loaded: `npm start`.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installEditorServer, startEditorServer } from './editor-server.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const samples = join(root, 'samples');

/** Opens a window of the desktop editor; false where there is none. */
function openDesktopEditor() {
  const isWindows = process.platform === 'win32';
  const quote = (text) => (isWindows ? `"${text}"` : text);
  const args = ['--new-window', `--extensionDevelopmentPath=${root}`, samples].map(quote);
  const result = spawnSync('code', args, { shell: isWindows, stdio: ['ignore', 'inherit', 'ignore'] });
  return result.error === undefined && result.status === 0;
}

async function openBrowserEditor() {
  console.log('no `code` on the PATH: starting an editor for the browser');
  const cache = join(root, '.cache');
  mkdirSync(cache, { recursive: true });
  const server = await startEditorServer({ installation: installEditorServer(cache), profile: join(cache, 'start') });
  console.log(`\n  open  ${server.url(samples, root)}\n\nCtrl-C ends it.`);
  const end = () => process.exit(0);
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  setInterval(() => {
    try {
      process.kill(server.pid, 0);
    } catch {
      console.error(`the editor's server ended; its log: ${server.logFile}`);
      process.exit(1);
    }
  }, 2000);
}

if (!openDesktopEditor()) await openBrowserEditor();
