// `npm run quickstart`: vanilla and MixProp on the built-in shapes, a table, and a report that opens without network.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const runs = join('runs', 'quickstart');
const report = join(runs, 'report.html');
const experiments = { vanilla: 'vanilla.mixprop.json', mixprop: 'quickstart.mixprop.json' };

function mixprop(...args) {
  const { status } = spawnSync(process.execPath, [join('dist', 'mixprop.js'), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

// A second quickstart makes the same two runs again.
for (const id of Object.keys(experiments)) rmSync(join(root, runs, id), { recursive: true, force: true });
for (const [id, file] of Object.entries(experiments)) {
  mixprop('train', join('samples', file), '--runs', runs, '--name', id, '--set', `name=${id}`, '--backend', 'wasm');
}
const folders = Object.keys(experiments).map((id) => join(runs, id));
mixprop('report', ...folders, '--out', report, '--tables');
process.stdout.write(`\nThe curves: ${join(root, report)}\n`);
